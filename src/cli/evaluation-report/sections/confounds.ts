import type { ConfoundRow, PresentationReport } from '../../../decisions/evaluation/report.ts';
import { html, type Markup } from '../html.ts';
import { areaCell, none } from '../numbers.ts';
import { named } from '../plots/palette.ts';
import { table } from '../table.ts';
import { confoundLabels, leadingScore } from '../words.ts';
import type { Styles } from './rates.ts';

/** From this AUC up something beside the face tells a source's classes apart. */
const confoundedFrom = 0.9;

/** How well things beside the face tell the classes apart. */
export function confounds({ confounds: rows, sources }: PresentationReport, styles: Styles): Markup {
  const measured = rows.some(({ worst }) => worst !== null);
  const heading = html`<h3>What gives attacks away without a look at the face</h3>`;
  if (!measured)
    return html`${heading}<p class="empty">No source has both classes, so nothing could tell them apart.</p>`;
  return html`${heading}
<p>In some collections the attacks are simply smaller, darker or saved in another format. A detector may learn that, look
good, and fail at the first camera it does not know. Each figure is the AUC of that one property <em>alone</em>: 0.5 tells
nothing, 1 tells everything. Above ${confoundedFrom} the source is marked (▲) and left out of the headline, unless it has so few files that chance would do.</p>
${table<ConfoundRow>(
  'How well each property alone separates the classes',
  [
    { head: 'source', cell: ({ source }) => named(styles.get(source)!, source) },
    ...(['face_width', 'brightness', 'sharpness', 'format'] as const).map((name) => ({
      head: confoundLabels[name],
      numeric: true,
      cell: ({ auc, confounded }: ConfoundRow) => areaMeter(auc[name], confounded),
    })),
    {
      head: html`our score <small>AUC</small>`,
      numeric: true,
      cell: ({ source }) => {
        const score = leadingScore(sources.find((one) => one.source === source)?.scores ?? []);
        return areaCell(score?.auc, score ? Math.min(score.units.bonaFide, score.units.attack) : 0);
      },
    },
  ],
  rows,
)}`;
}

/** A figure with a bar from 0.5 to 1. */
function areaMeter(auc: number | null, confounded: boolean): Markup {
  if (auc === null) return none;
  const over = confounded && auc > confoundedFrom;
  const length = Math.round(100 * Math.max(0, auc - 0.5));
  return html`<span class="${over ? 'meter over' : 'meter'}">${over ? '▲ ' : ''}${auc.toFixed(2)}<svg viewBox="0 0 50 4" width="50" height="4" aria-hidden="true"><rect width="50" height="4" class="track"/><rect width="${length}" height="4" class="fill"/></svg></span>`;
}
