import { html, nothing, type TemplateResult } from 'lit';
import type { LatenciesResponse } from '../../../src/contracts/console/schemas.ts';
import type { OpenView } from '../host.ts';
import { createLoader } from '../loading.ts';
import { notice, routeOf } from '../parts.ts';
import type { QueueMoment } from '../plots.ts';
import type { TextKey, Words } from '../words.ts';

type Latency = NonNullable<LatenciesResponse['metrics']>['stages'][number];

/** Seconds between two looks at the queue: what a person can follow, and next to nothing for the server. */
const interval = 5;
/** Moments that are drawn: half an hour. */
const mostMoments = 360;

/** How busy the server is, and how long it takes. */
export const openServer: OpenView = ({ api, words, redraw }) => {
  let moments: readonly QueueMoment[] = [];
  const latencies = createLoader(async (signal) => {
    const [answer, plots] = await Promise.all([
      api.get<LatenciesResponse>('latencies', {}, signal),
      import('../plots.ts'),
    ]);
    const { waiting, running } = answer.queue;
    moments = [...moments, { at: new Date(answer.at), waiting, running }].slice(-mostMoments);
    return { ...answer, plots };
  }, redraw);
  void latencies.load();
  const timer = setInterval(() => {
    // On a slow link one question is given its time, or none would ever be answered.
    if (!document.hidden && !latencies.isLoading) void latencies.load();
  }, interval * 1000);

  return {
    close: () => {
      clearInterval(timer);
      latencies.stop();
    },
    template: () => {
      const { value } = latencies;
      const width = value?.plots.widthOf(document.querySelector('.plots')) ?? 0;
      return html`<p class="intro">${words.say('serverIntro', { seconds: interval })}</p>
        ${notice(latencies, !value, { words, none: '', retry: () => void latencies.load() })}
        <div class="plots">
          ${
            value &&
            html`${queue(value, words)}
              <figure class="card">
                <h3>${words.say('queueSince')}</h3>
                ${value.plots.drawQueue(moments, words, width)}
                <figcaption>${words.say('queueCaption')}</figcaption>
              </figure>
              ${measured(value, words, (stages) => value.plots.drawStages(stages, words, width))}`
          }
        </div>`;
    },
  };
};

function queue(
  { queue: { waiting, running, processes, full }, sessions_open }: LatenciesResponse,
  words: Words,
) {
  const tiles: readonly (readonly [TextKey, number])[] = [
    ['waiting', waiting],
    ['running', running],
    ['processes', processes],
    ['sessionsOpen', sessions_open],
  ];
  return html`<dl class="tiles">
      ${tiles.map(
        ([name, count]) =>
          html`<div class="tile"><dt>${words.say(name)}</dt><dd><strong>${words.count(count)}</strong></dd></div>`,
      )}
    </dl>
    ${full ? html`<p class="notice bad">${words.say('queueFull')}</p>` : nothing}`;
}

function measured(
  { metrics }: LatenciesResponse,
  words: Words,
  draw: (stages: readonly Latency[]) => SVGSVGElement,
): TemplateResult {
  if (metrics === null) return html`<div class="notice"><p>${words.say('metricsOff')}</p></div>`;
  const { stages, frames } = metrics;
  // Pages and probes are not what anybody waits for.
  const requests = metrics.requests.filter(({ labels }) => labels.method === 'POST');
  if (stages.length + requests.length + frames.length === 0)
    return html`<div class="notice"><p>${words.say('metricsNone')}</p></div>`;
  const slowest = [...stages].sort((one, other) => other.median - one.median);
  return html`${
    stages.length > 0
      ? html`<figure class="card">
            <h3>${words.say('stages')}</h3>
            ${draw(slowest)}
            <figcaption>${words.say('stagesCaption')}</figcaption>
            ${table(slowest, 'stages', 'stage', ({ stage }) => stage ?? '', words)}
          </figure>`
      : nothing
  }
    ${
      requests.length > 0
        ? html`<figure class="card"><h3>${words.say('requests')}</h3>${table(
            requests,
            'requests',
            'endpoint',
            ({ method, endpoint }) => routeOf(`${method} ${endpoint}`),
            words,
          )}</figure>`
        : nothing
    }
    ${
      frames.length > 0
        ? html`<figure class="card"><h3>${words.say('frames')}</h3>${table(frames, 'frames', 'endpoint', () => 'WS', words)}</figure>`
        : nothing
    }`;
}

function table(
  rows: readonly Latency[],
  title: TextKey,
  first: TextKey,
  nameOf: (labels: Latency['labels']) => string,
  words: Words,
): TemplateResult {
  const columns = ['calls', 'mean', 'median', 'p95'] as const;
  return html`<div class="wide" tabindex="0" role="region" aria-label=${words.say(title)}>
    <table class="figures five">
      <thead>
        <tr><th scope="col">${words.say(first)}</th>${columns.map((column) => html`<th scope="col" class="number">${words.say(column)}</th>`)}</tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ labels, count, mean, median, p95 }) => html`<tr>
            <th scope="row"><code>${nameOf(labels)}</code></th>
            <td class="number">${words.count(count)}</td>
            ${[mean, median, p95].map((value) => html`<td class="number">${words.milliseconds(value)}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
