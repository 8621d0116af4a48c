import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const built = join(import.meta.dirname, '../dist/pages');

/** What a browser loads for a page before its own texts, gzipped, in bytes. */
function sizeOf(page: string): number {
  const html = readFileSync(join(built, page, 'index.html'), 'utf8');
  const names = new Set([...html.matchAll(/"assets\/([^"]+)"/g)].map(([, name]) => name!));
  for (const name of names)
    if (name.endsWith('.js'))
      for (const [, imported] of readFileSync(join(built, 'assets', name), 'utf8').matchAll(
        /from\s*["'`]\.\/([^"'`]+)["'`]/g,
      ))
        names.add(imported!);
  const files = readdirSync(join(built, 'assets'));
  for (const name of names) expect(files).toContain(`${name}.gz`);
  return [...names].reduce(
    (total, name) => total + readFileSync(join(built, 'assets', `${name}.gz`)).length,
    0,
  );
}

// At 400 kbit/s 50 kB take a second, and the first instruction is promised within three of the camera.
it.each([
  ['test', 50_000],
  // Its drawings come when they are asked for.
  ['console', 30_000],
])('keeps %s below %i bytes gzipped', (page, limit) => {
  expect(sizeOf(page)).toBeLessThan(limit);
  expect(sizeOf(page)).toBeGreaterThan(limit / 3);
});
