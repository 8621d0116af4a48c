import type { ClassRates, LiveCalibrationFile, SourceRates } from '../decisions/live-calibration-file.ts';

/** What a calibration came to, in lines for a terminal. */
export function calibrationSummary(file: LiveCalibrationFile): string[] {
  const { rates, data, limits, equalErrorRate } = file;
  const { realised } = rates;
  const weights = Object.entries(file.nets ?? {}).map(
    ([net, { weight, mean, scale }]) =>
      `  ${net.padEnd(20)} ${weight.toFixed(2)} · (logit − ${mean.toFixed(2)}) / ${scale.toFixed(2)}`,
  );
  return [
    `${file.name}: fitted to ${data.files} pictures of ${data.sources.length} sources; ${data.outOfRange} were out of range, ${data.withoutAnswer} had no answer.`,
    ...weights,
    `  live from ${percent(limits.live)}, an attack up to ${percent(limits.attack)}`,
    rates.leftOut === 'families'
      ? 'Of sources that it had not seen, each left out in turn, in range:'
      : 'Of the same sources, in range, for they are too few to leave one out: another camera may do worse:',
    `  attacks called live ${percent(realised.attacksCalledLive)} (stated: at most ${percent(rates.stated.attacksCalledLive)}), called an attack ${percent(realised.attacksCalledAttack)}`,
    `  bona fide called an attack ${percent(realised.genuineCalledAttack)} (stated: at most ${percent(rates.stated.genuineCalledAttack)}), called live ${percent(realised.genuineCalledLive)}`,
    `  equal error rate ${percent(equalErrorRate.calibrated)}, of the mean of the live scores ${percent(equalErrorRate.rawMean)}`,
    ...rates.bySource.map(sourceLine),
  ];
}

function sourceLine({ source, isFitted, bonaFide, attack }: SourceRates): string {
  return `  ${source.padEnd(26)} attacks ${classText(attack, 'live')}; bona fide ${classText(bonaFide, 'attack')}${isFitted ? '' : ' (not learnt from)'}`;
}

function classText(rates: ClassRates | null, wrong: 'live' | 'attack'): string {
  if (rates === null) return '-';
  const { calledLive, calledAttack, wrongUnits, units, files } = rates;
  const share = wrong === 'live' ? calledLive : calledAttack;
  return `${percent(share)} called ${wrong} (${files} of ${units}: ${wrongUnits.errors} units, ${percent(wrongUnits.low)} to ${percent(wrongUnits.high)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
