import { html, nothing, type TemplateResult } from 'lit';
import { createBooth, type Scene } from '../booth.ts';
import type { Check, Demo, OpenCheck } from '../demo.ts';
import { verdictCard } from '../parts.ts';
import { nothingSeen, seeAnswer } from '../sight.ts';
import { ofEnrolment, ofError, ofVerification, refusal, type Verdict } from '../verdict.ts';

/** Who is tried: one enrols, then verifies. */
interface Person {
  name: string;
}

/** Seed 004: `enrol` enrols somebody who has agreed to it, `verify` compares somebody with who is enrolled. */
export function peopleChecks(): { readonly enrol: OpenCheck; readonly verify: OpenCheck } {
  const person: Person = { name: '' };
  return {
    enrol: (demo) => openPeople(demo, person, 'register'),
    verify: (demo) => openPeople(demo, person, 'verify'),
  };
}

function openPeople(demo: Demo, person: Person, route: 'register' | 'verify'): Check {
  let verdict: Verdict | undefined;
  let hasAgreed = false;
  let missing: 'name' | 'consent' | null = null;
  const booth = createBooth(demo, start);

  function start(): void {
    missing = person.name === '' ? 'name' : route === 'register' && !hasAgreed ? 'consent' : null;
    verdict = undefined;
    demo.see(() => nothingSeen);
    if (missing) document.querySelector<HTMLElement>(missing === 'name' ? '#name' : '#consent')?.focus();
    else void booth.play(pose);
  }

  async function pose(scene: Scene): Promise<void> {
    await scene.act({ text: 'do.centre', seconds: 3 });
    const picture = await scene.camera.takePicture();
    scene.show(picture);
    scene.tell('looking');
    // What was agreed to, in the words in which it was.
    const { name } = person;
    const consent = `GET /test: ${demo.words.say('consent', { name })}`;
    const parameters = new URLSearchParams({ user_id: name, ...(route === 'register' && { consent }) });
    const path = `v1/${route}?${parameters}`;
    const { signal } = scene;
    const answer = await demo.server.ask({ method: 'POST', path, form: { image: picture.jpeg }, signal });
    demo.see((sight) => seeAnswer(sight, answer));
    if (!answer.ok) verdict = refusal(answer);
    else verdict = route === 'register' ? ofEnrolment(answer.body) : ofVerification(answer.body);
  }

  async function erase(): Promise<void> {
    verdict = undefined;
    try {
      const answer = await demo.server.ask({
        method: 'DELETE',
        path: `v1/users/${encodeURIComponent(person.name)}`,
      });
      verdict = answer.ok
        ? { tone: 'good', text: { sentence: answer.body.message }, notes: [] }
        : refusal(answer);
    } catch (error) {
      verdict = ofError(error);
    }
    demo.redraw();
  }

  function form(): TemplateResult {
    const { words } = demo;
    const { name } = person;
    const onName = (event: Event) => {
      person.name = (event.target as HTMLInputElement).value.trim();
      demo.redraw();
    };
    const onConsent = (event: Event) => {
      hasAgreed = (event.target as HTMLInputElement).checked;
      demo.redraw();
    };
    const trouble =
      missing === 'name' && name === ''
        ? 'nameMissing'
        : missing === 'consent' && !hasAgreed
          ? 'consentMissing'
          : null;
    return html`<div class="fields">
      <label for="name">${words.say('name')}</label>
      <input id="name" type="text" autocomplete="off" maxlength="60" .value=${name} ?disabled=${booth.isBusy}
        aria-describedby="missing" aria-invalid=${trouble === 'nameMissing'} @input=${onName} />
      ${
        route === 'register'
          ? html`<label class="agree"><input id="consent" type="checkbox" .checked=${hasAgreed} ?disabled=${booth.isBusy}
              aria-describedby="missing" @change=${onConsent} />
              <span>${words.say('consent', { name: name || '…' })}</span></label>`
          : nothing
      }
      <p id="missing" class="bad" role="alert">${trouble ? words.say(trouble) : nothing}</p>
    </div>`;
  }

  return {
    template: () => html`${form()} ${booth.template()} ${verdictCard(verdict, demo.words)}
      <div class="erase">
        <p class="faint">${demo.words.say('eraseNote')}</p>
        <button type="button" ?disabled=${person.name === '' || booth.isBusy} @click=${() => void erase()}>
          ${demo.words.say('erase', { name: person.name || '…' })}
        </button>
      </div>`,
    close: booth.close,
  };
}
