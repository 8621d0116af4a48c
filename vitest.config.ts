import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Perception processes are real child processes: they run the built code.
    globalSetup: ['test/build.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'pages/**/*.test.ts', 'sdk/src/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          include: ['test/**/*.test.ts'],
          exclude: ['test/data/**', 'test/browser/**', '**/python.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'data',
          include: ['test/data/**/*.test.ts'],
          exclude: ['**/browser.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      // This needs Python, and fails where it is missing.
      { extends: true, test: { name: 'python', include: ['test/clients/python.test.ts'] } },
      // These need Chromium, and fail where it is missing.
      {
        extends: true,
        test: { name: 'browser', include: ['test/browser/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'browser-data',
          include: ['test/data/browser.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
