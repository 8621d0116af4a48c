import { svg, type TemplateResult } from 'lit';
import type { Countdown } from './countdown.ts';
import type { Screen } from './screen.ts';

/**
 * The oval and what is drawn with it. The drawing is as large as the stage lets it be, so the oval fits portrait
 * and landscape; what lies outside of the oval is dimmed by a frame far larger than any stage.
 */
export function drawOval(kind: Screen['kind'], countdown: Countdown | null): TemplateResult {
  const isLive = kind === 'running' || kind === 'preparing';
  return svg`<svg class="oval" viewBox="8 0 84 100" aria-hidden="true">
    ${isLive ? svg`<path class="shade" fill-rule="evenodd" d="M-400-400H500V500H-400Z${ellipse}" />` : null}
    <path class="ring" d=${ellipse} />
    ${countdown && svg`<path class="time" d=${ellipse} pathLength="100" stroke-dasharray="100" stroke-dashoffset=${100 - countdown.share * 100} />`}
    ${figures[kind]}
  </svg>`;
}

/** From the top, clockwise: the countdown runs out where it began. */
const ellipse = 'M50 8.5A31.5 41.5 0 0 1 50 91.5A31.5 41.5 0 0 1 50 8.5Z';

const silhouette = svg`<g class="figure">
  <path d="M50 23c-9.600 0-16 7.200-16 17.500 0 12 7.300 22 16 22s16-10 16-22C66 30.200 59.600 23 50 23Z" />
  <path d="M24.500 77.500C28 68.500 36.500 66 42 64.600c2.200 2.300 5 3.700 8 3.700s5.800-1.400 8-3.700c5.500 1.400 14 3.900 17.500 12.900C69.800 86.200 60.700 91.500 50 91.500S30.200 86.200 24.500 77.500Z" />
</g>`;

const figures: Readonly<Record<Screen['kind'], TemplateResult | null>> = {
  start: silhouette,
  preparing: null,
  running: null,
  complete: svg`<path class="sign" d="M36.500 51.500 46 61l18-21.500" />`,
  failed: svg`<g class="sign"><path d="M50 36v18" /><path d="M50 64.500v.01" /></g>`,
};

/** The arrow points away from the middle; which way that is, its place tells. */
export const arrow: TemplateResult = svg`<svg viewBox="0 0 48 48" aria-hidden="true">
  <circle cx="24" cy="24" r="22" />
  <path d="M33 24H15m8-9-9 9 9 9" />
</svg>`;

export const loudspeaker: TemplateResult = svg`<svg viewBox="0 0 24 24" aria-hidden="true">
  <path d="M4 9.500v5h3.500L12 18.500v-13L7.500 9.500Z" />
  <path class="waves" d="M15.500 9a4.200 4.200 0 0 1 0 6M18 6.500a7.800 7.800 0 0 1 0 11" />
</svg>`;
