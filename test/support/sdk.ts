import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../sdk', import.meta.url));

/** The modules of the SDK as its users get them, by file name; built once a process, and written nowhere. */
export function buildSdk(): Promise<ReadonlyMap<string, string>> {
  building ??= build();
  return building;
}

let building: Promise<ReadonlyMap<string, string>> | undefined;

async function build(): Promise<ReadonlyMap<string, string>> {
  const vite = await import('vite');
  const configFile = `${root}/vite.config.ts`;
  const result = await vite.build({ configFile, build: { write: false }, logLevel: 'warn' });
  const [output] = [result].flat();
  if (!output || !('output' in output)) throw new Error('Vite has built nothing.');
  return new Map(
    output.output.map((file) => [file.fileName, 'code' in file ? file.code : String(file.source)]),
  );
}

/** What a page of a relying party allows: nothing but its own files. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "media-src 'self' blob:",
  "img-src 'self' data:",
].join('; ');

/** A page with the element, and how it is opened. */
export interface ElementPage {
  /** Attributes of the element; its server is the page's own. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Attributes of the page's `html`. */
  readonly html?: Readonly<Record<string, string>>;
  /** Of the page's script, which has the \`element\`. */
  readonly script?: string;
  /** Where the page is, if not at the server's own address. */
  readonly origin?: string;
  readonly context?: BrowserContextOptions;
  /** Before anything is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/**
 * Opens a page with `<bonafide-liveness>` under a strict Content-Security-Policy, at the origin of the server `url`.
 * `#told` repeats the instruction for who cannot look into shadow roots, `events` is what the element has dispatched.
 * The test fails when a script does, or the policy is violated.
 */
export async function openElement(browser: Browser, url: string, page: ElementPage = {}): Promise<Page> {
  const { attributes = { contract: 'challenge' }, html = { lang: 'en' }, origin = url, context } = page;
  const modules = await buildSdk();
  const opened = await browser.newPage({ locale: 'en-GB', ...context });
  const mistakes: string[] = [];
  opened.on('pageerror', (error) => mistakes.push(String(error)));
  opened.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) mistakes.push(message.text());
  });
  onTestFinished(() => {
    if (mistakes.length > 0) throw new Error(`The page failed: ${mistakes.join('\n')}`);
  });
  await page.prepare?.(opened);
  await opened.route(`${origin}/camera-page/**`, (route) => {
    const name = new URL(route.request().url()).pathname.replace('/camera-page/', '');
    if (name === '') return route.fulfill(file(document(html, attributes), 'text/html'));
    if (name === 'page.css') return route.fulfill(file(style, 'text/css'));
    if (name === 'page.js') return route.fulfill(file(`${script}\n${page.script ?? ''}`, 'text/javascript'));
    const module = modules.get(name);
    return module === undefined
      ? route.fulfill({ status: 404 })
      : route.fulfill(file(module, 'text/javascript'));
  });
  await opened.goto(`${origin}/camera-page/`);
  await opened.locator('bonafide-liveness').getByRole('button').first().waitFor();
  return opened;
}

const file = (body: string, type: string) => ({
  body,
  contentType: `${type}; charset=utf-8`,
  headers: { 'content-security-policy': policy },
});

const write = (attributes: Readonly<Record<string, string>>) =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('');

const document = (html: Readonly<Record<string, string>>, attributes: Readonly<Record<string, string>>) =>
  `<!doctype html><html${write(html)}><head><meta charset="utf-8"><title>Try</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css"><script type="module" src="page.js"></script></head>
<body><main><h1 class="told">Try</h1><bonafide-liveness${write(attributes)}></bonafide-liveness>
<p id="told" class="told"></p></main></body></html>`;

const style = `:root { color-scheme: light dark; }
body { margin: 0; padding: 1rem; background: #f5f6f8; }
@media (prefers-color-scheme: dark) { body { background: #10151b; } }
.told { position: absolute; inset-block-end: 0; inline-size: 1px; block-size: 1px; overflow: hidden; margin: 0; }`;

const script = `import './element.js';
const element = document.querySelector('bonafide-liveness');
globalThis.events = [];
for (const name of ['complete', 'failed', 'error', 'token-needed'])
  document.addEventListener('liveness-' + name, ({ type, detail }) => globalThis.events.push({ type, detail }));
globalThis.frames = [];
element.client.addEventListener('frame', ({ detail }) => globalThis.frames.push(detail));
element.client.addEventListener('state', ({ detail }) => {
  document.querySelector('#told').textContent = detail.instruction ?? '';
});`;
