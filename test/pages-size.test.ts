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
it('keeps the demo below 50 kB gzipped, and the console with its drawings below 130', () => {
  expect(sizeOf('test')).toBeLessThan(50_000);
  expect(sizeOf('test')).toBeGreaterThan(20_000);
  expect(sizeOf('console')).toBeLessThan(130_000);
  expect(sizeOf('console')).toBeGreaterThan(sizeOf('test'));
});
