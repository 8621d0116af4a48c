import { recordClip } from '@bonafide/web';
import { html, nothing } from 'lit';
import { createBooth, type Scene } from '../booth.ts';
import type { OpenCheck } from '../demo.ts';
import { verdictCard } from '../parts.ts';
import { nothingSeen, seeAnswer } from '../sight.ts';
import { ofBlink, refusal, type Verdict } from '../verdict.ts';

/** Within the three to five seconds that the contract asks for. */
const clipSeconds = 4;

/**
 * Seed 000's active check: a clip of somebody who blinks.
 *
 * @param check the passive check that it goes on with: the face must be the same
 */
export function openBlink(check?: string): OpenCheck {
  return (demo) => {
    let verdict: Verdict | undefined;
    let goesOn = check;
    const booth = createBooth(demo, start);

    function start(): void {
      verdict = undefined;
      demo.see(() => nothingSeen);
      void booth.play(pose);
    }

    async function pose(scene: Scene): Promise<void> {
      await scene.act({ text: 'do.ready', seconds: 3 });
      const cover = await scene.camera.takePicture();
      const recording = recordClip(scene.camera, { seconds: clipSeconds });
      const [clip] = await Promise.all([recording, scene.act({ text: 'do.blink', seconds: clipSeconds })]);
      scene.show(cover);
      scene.tell('looking');
      const path = goesOn === undefined ? 'active/blink' : `active/blink?check=${encodeURIComponent(goesOn)}`;
      const { signal } = scene;
      const answer = await demo.server.ask({ method: 'POST', path, form: { video: clip }, signal });
      demo.see((sight) => seeAnswer(sight, answer));
      verdict = answer.ok ? ofBlink(answer.body) : refusal(answer);
      // It is good for one clip, whatever came of it.
      goesOn = undefined;
    }

    return {
      template:
        () => html`${goesOn ? html`<p class="faint hint">${demo.words.say('blinkGoesOn')}</p>` : nothing}
        ${booth.template()} ${verdictCard(verdict, demo.words)}`,
      close: booth.close,
    };
  };
}
