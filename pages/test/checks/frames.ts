import type { Picture } from '@bonafide/web';
import { html } from 'lit';
import { toBase64 } from '../base64.ts';
import { createBooth, type Scene, wait } from '../booth.ts';
import type { OpenCheck } from '../demo.ts';
import { verdictCard } from '../parts.ts';
import { nothingSeen, seeAnswer } from '../sight.ts';
import { ofFrames, refusal, type Verdict } from '../verdict.ts';

/** Frames of a blink, and milliseconds between them: three to five, as seed 002's document says, over a slow blink. */
const blinkFrames = 5;
const blinkInterval = 300;

/** Seed 002: pictures of poses, taken one after the other, judged together. */
export const openFrames: OpenCheck = (demo) => {
  let verdict: Verdict | undefined;
  const booth = createBooth(demo, start);

  function start(): void {
    verdict = undefined;
    demo.see(() => nothingSeen);
    void booth.play(pose);
  }

  async function pose(scene: Scene): Promise<void> {
    const { camera } = scene;
    await scene.act({ text: 'do.centre', seconds: 3 });
    const center = await camera.takePicture();
    await scene.act({ text: 'do.left', seconds: 3, arrow: 'left' });
    const left = await camera.takePicture();
    await scene.act({ text: 'do.right', seconds: 3, arrow: 'right' });
    const right = await camera.takePicture();
    await scene.act({ text: 'do.ready', seconds: 2 });
    scene.tell('do.blink');
    const blink: Picture[] = [];
    while (blink.length < blinkFrames) {
      await wait(blinkInterval, scene.signal);
      blink.push(await camera.takePicture());
    }
    scene.show(center);
    scene.tell('looking');
    const text = ({ jpeg }: Picture) => toBase64(jpeg);
    const frames = {
      center: await text(center),
      left: await text(left),
      right: await text(right),
      blink: await Promise.all(blink.map(text)),
    };
    const { signal } = scene;
    const answer = await demo.server.ask({
      method: 'POST',
      path: 'api/liveness/validate',
      json: { frames },
      signal,
    });
    demo.see((sight) => seeAnswer(sight, answer));
    verdict = answer.ok ? ofFrames(answer.body) : refusal(answer);
  }

  return {
    template: () => html`${booth.template()} ${verdictCard(verdict, demo.words)}`,
    close: booth.close,
  };
};
