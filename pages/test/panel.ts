import { html, nothing, type TemplateResult } from 'lit';
import { drawCurve } from './drawings/curve.ts';
import { drawHead } from './drawings/head.ts';
import { degrees } from './parts.ts';
import type { Exchange } from './server.ts';
import type { Model, Sight } from './sight.ts';
import type { Words } from './words.ts';

/** What the server sees, and what was said. */
export function panel(
  sight: Sight,
  exchanges: readonly Exchange[],
  installed: readonly Model[],
  words: Words,
): TemplateResult {
  return html`<section class="panel" aria-labelledby="panel">
    <h2 id="panel">${words.say('sees')}</h2>
    <p class="intro">${words.say('seesIntro')}</p>
    <div class="tiles">
      ${poseCard(sight, words)} ${timingCard(sight, words)} ${eyesCard(sight, words)} ${evidenceCard(sight, words)}
    </div>
    ${modelsCard(sight, installed, words)} ${exchangesCard(exchanges, words)}
  </section>`;
}

const unknown = '–';

function poseCard({ pose }: Sight, words: Words): TemplateResult {
  const figure = (name: 'yaw' | 'pitch' | 'roll') => {
    const value = pose?.[name];
    return html`<div><dt>${words.say(name)}</dt><dd class="number ${name}">${value === undefined ? unknown : degrees(value, words)}</dd></div>`;
  };
  return html`<div class="card pose">
    <h3>${words.say('pose')}</h3>
    ${drawHead(pose, words.say('poseDrawing'))}
    <dl>${figure('yaw')} ${figure('pitch')} ${figure('roll')}</dl>
  </div>`;
}

/** Closed eyes are at 0.2 and less (Soukupová & Čech 2016), wide open ones hardly over 0.4. */
const eyeRange = [0, 0.45] as const;

function eyesCard({ eyes, moments }: Sight, words: Words): TemplateResult {
  const line = (name: 'left' | 'right') => ({
    name,
    points: moments.map((moment) => [moment.at, moment[name]] as const),
  });
  const figure = (name: 'left' | 'right') => html`<div class=${name}>
    <dt>${words.say(name === 'left' ? 'leftEye' : 'rightEye')}</dt>
    <dd class="number">${eyes ? words.number(eyes[name].aspect_ratio, 2) : unknown}</dd>
  </div>`;
  return html`<div class="card wide eyes">
    <h3>${words.say('eyes')}</h3>
    ${drawCurve({ label: words.say('eyesDrawing'), lines: [line('left'), line('right')], range: eyeRange, ends: [words.say('open'), words.say('closed')] })}
    <dl>${figure('left')} ${figure('right')}</dl>
  </div>`;
}

/** Log-odds: 4 is a probability of 0.98. */
const evidenceRange = [-6, 6] as const;

function evidenceCard({ moments, looks, liveProbability }: Sight, words: Words): TemplateResult {
  const latest = moments.at(-1)?.evidence ?? null;
  const points = moments.map(({ at, evidence }) => [at, evidence] as const);
  return html`<div class="card wide evidence">
    <h3>${words.say('evidence')}</h3>
    ${drawCurve({ label: words.say('evidenceDrawing'), lines: [{ name: 'evidence', points }], range: evidenceRange, ends: [words.say('sideLive'), words.say('sideAttack')], mark: 0 })}
    <dl>
      <div><dt>${words.say('logOdds')}</dt><dd class="number">${latest === null ? unknown : words.number(latest, 2)}</dd></div>
      <div><dt>${words.say('looks')}</dt><dd class="number">${words.number(looks)}</dd></div>
      <div>
        <dt>${words.say('probability')}</dt>
        <dd class="number">${
          liveProbability === undefined
            ? unknown
            : liveProbability === null
              ? words.say('notJudged')
              : `${words.number(liveProbability * 100, 1)} %`
        }</dd>
      </div>
    </dl>
  </div>`;
}

function timingCard({ frame, frames, timings, answeredIn }: Sight, words: Words): TemplateResult {
  const milliseconds = (value: number) => `${words.number(value, value < 10 ? 1 : 0)} ms`;
  const row = (name: string, value: string) =>
    html`<div><dt>${name}</dt><dd class="number">${value}</dd></div>`;
  const roundTrip = frame?.roundTrip ?? answeredIn;
  return html`<div class="card timing">
    <h3>${words.say('timing')}</h3>
    <dl>
      ${row(words.say('roundTrip'), roundTrip === null ? unknown : milliseconds(roundTrip))}
      ${
        frame
          ? html`${row(words.say('frames'), words.number(frames))}
              ${row(words.say('picture'), `${frame.width} × ${frame.height}`)}
              ${row(words.say('size'), `${words.number(frame.bytes / 1_000, 1)} kB`)}`
          : nothing
      }
      ${timings.map(({ name, milliseconds: value }) => row(name === 'total' ? words.say('total') : name, milliseconds(value)))}
    </dl>
  </div>`;
}

/** Those that an answer names; not every contract's do. */
function modelsCard({ models }: Sight, installed: readonly Model[], words: Words): TemplateResult {
  const areNamed = models.length > 0;
  return html`<div class="card models">
    <h3>${words.say('models')}</h3>
    ${areNamed ? nothing : html`<p class="faint">${words.say('modelsInstalled')}</p>`}
    <ul>
      ${(areNamed ? models : installed).map(
        ({ role, name, sha256 }) =>
          html`<li><strong>${name}</strong> <span class="faint">${role}</span> <code>${sha256.slice(0, 12)}</code></li>`,
      )}
    </ul>
  </div>`;
}

function exchangesCard(exchanges: readonly Exchange[], words: Words): TemplateResult {
  return html`<div class="card exchanges">
    <h3>${words.say('exchanges')}</h3>
    <p class="faint">${words.say(exchanges.length === 0 ? 'exchangesNone' : 'exchangesNote')}</p>
    ${exchanges.map((exchange, at) => exchangeItem(exchange, at === 0, words))}
  </div>`;
}

function exchangeItem(exchange: Exchange, isNewest: boolean, words: Words): TemplateResult {
  const { title, question, answer, status, milliseconds } = exchange;
  const took = milliseconds === undefined ? '' : ` · ${words.number(milliseconds)} ms`;
  return html`<details ?open=${isNewest}>
    <summary><code>${title}</code> <span class="faint">${status === undefined ? '' : `${status}${took}`}</span></summary>
    ${isEmpty(question) ? nothing : json(words.say('question'), question)}
    ${answer === undefined ? nothing : json(words.say('answer'), answer)}
  </details>`;
}

function isEmpty(question: unknown): boolean {
  return typeof question !== 'object' || question === null || Object.keys(question).length === 0;
}

/** Long ones are scrolled, by the keyboard as well. */
function json(label: string, value: unknown): TemplateResult {
  return html`<pre tabindex="0" role="group" aria-label=${label}>${JSON.stringify(value, null, 2)}</pre>`;
}
