import { html, nothing, type TemplateResult } from 'lit';
import type { ConsoleDecision, DecisionsResponse } from '../../../src/contracts/console/schemas.ts';
import type { OpenView } from '../host.ts';
import { createList } from '../loading.ts';
import {
  badge,
  type Contract,
  choice,
  contractChoice,
  firstDay,
  more,
  notice,
  type Outcome,
  outcomes,
  type Period,
  periodChoice,
  routeOf,
} from '../parts.ts';
import type { Words } from '../words.ts';

/** What the contracts have decided, the newest first. */
export const openDecisions: OpenView = ({ api, words, status, today, redraw, announce }) => {
  let period: Period = 'all';
  let contract: Contract = '';
  let outcome: Outcome | '' = '';
  let key: ConsoleDecision['key'] = null;
  const list = createList<ConsoleDecision>(async (after, signal) => {
    const query = { contract, outcome, key: key?.id, from: firstDay(period, today()), after, limit: 50 };
    const { decisions, next } = await api.get<DecisionsResponse>('decisions', query, signal);
    return { items: decisions, next };
  }, redraw);
  const reload = () => void list.load().then((isHere) => isHere && announce(words.say('loaded')));
  const narrowTo = (chosen: ConsoleDecision['key']) => {
    key = chosen;
    reload();
  };
  if (status.decisions_days > 0) reload();

  const filters = () => html`<div class="filters">
    ${periodChoice(words, period, (chosen) => {
      period = chosen;
      reload();
    })}
    ${contractChoice(words, contract, (chosen) => {
      contract = chosen;
      reload();
    })}
    ${choice<Outcome | ''>(
      words.say('outcome'),
      outcome,
      [['', words.say('any')], ...outcomes.map(({ name }) => [name, words.say(`outcome.${name}`)] as const)],
      (chosen) => {
        outcome = chosen;
        reload();
      },
    )}
    <button type="button" ?disabled=${list.isLoading} @click=${reload}>${words.say('refresh')}</button>
  </div>
  ${
    key &&
    html`<p class="chip">
      ${words.say('onlyKey', { key: key.label ?? key.id })}
      <button type="button" @click=${() => narrowTo(null)}>${words.say('anyKey')}</button>
    </p>`
  }`;

  return {
    close: () => list.stop(),
    template: () => {
      if (status.decisions_days === 0)
        return html`<div class="notice"><p>${words.say('decisionsOff')}</p></div>`;
      const items = list.items ?? [];
      return html`<p class="intro">${words.say('decisionsIntro', { days: status.decisions_days })}</p>
        ${filters()}
        ${items.length > 0 ? table(items, words, narrowTo) : nothing}
        ${notice(list, items.length === 0, { words, none: words.say('decisionsNone'), retry: reload })}
        ${more(list, words)}`;
    },
  };
};

function table(
  decisions: readonly ConsoleDecision[],
  words: Words,
  narrowTo: (key: ConsoleDecision['key']) => void,
): TemplateResult {
  const columns = ['time', 'contract', 'outcome', 'why', 'key', 'duration'] as const;
  return html`<table class="records">
    <caption class="unseen">${words.say('decisions')}</caption>
    <thead><tr>${columns.map((column) => html`<th scope="col" class=${column === 'duration' ? 'number' : ''}>${words.say(column)}</th>`)}</tr></thead>
    <tbody>
      ${decisions.map(
        (decision) => html`<tr>
          <td><time datetime=${decision.at}>${words.time(decision.at)}</time></td>
          <td data-label=${words.say('contract')}><div>${decision.contract}<br /><code>${routeOf(decision.route)}</code></div></td>
          <td>${badge(decision.outcome, words)}</td>
          <td data-label=${words.say('why')}>${why(decision, words)}</td>
          <td data-label=${words.say('key')}>${keyOf(decision, words, narrowTo)}</td>
          <td data-label=${words.say('duration')} class="number">${words.duration(decision.milliseconds)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** The verdict in the contract's words and its reasons; what judged is one step away. */
function why(
  { verdict, reasons, models, session_id, sample }: ConsoleDecision,
  words: Words,
): TemplateResult {
  return html`<details>
    <summary>
      ${verdict === null ? nothing : html`<code>${verdict}</code>`}
      <span class="reasons">${reasons.join(', ') || (verdict === null ? '–' : '')}</span>
    </summary>
    <dl>
      <div><dt>${words.say('nets')}</dt><dd>${models.join(', ') || '–'}</dd></div>
      ${session_id === null ? nothing : html`<div><dt>${words.say('session')}</dt><dd>${session_id}</dd></div>`}
      ${
        sample === null
          ? nothing
          : html`<div>
              <dt>${words.say('picture')}</dt>
              <dd>${sample.id}${sample.label === null ? nothing : html` (${words.say(`label.${sample.label}`)})`}</dd>
            </div>`
      }
    </dl>
  </details>`;
}

function keyOf(
  { key }: ConsoleDecision,
  words: Words,
  narrowTo: (key: ConsoleDecision['key']) => void,
): TemplateResult {
  if (key === null) return html`<span class="faint">${words.say('noKey')}</span>`;
  const name = key.label ?? key.id;
  return html`<button
    type="button"
    class="link"
    title=${words.say('onlyKey', { key: name })}
    @click=${() => narrowTo(key)}
  >${name}</button>`;
}
