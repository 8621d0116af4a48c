import type { ServerMessage } from '@bonafide/web';
import '@bonafide/web/element';
import { html, nothing } from 'lit';
import type { Demo, OpenCheck } from '../demo.ts';
import { createMeshDrawing } from '../drawings/mesh.ts';
import { choice, verdictCard } from '../parts.ts';
import { redact } from '../redact.ts';
import { nothingSeen, seeAnswer, seeFrame, seeMessage } from '../sight.ts';
import { ofError, ofSession, ofSocket, refusal, type Verdict } from '../verdict.ts';

/** Turns of the head: a native session, which tells what it sees, or seed 001's socket. */
export const openChallenge: OpenCheck = (demo) => {
  const element = document.createElement('bonafide-liveness');
  // Where this page lies: a proxy may serve it under a path.
  element.server = new URL('.', location.href).href;
  const mesh = createMeshDrawing();
  mesh.canvas.slot = 'overlay';
  element.append(mesh.canvas);
  let by: 'sessions' | 'challenge' = 'sessions';
  let session: string | undefined;
  let verdict: Verdict | undefined;
  let latest: readonly number[] | null = null;

  // The relying party's part, which belongs to its backend: this page is its own.
  element.getToken = async () => {
    const { language } = demo.words;
    const answer = await demo.server
      .ask({ method: 'POST', path: 'v2/sessions', json: { detail: true, language } })
      .catch((error: unknown) => {
        settle(ofError(error));
        throw error;
      });
    if (answer.ok) {
      session = answer.body.id;
      return answer.body.client_token;
    }
    settle(refusal(answer));
    throw new Error('No session was opened.');
  };

  element.client.addEventListener('message', ({ detail: message }) => {
    latest = message.detail?.mesh ?? null;
    demo.see((sight) => seeMessage(sight, message, performance.now()));
    demo.noteSocket(by === 'sessions' ? `WS /v2/sessions/${session}/stream` : 'WS /ws', redact(message));
  });
  element.client.addEventListener('frame', ({ detail: frame }) => {
    demo.see((sight) => seeFrame(sight, frame));
    if (latest) mesh.draw(latest, frame.width, frame.height);
    else mesh.clear();
  });
  let isRunning = false;
  element.client.addEventListener('state', ({ detail: { phase } }) => {
    const wasRunning = isRunning;
    isRunning = !['idle', 'complete', 'failed', 'error'].includes(phase);
    if (isRunning && !wasRunning) begin();
    if (phase !== 'running') mesh.clear();
  });
  const onEnd = (event: Event) =>
    void finish((event as CustomEvent<{ message: ServerMessage }>).detail.message);
  element.addEventListener('liveness-complete', onEnd);
  element.addEventListener('liveness-failed', onEnd);

  function begin(): void {
    verdict = undefined;
    element.scrollIntoView({ block: 'nearest' });
    demo.see(() => nothingSeen);
  }

  async function finish(message: ServerMessage): Promise<void> {
    if (by === 'challenge') return settle(ofSocket(message));
    try {
      settle(await readResult(demo, session));
    } catch (error) {
      settle(ofError(error));
    }
  }

  function settle(given: Verdict): void {
    verdict = given;
    demo.redraw();
  }

  function startAgain(): void {
    element.stop();
    void element.start();
  }

  return {
    template() {
      const { words } = demo;
      element.lang = words.language;
      element.contract = by;
      element.apiKey = by === 'challenge' ? (demo.key ?? null) : null;
      const choose = (chosen: typeof by) => {
        by = chosen;
        verdict = undefined;
        demo.redraw();
      };
      const isOver = element.client.state.phase === 'complete';
      return html`${choice(
        words.say('by'),
        by,
        [
          ['sessions', words.say('bySessions')],
          ['challenge', words.say('bySocket')],
        ],
        choose,
      )}
      ${element}
      ${verdictCard(verdict, words)}
      ${isOver ? html`<button type="button" class="first again" @click=${startAgain}>${words.say('again')}</button>` : nothing}`;
    },
    close: () => element.stop(),
  };
};

/** What came of the session, from the server itself. */
async function readResult(demo: Demo, id: string | undefined): Promise<Verdict> {
  const answer = await demo.server.ask({ method: 'GET', path: `v2/sessions/${id}` });
  demo.see((sight) => seeAnswer(sight, answer));
  return answer.ok ? ofSession(answer.body) : refusal(answer);
}
