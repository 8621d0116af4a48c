import type { RunDescription } from '../../../decisions/evaluation/report.ts';
import { html, type Markup } from '../html.ts';
import { fewUnits } from '../numbers.ts';
import { unitWords } from '../words.ts';

/** Each word that is not plain English, in a line. */
export function glossarySection({ unit, bootstrapDraws }: RunDescription): Markup {
  const words: readonly (readonly [string, string])[] = [
    ['Genuine, or bona fide', 'A living person before the camera, who is who they seem to be.'],
    [
      'Attack',
      'Something held before the camera to be taken for a living person. Its species is what it is made of: a print, a replay on a screen, a mask; unnamed where the list of files does not say.',
    ],
    ['Unit', unitWords[unit].about],
    [
      'APCER',
      'Of the attacks of one species, the share that is called live. The worst species is what counts.',
    ],
    ['BPCER', 'Of genuine people, the share that is called an attack.'],
    [
      'Inconclusive, or undecided',
      'No verdict: the server asks for an active check, a turn of the head for instance.',
    ],
    [
      'Non-response',
      'The share that got no answer at all, because no face was found for instance. It is in no other rate.',
    ],
    [
      'In range',
      'What the nets were made for: a face that is large enough, looks ahead, is not cut off, blurred or dark, and has some room around it. The rest is inconclusive, whatever its score.',
    ],
    [
      'Live probability',
      'What the server thinks: of faces at 90 %, nine of ten should be living people, where attacks are as many as people.',
    ],
    [
      'EER',
      'The equal error rate: both errors at the one threshold where they are alike. It lies in hindsight, and so compares methods; it promises nothing.',
    ],
    ['AUC', 'The chance that a genuine one scores higher than an attack: 1 is perfect, 0.5 is guessing.'],
    [
      'DET',
      'Detection error trade-off: both errors against each other as the threshold moves. Further down and left is better.',
    ],
    [
      'Interval',
      `Where the true rate lies with 95 % confidence: exact (Clopper and Pearson) for one source; by drawing people anew, ${bootstrapDraws} times, for sources together.`,
    ],
    ['*', `Fewer than ${fewUnits} units: the interval says more than the rate.`],
  ];
  return html`<section id="words">
<h2>The words</h2>
<p>They are those of ISO/IEC 30107-3, the standard for testing the detection of attacks. There is no “accuracy” here: it would depend on how many attacks the data happen to hold.</p>
<dl>
${words.map(([word, meaning]) => html`<div><dt>${word}</dt><dd>${meaning}</dd></div>\n`)}</dl>
</section>
`;
}
