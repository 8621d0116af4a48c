import type { Picture } from '@bonafide/web';
import { html, nothing } from 'lit';
import { toBase64 } from '../base64.ts';
import { type Box, createBooth, type Scene } from '../booth.ts';
import type { OpenCheck } from '../demo.ts';
import { choice, verdictCard } from '../parts.ts';
import type { Answer } from '../server.ts';
import { nothingSeen, seeAnswer } from '../sight.ts';
import { ofKyc, ofSelfie, refusal, type Verdict } from '../verdict.ts';

/** One picture: seed 000's passive check, or the selfie of KYC, seed 003. */
export const openSelfie: OpenCheck = (demo) => {
  let by: 'passive' | 'kyc' = 'passive';
  let verdict: Verdict | undefined;
  let active: string | undefined;
  const booth = createBooth(demo, start);

  function start(): void {
    verdict = undefined;
    active = undefined;
    demo.see(() => nothingSeen);
    void booth.play(pose);
  }

  async function pose(scene: Scene): Promise<void> {
    await scene.act({ text: 'do.centre', seconds: 3 });
    const picture = await scene.camera.takePicture();
    scene.show(picture);
    scene.tell('looking');
    const answer = await (by === 'passive'
      ? askPassive(picture, scene.signal)
      : askKyc(picture, scene.signal));
    demo.see((sight) => seeAnswer(sight, answer));
    scene.show(picture, boxOf(answer));
    if (!answer.ok) verdict = refusal(answer);
    else verdict = by === 'passive' ? ofSelfie(answer.body) : ofKyc(answer.body);
    active = checkOf(answer.body.fallback?.upload_url);
  }

  async function askPassive({ jpeg }: Picture, signal: AbortSignal): Promise<Answer> {
    return demo.server.ask({
      method: 'POST',
      path: 'liveness',
      json: { image: await toBase64(jpeg) },
      signal,
    });
  }

  /** With a token of its own: keys may ask for one. */
  async function askKyc({ jpeg }: Picture, signal: AbortSignal): Promise<Answer> {
    const session = await demo.server.ask({ method: 'POST', path: 'session/', signal });
    if (!session.ok) return session;
    const headers = { 'x-session-token': session.body.result.session_token };
    return demo.server.ask({ method: 'POST', path: 'liveness/', form: { image: jpeg }, headers, signal });
  }

  return {
    template() {
      const { words } = demo;
      const choose = (chosen: typeof by) => {
        by = chosen;
        booth.close();
        verdict = undefined;
        active = undefined;
        demo.redraw();
      };
      const names = [
        ['passive', words.say('byPassive')],
        ['kyc', words.say('byKyc')],
      ] as const;
      return html`${choice(words.say('by'), by, names, choose)}
        ${by === 'kyc' && !demo.needsKey ? html`<p class="faint hint">${words.say('kycNeedsKey')}</p>` : nothing}
        ${booth.template()} ${verdictCard(verdict, words)}
        ${
          active
            ? html`<button type="button" class="again" @click=${() => demo.goOn(active!)}>${words.say('goOn')}</button>`
            : nothing
        }`;
    },
    close: booth.close,
  };
};

/** Where the face is that was judged. */
function boxOf({ body }: Answer): Box | undefined {
  return body.details?.faces?.[0]?.box ?? body.result?.details?.face?.box;
}

/** The id of the active check that goes on with the same face. */
function checkOf(uploadUrl: string | undefined): string | undefined {
  return uploadUrl === undefined
    ? undefined
    : (new URL(uploadUrl, location.href).searchParams.get('check') ?? undefined);
}
