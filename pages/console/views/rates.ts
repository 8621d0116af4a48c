import { html, nothing, type TemplateResult } from 'lit';
import type { RatesResponse } from '../../../src/contracts/console/schemas.ts';
import type { OpenView } from '../host.ts';
import { createLoader } from '../loading.ts';
import {
  badge,
  type Contract,
  contractChoice,
  firstDay,
  notice,
  outcomes,
  type Period,
  periodChoice,
} from '../parts.ts';
import type { DayOutcomes, DayRate } from '../plots.ts';
import type { TextKey, Words } from '../words.ts';

type Labelled = RatesResponse['labelled'][number];
type ErrorRate = Labelled['unanswered'];

/** What the contracts came to, day by day, and their errors where labels tell of them. */
export const openRates: OpenView = ({ api, words, status, today, redraw, announce }) => {
  let period: Period = 'all';
  let contract: Contract = '';
  // Drawing is a large library: it comes with the first rates.
  const rates = createLoader(async (signal) => {
    const query = { contract, from: firstDay(period, today()) };
    const [answer, plots] = await Promise.all([
      api.get<RatesResponse>('rates', query, signal),
      import('../plots.ts'),
    ]);
    return { ...answer, plots };
  }, redraw);
  const reload = () => void rates.load().then((isHere) => isHere && announce(words.say('loaded')));
  if (status.decisions_days > 0) reload();
  const redrawWide = () => redraw();
  addEventListener('resize', redrawWide);

  const filters = () => html`<div class="filters">
    ${periodChoice(words, period, (chosen) => {
      period = chosen;
      reload();
    })}
    ${contractChoice(words, contract, (chosen) => {
      contract = chosen;
      reload();
    })}
    <button type="button" ?disabled=${rates.isLoading} @click=${reload}>${words.say('refresh')}</button>
  </div>`;

  return {
    close: () => {
      rates.stop();
      removeEventListener('resize', redrawWide);
    },
    template: () => {
      if (status.decisions_days === 0)
        return html`<div class="notice"><p>${words.say('decisionsOff')}</p></div>`;
      const { value } = rates;
      const isEmpty = !value || value.days.length === 0;
      const width = value?.plots.widthOf(document.querySelector('.plots')) ?? 0;
      return html`<p class="intro">${words.say('ratesIntro')}</p>
        ${filters()}
        <div class="plots">
          ${
            isEmpty
              ? nothing
              : html`${shares(value.plots.drawShares(perDay(value.days), words, width), perDay(value.days), words)}
                ${labelled(value.labelled, words, (list) => value.plots.drawErrors(list, words, width))}`
          }
        </div>
        ${notice(rates, isEmpty, { words, none: words.say('ratesNone'), retry: reload })}`;
    },
  };
};

/** All contracts together, day by day. */
export function perDay(days: RatesResponse['days']): DayOutcomes[] {
  const names = [...new Set(days.map(({ day }) => day))].sort();
  return names.map((name) => {
    const here = days.filter(({ day }) => day === name);
    const sum = (outcome: keyof DayOutcomes['outcomes']) =>
      here.reduce((total, { outcomes: counts }) => total + counts[outcome], 0);
    return {
      day: name,
      outcomes: {
        live: sum('live'),
        attack: sum('attack'),
        refused: sum('refused'),
        inconclusive: sum('inconclusive'),
        unanswered: sum('unanswered'),
      },
    };
  });
}

function shares(drawing: SVGSVGElement, days: readonly DayOutcomes[], words: Words): TemplateResult {
  return html`<figure class="card">
    <h3>${words.say('shares')}</h3>
    <ul class="legend">${outcomes.map(({ name }) => html`<li><i class="swatch ${name}"></i>${words.say(`outcome.${name}`)}</li>`)}</ul>
    ${drawing}
    <figcaption>${words.say('sharesCaption')}</figcaption>
    <details>
      <summary>${words.say('asTable')}</summary>
      <div class="wide" tabindex="0" role="region" aria-label=${words.say('shares')}>
        <table class="figures">
          <thead>
            <tr><th scope="col">${words.say('day')}</th>${outcomes.map(({ name }) => html`<th scope="col">${badge(name, words)}</th>`)}</tr>
          </thead>
          <tbody>
            ${days.map(
              ({ day, outcomes: counts }) => html`<tr>
                <th scope="row">${words.day(day)}</th>
                ${outcomes.map(({ name }) => html`<td class="number">${words.count(counts[name])}</td>`)}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </figure>`;
}

function labelled(
  rates: readonly Labelled[],
  words: Words,
  draw: (rates: readonly DayRate[]) => SVGSVGElement,
): TemplateResult {
  const [all, ...days] = rates;
  const dayRates = days.flatMap(toDayRates);
  const isEmpty = !all || all.unanswered.of === 0;
  return html`<figure class="card">
    <h3>${words.say('labelled')}</h3>
    <p>${words.say('labelledIntro')}</p>
    ${
      isEmpty
        ? html`<div class="notice"><p>${words.say('labelledNone')}</p></div>`
        : html`<dl class="tiles">
            ${tile('attacksCalledLive', all.attacks_called_live, 'attack', words)}
            ${tile('liveNotCalledLive', all.live_not_called_live, 'live', words)}
            ${tile('unansweredRate', all.unanswered, 'unanswered', words)}
          </dl>
          ${dayRates.length > 0 ? draw(dayRates) : nothing}`
    }
  </figure>`;
}

function tile(
  name: TextKey,
  { errors, of, rate, low, high }: ErrorRate,
  swatch: string,
  words: Words,
): TemplateResult {
  return html`<div class="tile">
    <dt><i class="swatch ${swatch}"></i>${words.say(name)}</dt>
    <dd>
      <strong>${rate === null ? '–' : words.percent(rate)}</strong>
      <span>${words.say('ofCount', { errors: words.count(errors), of: words.count(of) })}</span>
      ${
        low === null || high === null
          ? nothing
          : html`<span>${words.say('interval', { low: words.percent(low), high: words.percent(high) })}</span>`
      }
    </dd>
  </div>`;
}

function toDayRates({ day, attacks_called_live, live_not_called_live }: Labelled): DayRate[] {
  const both = [
    ['attacks', attacks_called_live],
    ['live', live_not_called_live],
  ] as const;
  return both.flatMap(([of, { rate, low, high }]) =>
    day === null || rate === null || low === null || high === null ? [] : [{ day, of, rate, low, high }],
  );
}
