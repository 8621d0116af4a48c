import { createHash } from 'node:crypto';
import { type DefaultTreeAdapterTypes, type ParserError, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import {
  manySources,
  type SyntheticSource,
  syntheticReport,
} from '../../../test/support/evaluation-report.ts';
import type { EvaluationReport } from '../../decisions/evaluation/report.ts';
import { renderReport } from './render-report.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

/** The elements of a page, in order; a strict parser has nothing to say against it. */
function elementsOf(page: string): Element[] {
  const mistakes: ParserError[] = [];
  const document = parse(page, { onParseError: (mistake) => mistakes.push(mistake) });
  expect(mistakes).toEqual([]);
  const below = (nodes: readonly Node[]): Element[] =>
    nodes.flatMap((node) => ('childNodes' in node ? [node as Element, ...below(node.childNodes)] : []));
  return below(document.childNodes).filter((node) => 'attrs' in node);
}

const attribute = (element: Element, name: string) => element.attrs.find((one) => one.name === name)?.value;

function textOf(node: Node): string {
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

const render = (changes: Partial<EvaluationReport> = {}, sources = manySources) =>
  renderReport({ ...syntheticReport(sources), ...changes });

/** What a reader sees of a section. */
function section(page: string, id: string): string {
  const found = elementsOf(page).find((element) => attribute(element, 'id') === id);
  return found ? textOf(found).replace(/\s+/g, ' ') : '';
}

const full = render();

describe('the page', () => {
  const elements = elementsOf(full);
  const named = (name: string) => elements.filter(({ tagName }) => tagName === name);

  it('needs nothing beside it: no script, no picture, no host, and a policy that says so', () => {
    const names = new Set(elements.map(({ tagName }) => tagName));
    for (const name of ['script', 'img', 'image', 'iframe', 'object', 'use', 'base', 'form'])
      expect(names).not.toContain(name);
    const style = textOf(named('style')[0]!);
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = named('meta').find((meta) => attribute(meta, 'http-equiv') === 'Content-Security-Policy');
    expect(attribute(policy!, 'content')).toMatch(`default-src 'none'; style-src 'sha256-${hash}';`);
    expect(named('style')).toHaveLength(1);
    expect(style).not.toMatch(/url\(|@import/);
    for (const { attrs } of elements)
      for (const { name, value } of attrs) {
        expect(name).not.toMatch(/^on|^style$/);
        if (/^(href|src|xlink:href)$/.test(name)) expect(value).toMatch(/^(#[a-z]+|data:,)$/);
      }
    expect(full.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
  });

  it('is the same for the same report', () => {
    expect(render()).toBe(full);
  });

  it('draws with numbers', () => {
    expect(full).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it('says what each plot, table and column is', () => {
    const plots = named('svg').filter((svg) => attribute(svg, 'aria-hidden') !== 'true');
    expect(plots.length).toBeGreaterThan(20);
    for (const plot of plots) {
      expect(attribute(plot, 'role')).toBe('img');
      expect(attribute(plot, 'aria-label')).toMatch(/\w/);
    }
    expect(named('figcaption')).toHaveLength(named('figure').length);
    expect(named('caption')).toHaveLength(named('table').length);
    for (const head of named('th')) expect(attribute(head, 'scope')).toMatch(/^(row|col|colgroup)$/);
  });

  it('leads to each of its sections', () => {
    const ids = elements.flatMap((element) => attribute(element, 'id') ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const [more, ...links] = named('a').map((link) => attribute(link, 'href'));
    expect(more).toBe('#baseline');
    expect(links).toEqual(named('section').map((one) => `#${attribute(one, 'id')}`));
    expect(links).toHaveLength(10);
  });

  it('gives a source the same line in all plots and legends', () => {
    const colours = [...full.matchAll(/stroke="(var\(--series-\d\))"[^>]*\/><\/svg> bank\b/g)].map(
      ([, colour]) => colour,
    );
    expect(colours.length).toBeGreaterThan(4);
    expect(new Set(colours).size).toBe(1);
  });
});

describe('what it says', () => {
  it('begins with how many of 100, on what data, and what was left out and why', () => {
    const text = section(full, 'summary');
    expect(text).toMatch(/of 100 attacks of the worst species \(mask\) were called live/);
    expect(text).toMatch(/of 100 genuine people were called an attack/);
    expect(text).toMatch(/of 100 genuine people are sent to an active check/);
    expect(text).toMatch(/Each source was judged by a calibration that had not seen it/);
    expect(text).toMatch(/Counted: airport-gate, bank, .* Each source weighs the same/);
    expect(text).toMatch(/tells the classes apart all by itself, .*: crops-of-few \(face width, AUC 0\.98\)/);
    expect(text).toMatch(/labels or crops are noise: webcam-labels-unsure/);
    expect(text).toMatch(/The third net is not installed/);
    // Of clips there is little, and nothing to boast of.
    expect(text).toMatch(/These are few: 12 genuine units and 6 attacks/);
  });

  it('says on top whether it is better than the raw score, and both ways in which that is so', () => {
    const top = textOf(elementsOf(full).find(({ tagName }) => tagName === 'header')!).replace(/\s+/g, ' ');
    expect(top).toMatch(/our decision was wrong less often than MiniFASNet’s mean at its best single cut/);
    expect(top).toMatch(/To leave things undecided is no error/);
    const text = section(full, 'baseline');
    expect(text).toMatch(/Headline ?6 sources.*in range alone.*All but the noisy ?7 sources, 1 confounded/);
    expect(text).toMatch(/All sources ?8 sources, 1 confounded, 1 noisy/);
    expect(text).toMatch(/less often ?by 4\.1 points/);
    expect(text).toMatch(/cannot tell ?0\.4 points, chance/);
    expect(text).toMatch(/Ranking of still pictures.*EER.*AUC/);
  });

  it('has both errors, what was left open and what got no answer of each source in one table', () => {
    const text = section(full, 'stills');
    const head = text.slice(text.indexOf('Rates by source'));
    expect(head).toMatch(/genuine people ?attacks ?in range alone/);
    expect(head).toMatch(/called an attack BPCER ?undecided ?no answer/);
    expect(head).toMatch(/called live APCER, by species/);
    expect(head).toMatch(/airport-gate.*print [\d<].*replay [\d<].*bank/);
    expect(head).toMatch(/crops-of-few confounded/);
  });

  it.each(['APCER', 'BPCER', 'EER', 'AUC', 'DET', 'Non-response', 'Interval', 'Unit'])(
    'explains %s',
    (word) => {
      expect(section(full, 'words')).toContain(word);
    },
  );

  it('has each part, for stills and for clips', () => {
    for (const part of ['stills', 'clips']) {
      const text = section(full, part);
      for (const heading of [
        'Both errors, by source',
        'Attacks, by species',
        'A single file at a time',
        'DET: both errors as the threshold moves',
        'Scores of people and of attacks',
        'Calibration, before and after',
        'One cut for all cameras',
        'What gives attacks away without a look at the face',
        'How much there was, and what got no answer',
      ])
        expect(text).toContain(heading);
    }
    expect(section(full, 'stills')).toContain('▲ 0.98');
    expect(section(full, 'clips')).toContain('There is a threshold at which no error was seen');
    expect(section(full, 'clips')).toContain('what is answered of a clip rests on more than this score');
  });

  it('names models with their hashes, and how it was made', () => {
    expect(section(full, 'models')).toContain(`minifasnet-v2anti-spoofstrong${'4e'.repeat(32)}`);
    const made = section(full, 'made');
    expect(made).toContain(
      'bonafide evaluate --manifest manifest.csv --unit subject --where kind=A --noisy webcam-labels-unsure',
    );
    expect(made).toContain('ab'.repeat(32));
    expect(made).toMatch(/seed 20260301/);
    expect(made).toMatch(/22 files: label "photo" is neither live nor an attack/);
  });

  it('calls the experimental net that', () => {
    const models = [
      { role: 'anti-spoof', name: 'bonafide-antispoof', pack: 'embedded', sha256: '11'.repeat(32) },
    ] as const;
    const page = render({ models });
    expect(page).toContain('Judged by bonafide-antispoof, which is experimental.');
    expect(section(page, 'models')).toContain('bonafide-antispoof experimental');
  });

  it('says whose word it is that a source is noise', () => {
    const { run } = syntheticReport();
    const noisyByCalibration = { calibration: 'yunet+v2', sources: ['webcam-labels-unsure'] };
    const text = section(render({ run: { ...run, noisyByCalibration } }), 'summary');
    expect(text).toContain('The calibration yunet+v2, which was fitted to this very list of files');
    expect(text).toContain('noise: webcam-labels-unsure.');
    expect(section(full, 'summary')).toContain('Whoever ran the evaluation said that labels or crops');
    expect(section(full, 'summary')).not.toContain('this very list');
  });

  it('says which calibration it rests on, and writes the command as a shell takes it', () => {
    const { run } = syntheticReport();
    const calibrationFile = { name: 'mine.json', sha256: 'ca'.repeat(32) };
    const where = ["subject=Ana d'Or"];
    const text = section(render({ run: { ...run, where, calibrationFile } }), 'made');
    expect(text).toContain(String.raw`--where 'subject=Ana d'\''Or'`);
    expect(text).toContain(`mine.json, SHA-256 ${calibrationFile.sha256}`);
  });

  it('calls sources together by words, and a source by its name, whatever that is', () => {
    const { comparison } = syntheticReport();
    const row = comparison!.rows[0]!;
    const rows = ['headline_in_range', 'not_noisy', 'constructor'].map((of) => ({ ...row, of }));
    const text = section(render({ comparison: { ...comparison!, rows } }), 'comparison');
    expect(text).toContain('stills, headline, in range alone');
    expect(text).toContain('stills, all but the noisy sources');
    expect(text).toContain('stills, constructor');
  });

  it('says which way a difference from another run is better', () => {
    const text = section(full, 'comparison');
    expect(text).toMatch(/calibrated, as shipped.*EER ?AUC.*headline ?[\d.]+ % ?was [\d.]+ % ?−4\.0 better/);
    expect(text).toMatch(/was 0\.\d+ ?\+0\.030 better/);
  });
});

describe('names of strangers', () => {
  const hostile = "</style><script src=//evil.test></script>\"onload='x' & <b>";

  it('stay text, wherever they stand', () => {
    const sources = [
      { name: hostile, bonaFide: 40, attacks: { [hostile]: 30, print: 9 }, apart: 3, faceWidth: 0.97 },
      ...manySources,
    ];
    const report = syntheticReport(sources);
    const page = renderReport({
      ...report,
      run: { ...report.run, manifest: hostile, where: [hostile], notices: [hostile], version: hostile },
      models: [{ role: 'detector', name: hostile, pack: 'named', sha256: 'aa'.repeat(32) }],
    });
    const elements = elementsOf(page);
    expect(elements.filter(({ tagName }) => tagName === 'script' || tagName === 'b')).toHaveLength(
      elementsOf(full).filter(({ tagName }) => tagName === 'b').length,
    );
    for (const { attrs } of elements) for (const { name } of attrs) expect(name).not.toMatch(/^onload/);
    expect(section(page, 'stills')).toContain(hostile);
    expect(section(page, 'made')).toContain(hostile);
  });
});

describe('where data are missing', () => {
  const source = (changes: Partial<SyntheticSource>): SyntheticSource => ({
    name: 'only',
    bonaFide: 40,
    attacks: { print: 40 },
    apart: 3,
    ...changes,
  });

  it.each([
    ['verification', { verification: null }, 'no list of pairs was given'],
    ['comparison', { comparison: null }, 'No other report was given'],
    ['models', { models: [] }, 'No model was loaded'],
    ['latency', { latency: { stills: [], clips: [], concurrency: 1 } }, 'Not measured'],
    ['summary', { stills: null, clips: null }, 'Nothing was evaluated'],
  ] as const)('says so of %s', (id, changes, text) => {
    expect(section(render(changes), id)).toContain(text);
  });

  it('shows no part, and no link to one, for stills or clips that were not there', () => {
    const page = render({ stills: null });
    expect(section(page, 'stills')).toBe('');
    expect(page).not.toContain('href="#stills"');
    expect(section(page, 'clips')).not.toBe('');
  });

  it('draws one source as it draws many', () => {
    const page = render({}, [source({})]);
    expect(section(page, 'summary')).toMatch(/Counted: only\./);
    expect(section(page, 'stills')).not.toContain('All sources, pooled');
  });

  it.each([
    ['attacks', source({ attacks: {} }), 'No attack was answered'],
    ['people', source({ bonaFide: 0 }), 'no trade-off to draw'],
  ] as const)('says what cannot be had without %s', (_, one, text) => {
    const page = render({ clips: null }, [one]);
    const stills = section(page, 'stills');
    expect(stills).toContain(text);
    expect(stills).toContain('no trade-off to draw');
    expect(stills).toContain('no cut can be judged');
    expect(stills).toContain('One class is missing');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('says why there is no headline where every source is marked', () => {
    const page = render({ clips: null }, [source({ faceWidth: 0.99 })]);
    expect(section(page, 'summary')).toContain('every source is left out');
    expect(section(page, 'stills')).toContain('All sources, pooled');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('says what nothing calibrated means', () => {
    const raw = (part: EvaluationReport['stills']): EvaluationReport['stills'] => {
      const keep = <Has extends { readonly scores: readonly { readonly kind: string }[] }>(
        one: Has,
      ): Has => ({
        ...one,
        scores: one.scores.filter(({ kind }) => kind === 'raw_mean'),
      });
      return (
        part && {
          ...part,
          sources: part.sources.map(keep),
          headline: keep(part.headline),
          all: keep(part.all),
        }
      );
    };
    const { stills, scoreKinds } = syntheticReport();
    const page = render({
      stills: raw(stills),
      clips: null,
      scoreKinds: scoreKinds.filter(({ kind }) => kind === 'raw_mean'),
    });
    expect(section(page, 'summary')).toContain('no calibration answered');
    expect(section(page, 'stills')).toContain('Nothing here is calibrated');
    expect(section(page, 'stills')).toContain('Before: raw mean of the nets');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});
