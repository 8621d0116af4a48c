import type { Estimate, Rate } from '../../decisions/evaluation/report.ts';
import { html, type Markup } from './html.ts';

/**
 * Below so many units a rate is marked as resting on few: even without a single error its exact interval reaches
 * beyond 10 % (Clopper and Pearson: 0 of 30 reaches to 11.6 %).
 */
export const fewUnits = 30;

/** What stands where there is no figure. */
export const none: Markup = html`<span class="none" title="not measured">–</span>`;

/**
 * A share as a percentage, as exact as so many units allow: one of 200 is half a percent, so below that no decimals. A
 * share that is not zero is never shown as zero, nor one that is not all as all.
 *
 * @param units how many the share is of
 */
export function percent(share: number, units: number): string {
  const decimals = decimalsOf(units);
  const smallest = 10 ** -decimals;
  const value = 100 * share;
  // None and all are exact.
  if (value === 0 || value === 100) return `${value}${percentSign}`;
  if (value < smallest / 2) return `<${smallest}${percentSign}`;
  if (value > 100 - smallest / 2) return `>${(100 - smallest).toFixed(decimals)}${percentSign}`;
  return `${value.toFixed(decimals)}${percentSign}`;
}

/** The sign, which stays on the line of its number. */
const percentSign = '\u00a0%';

function decimalsOf(units: number): number {
  return units < 200 ? 0 : 1;
}

/** From where to where, both as a percentage, rounded: `2–20 %`. */
export function percentSpan(low: number, high: number, units: number): string {
  const [from, to] = [low, high].map((share) => {
    const value = 100 * share;
    return value === 0 || value === 100 ? String(value) : value.toFixed(decimalsOf(units));
  });
  return from === to ? `${to}${percentSign}` : `${from}–${to}${percentSign}`;
}

/** A rate with its interval and what it counts, for a cell of a table. */
export function rateCell(rate: Rate | null | undefined): Markup {
  if (!rate || rate.of === 0) return none;
  return html`<strong>${percent(rate.rate, rate.of)}</strong>${fewMark(rate.of)} <small>${percentSpan(rate.low, rate.high, rate.of)}</small> <small class="count">${count(rate.errors)} of ${count(rate.of)}</small>`;
}

function fewMark(units: number): Markup | undefined {
  return units < fewUnits
    ? html`<abbr title="few units: the interval says more than the rate">*</abbr>`
    : undefined;
}

/** A share whose interval comes from drawing anew, as a percentage. */
export function estimateCell(estimate: Estimate | null | undefined, units: number): Markup {
  if (!estimate) return none;
  return html`<strong>${percent(estimate.value, units)}</strong>${fewMark(units)}${spanOf(estimate, (low, high) => percentSpan(low, high, units))}`;
}

/** An area under a curve: 0.5 is guessing, 1 is perfect. */
export function areaCell(estimate: Estimate | null | undefined, units: number): Markup {
  if (!estimate) return none;
  const digits = (value: number) => value.toFixed(decimalsOf(units) + 2);
  return html`<strong>${area(estimate.value, units)}</strong>${fewMark(units)}${spanOf(estimate, (low, high) => `${digits(low)}–${digits(high)}`)}`;
}

function spanOf({ low, high }: Estimate, written: (low: number, high: number) => string): Markup | undefined {
  if (low === null || high === null) return undefined;
  const span = written(low, high);
  // Drawing anew what never errs, or a single unit, gives the same each time: such an interval says nothing.
  const [from, to = from] = span.replace('\u00a0%', '').split('–');
  return from === to ? undefined : html` <small>${span}</small>`;
}

/** Two digits where there are few units, three where there are many. */
export function area(value: number, units: number): string {
  const decimals = decimalsOf(units) + 2;
  const shown = value.toFixed(decimals);
  return value < 1 && Number(shown) === 1 ? `>${(1 - 10 ** -decimals).toFixed(decimals)}` : shown;
}

/** A whole number, in groups of three digits. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** So many of a thing: `1 clip`, `12 clips`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Milliseconds, with no more than three digits that mean something. */
export function milliseconds(value: number): string {
  const decimals = value < 1 ? 2 : value < 10 ? 1 : 0;
  return decimals === 0 ? count(Math.round(value)) : value.toFixed(decimals);
}
