import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const pages = fileURLToPath(new URL('.', import.meta.url));
const built = join(pages, '../dist/pages');

/** Every folder with an `index.html` is a page, named after the folder. */
const entries = Object.fromEntries(
  readdirSync(pages)
    .map((name) => [name, join(pages, name, 'index.html')] as const)
    .filter(([, entry]) => existsSync(entry)),
);

/**
 * Hashed names, `console/index.html` beside `assets/…`; `src/plugins/static-pages.ts` serves them, and its policy is
 * why nothing is inlined.
 */
export default defineConfig({
  root: pages,
  base: './',
  publicDir: false,
  // Pages know nothing of the environment they were built in.
  envPrefix: 'NOTHING_',
  // The SDK by the name its users know it by, from its sources: nothing has to be built before.
  resolve: { tsconfigPaths: true },
  build: {
    outDir: built,
    // A server that runs goes on to find its files; `tidy` removes those of builds before.
    emptyOutDir: false,
    assetsInlineLimit: 0,
    // As old as the browsers that have requestVideoFrameCallback in all three engines.
    target: ['chrome109', 'firefox132', 'safari16.4'],
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Lit and others ask that their licences go with them; minified code bears none.
    license: { fileName: 'licences.md' },
    // A slow machine is no news.
    rolldownOptions: { input: entries, checks: { pluginTimings: false } },
  },
  experimental: {
    // A page at /console is one folder above where its file lies, whatever a proxy puts before.
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? file : { relative: true }),
  },
  plugins: [tidy()],
});

/** Puts compressed copies beside what the build has written, and removes the files of builds before it. */
function tidy(): Plugin {
  return {
    name: 'bonafide:tidy',
    apply: 'build',
    writeBundle({ dir = built }, bundle) {
      const ours = Object.values(bundle).filter(({ fileName }) => dirname(fileName) === 'assets');
      const names = new Set(ours.map(({ fileName }) => basename(fileName)));
      const assets = join(dir, 'assets');
      for (const name of existsSync(assets) ? readdirSync(assets) : [])
        if (!names.has(name.replace(/\.(br|gz)$/, ''))) rmSync(join(assets, name));
      for (const item of ours) {
        const content = item.type === 'chunk' ? item.code : item.source;
        const path = join(dir, item.fileName);
        if (!/\.(js|css|svg)$/.test(path)) continue;
        writeOnce(`${path}.br`, () => brotliCompressSync(content));
        writeOnce(`${path}.gz`, () => gzipSync(content, { level: 9 }));
      }
    },
  };
}

/** What bears a name with a hash has its content: most builds find all of it there, and whole. */
function writeOnce(path: string, content: () => Uint8Array): void {
  if (existsSync(path)) return;
  writeFileSync(`${path}.${process.pid}`, content());
  renameSync(`${path}.${process.pid}`, path);
}
