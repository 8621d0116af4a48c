import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { renderReport } from '../../src/cli/evaluation-report/render-report.ts';
import { startBrowser } from '../support/browser.ts';
import { manySources, syntheticReport } from '../support/evaluation-report.ts';
import { openFront } from '../support/front.ts';

// The report of `bonafide evaluate` in a real browser: axe-core, and whatever the browser complains of.

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

it.each([
  { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const)('can be read by everybody, complains of nothing and fits: %j', async (look) => {
  const report = renderReport(syntheticReport(manySources));
  const site = await openFront('http://127.0.0.1:1', (_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(report);
    return true;
  });
  // The report's own policy allows no script but those of the test's browser.
  const context = await (await startBrowser()).newContext({ ...look, bypassCSP: true });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  await page.goto(site.url);
  await page.evaluate(axe);
  const findings =
    await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`);
  expect(findings).toEqual([]);
  expect(
    await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
  ).toBeLessThanOrEqual(0);
  expect(complaints).toEqual([]);
});
