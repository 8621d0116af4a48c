import { html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ConsoleSample, SamplesResponse } from '../../../src/contracts/console/schemas.ts';
import { ConsoleError } from '../api.ts';
import type { ConsoleHost, OpenView } from '../host.ts';
import { createList, type LoadedList } from '../loading.ts';
import { more, notice } from '../parts.ts';
import { createPictures, type Pictures } from '../pictures.ts';

type Label = ConsoleSample['label'];

const labels = ['live', 'spoof'] as const;

/** Pictures of one label that are shown at first, and more each time: each is an entry of the audit trail. */
const pageSize = 12;

/** The data set: living people and attacks side by side. */
export const openSamples: OpenView = (host) => {
  const { api, words, status, redraw, announce } = host;
  let showsFaces = false;
  let opened: ConsoleSample | undefined;
  let trouble: string | undefined;
  const counts = { ...status.samples };
  /** Ids of pictures that this browser cannot show: HEIC and TIFF are stored as they came. */
  const unshown = new Set<string>();
  const dialog = createRef<HTMLDialogElement>();
  const pictures = createPictures(api, redraw);
  const lists = {
    live: listOf(host, 'live'),
    spoof: listOf(host, 'spoof'),
  };
  const reload = () => {
    pictures.forgetFailures();
    void Promise.all(labels.map((label) => lists[label].load())).then(
      (areHere) => areHere.every(Boolean) && announce(words.say('loaded')),
    );
  };
  reload();

  function open(sample: ConsoleSample): void {
    opened = sample;
    trouble = undefined;
    pictures.forgetFailures();
    pictures.want(`samples/${sample.id}/raw`);
    redraw();
    dialog.value?.showModal();
  }

  async function relabel(sample: ConsoleSample): Promise<void> {
    const label: Label = sample.label === 'live' ? 'spoof' : 'live';
    trouble = undefined;
    try {
      const changed = await api.patch<ConsoleSample>(`samples/${sample.id}`, { label });
      counts[sample.label]--;
      counts[label]++;
      lists[sample.label].edit((items) => items.filter(({ id }) => id !== sample.id));
      lists[label].edit((items) => sortNewest([changed, ...items]));
      dialog.value?.close();
      // The button that opened it goes with its picture.
      document.querySelector('h2')?.focus();
      announce(words.say('relabelled'));
    } catch (error) {
      trouble = error instanceof ConsoleError ? error.message : words.say('failed');
    }
    redraw();
  }

  const column = (label: Label) => {
    const list = lists[label];
    const items = list.items ?? [];
    return html`<section class="card column" aria-labelledby="label-${label}">
      <h3 id="label-${label}"><i class="swatch ${label === 'live' ? 'live' : 'attack'}"></i>${words.say(`label.${label}`)}
        <span class="faint">${words.count(counts[label])}</span></h3>
      <ul class="samples">
        ${repeat(
          items,
          ({ id }) => id,
          (sample) => card(sample, { host, pictures, showsFaces, open }),
        )}
      </ul>
      ${notice(list, items.length === 0, { words, none: words.say('samplesNone'), retry: () => void list.load() })}
      ${more(list, words)}
    </section>`;
  };

  return {
    close() {
      for (const label of labels) lists[label].stop();
      pictures.close();
    },
    template: () => html`<p class="intro">${words.say('samplesIntro')}</p>
      <div class="filters">
        <label class="toggle">
          <input
            type="checkbox"
            .checked=${showsFaces}
            @change=${(event: Event) => {
              showsFaces = (event.target as HTMLInputElement).checked;
              redraw();
            }}
          />
          ${words.say('showFaces')}
        </label>
        <button type="button" @click=${reload}>${words.say('refresh')}</button>
        ${status.may_relabel ? nothing : html`<span class="faint">${words.say('readOnly')}</span>`}
      </div>
      <div class="columns">${labels.map(column)}</div>
      <dialog ${ref(dialog)} aria-label=${opened ? words.say('pictureOf', { time: words.time(opened.created_at) }) : ''}>
        ${opened && details(opened, { host, pictures, unshown, trouble, relabel, close: () => dialog.value?.close() })}
      </dialog>`,
  };
};

function listOf({ api, redraw }: ConsoleHost, label: Label): LoadedList<ConsoleSample> {
  return createList(async (after, signal) => {
    const query = { label, after, limit: pageSize };
    const { samples, next } = await api.get<SamplesResponse>('samples', query, signal);
    return { items: samples, next };
  }, redraw);
}

function sortNewest(samples: readonly ConsoleSample[]): readonly ConsoleSample[] {
  // Ids sort by time.
  return [...samples].sort((one, other) => (one.id < other.id ? 1 : -1));
}

interface CardParts {
  readonly host: ConsoleHost;
  readonly pictures: Pictures;
  readonly showsFaces: boolean;
  readonly open: (sample: ConsoleSample) => void;
}

function card(
  sample: ConsoleSample,
  { host: { words }, pictures, showsFaces, open }: CardParts,
): TemplateResult {
  const path = `samples/${sample.id}/${sample.has_face ? 'face' : 'raw'}`;
  if (showsFaces) pictures.want(path);
  const address = showsFaces ? pictures.get(path) : undefined;
  const time = words.time(sample.created_at);
  return html`<li>
    <button type="button" class="sample" aria-label=${words.say('openPicture', { time })} @click=${() => open(sample)}>
      ${address ? html`<img src=${address} alt="" />` : html`<span class="blank ${showsFaces && address === undefined ? 'spinning' : ''}" aria-hidden="true">${address === null ? '–' : ''}</span>`}
    </button>
    <p><time datetime=${sample.created_at}>${words.shortTime(sample.created_at)}</time></p>
    ${judgement(sample, words)}
  </li>`;
}

/** What the server said when the picture came, and whether the label says otherwise. */
function judgement({ outcome, label }: ConsoleSample, words: ConsoleHost['words']): TemplateResult {
  if (outcome === null) return html`<p class="faint">${words.say('notJudged')}</p>`;
  const isMistaken = outcome !== 'unanswered' && (outcome === 'live') !== (label === 'live');
  return html`<p class=${isMistaken ? 'mistaken' : 'faint'} title=${isMistaken ? words.say('mistaken') : nothing}>
    ${isMistaken ? html`<span aria-hidden="true">≠</span>` : nothing}
    ${words.say('judged', { outcome: words.say(`outcome.${outcome}`) })}
    ${isMistaken ? html`<span class="unseen">${words.say('mistaken')}</span>` : nothing}
  </p>`;
}

interface DetailParts {
  readonly host: ConsoleHost;
  readonly pictures: Pictures;
  readonly unshown: Set<string>;
  readonly trouble: string | undefined;
  readonly relabel: (sample: ConsoleSample) => Promise<void>;
  readonly close: () => void;
}

function details(
  sample: ConsoleSample,
  { host, pictures, unshown, trouble, relabel, close }: DetailParts,
): TemplateResult {
  const { words, status, redraw } = host;
  const time = words.time(sample.created_at);
  const onError = () => {
    unshown.add(sample.id);
    redraw();
  };
  const picture = (address: string | null | undefined) => {
    if (address === undefined) return html`<p class="spinning">${words.say('loading')}</p>`;
    if (address === null) return html`<p>${words.say('failed')}</p>`;
    return unshown.has(sample.id)
      ? html`<p>${words.say('notShown', { format: sample.format })}</p>`
      : html`<img src=${address} alt=${words.say('pictureOf', { time })} @error=${onError} />`;
  };
  return html`<div class="picture">${picture(pictures.get(`samples/${sample.id}/raw`))}</div>
    <p><strong>${words.say(`label.${sample.label}`)}</strong> · <time datetime=${sample.created_at}>${time}</time><br /><code>${sample.id}</code></p>
    ${judgement(sample, words)}
    ${trouble === undefined ? nothing : html`<p class="notice bad" role="alert">${trouble}</p>`}
    <div class="actions">
      ${
        status.may_relabel
          ? html`<button type="button" @click=${() => void relabel(sample)}>
              ${words.say(sample.label === 'live' ? 'toSpoof' : 'toLive')}
            </button>`
          : nothing
      }
      <button type="button" @click=${close}>${words.say('close')}</button>
    </div>`;
}
