import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Two modules without dependencies: what Lit does for the element comes along in it. */
export default defineConfig({
  root: here('.'),
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: here('dist'),
    emptyOutDir: true,
    reportCompressedSize: true,
    // Lit asks that its licence goes with it; minified code bears none.
    license: { fileName: 'licences.md' },
    lib: {
      entry: { index: here('src/index.ts'), element: here('src/element.ts') },
      formats: ['es'],
    },
  },
});
