import { html, nothing } from 'lit';
import type { EventsResponse } from '../../../src/contracts/console/schemas.ts';
import type { OpenView } from '../host.ts';
import { createList } from '../loading.ts';
import { more, notice } from '../parts.ts';
import type { TextKey } from '../words.ts';

type AccessEvent = EventsResponse['events'][number];

/** Who has looked at pictures of the data set: the audit trail, the newest first. */
export const openEvents: OpenView = ({ api, words, redraw, announce }) => {
  const list = createList<AccessEvent>(async (after, signal) => {
    const { events, next } = await api.get<EventsResponse>('events', { after, limit: 50 }, signal);
    return { items: events, next };
  }, redraw);
  const reload = () => void list.load().then((isHere) => isHere && announce(words.say('loaded')));
  reload();

  const table = (events: readonly AccessEvent[]) => html`<table class="records">
    <caption class="unseen">${words.say('events')}</caption>
    <thead>
      <tr>${(['time', 'who', 'what', 'picture'] as const).map((column) => html`<th scope="col">${words.say(column)}</th>`)}</tr>
    </thead>
    <tbody>
      ${events.map(
        ({ at, by, key, what, sample_id }) => html`<tr>
          <td><time datetime=${at}>${words.time(at)}</time></td>
          <td data-label=${words.say('who')}><span>${by}${by === key ? nothing : html` <code>${key}</code>`}</span></td>
          <td data-label=${words.say('what')}>${words.say(`event.${what}` as TextKey)}</td>
          <td data-label=${words.say('picture')}><code>${sample_id}</code></td>
        </tr>`,
      )}
    </tbody>
  </table>`;

  return {
    close: () => list.stop(),
    template: () => {
      const events = list.items ?? [];
      return html`<p class="intro">${words.say('eventsIntro')}</p>
        <div class="filters">
          <button type="button" ?disabled=${list.isLoading} @click=${reload}>${words.say('refresh')}</button>
        </div>
        ${events.length > 0 ? table(events) : nothing}
        ${notice(list, events.length === 0, { words, none: words.say('eventsNone'), retry: reload })}
        ${more(list, words)}`;
    },
  };
};
