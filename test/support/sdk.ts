import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { listeningApp } from './app.ts';
import { failOnErrors } from './browser.ts';
import { type Front, openFront } from './front.ts';

const root = fileURLToPath(new URL('../../sdk', import.meta.url));

/** The modules of the SDK as its users get them, by file name; built once a process, into a folder that goes with it. */
export function buildSdk(): ReadonlyMap<string, string> {
  modules ??= build();
  return modules;
}

let modules: ReadonlyMap<string, string> | undefined;

function build(): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'bonafide-sdk-'));
  // In a process of its own: what tests set in theirs would build Lit for development.
  const env = { PATH: process.env.PATH, NODE_ENV: 'production' };
  const vite = join(root, '../node_modules/vite/bin/vite.js');
  execFileSync(process.execPath, [vite, 'build', root, '--outDir', folder, '--logLevel', 'warn'], { env });
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const built = new Map(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  rmSync(folder, { recursive: true });
  return built;
}

/** What a page of a relying party allows: nothing but its own files, and the liveness server. */
const policyWith = (server: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${server} ${server.replace('http', 'ws')}`,
    "media-src 'self' blob:",
    "img-src 'self' data:",
  ].join('; ');

/** A page with the element, and how it is opened. */
export interface ElementPage {
  /** Attributes of the element; its server is the page's own. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Attributes of the page's `html`. */
  readonly html?: Readonly<Record<string, string>>;
  /** What the page's own script does besides, after the element is there. */
  readonly script?: string;
  readonly context?: BrowserContextOptions;
  /** Errors in its console that the test provokes: see `consoleLines`. */
  readonly expected?: readonly RegExp[];
  /** Before anything is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** Opens pages of the element before the server at `url`: at the address of the front. They may ask the server itself, too. */
export function openElementFront(url: string): Promise<Front> {
  const built = buildSdk();
  const policy = policyWith(url);
  return openFront(url, ({ url: path = '/' }, response) => {
    const { pathname, searchParams: query } = new URL(path, 'http://front');
    if (!pathname.startsWith('/camera-page/')) return false;
    const name = pathname.slice('/camera-page/'.length);
    const more = query.get('script') ?? '';
    const texts: Readonly<Record<string, () => string>> = {
      'index.html': () =>
        document(JSON.parse(query.get('html') ?? '{}'), JSON.parse(query.get('attributes') ?? '{}'), more),
      'page.css': () => style,
      'page.js': () => script,
      'more.js': () => more,
    };
    const body = texts[name]?.() ?? built.get(name);
    const type = /html$/.test(name) ? 'text/html' : /css$/.test(name) ? 'text/css' : 'text/javascript';
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': policy,
    });
    response.end(body);
    return true;
  });
}

/** The app of `testApp`, listening, behind pages of the element; returns the address of the pages. */
export async function listeningWithElement(...parts: Parameters<typeof listeningApp>): Promise<string> {
  return (await openElementFront(await listeningApp(...parts))).url;
}

/**
 * Opens a page with `<bonafide-liveness>` under a strict Content-Security-Policy, at the server `url` of
 * `listeningWithElement`. `#told` repeats the instruction for who cannot look into shadow roots, `events` is what the
 * element has dispatched. The test fails as `failOnErrors` says.
 */
export async function openElement(browser: Browser, url: string, page: ElementPage = {}): Promise<Page> {
  const { attributes = { contract: 'challenge' }, html = { lang: 'en' }, script: more = '', context } = page;
  const opened = await browser.newPage({ locale: 'en-GB', ...context });
  failOnErrors(opened, page.expected);
  await page.prepare?.(opened);
  const query = new URLSearchParams({
    html: JSON.stringify(html),
    attributes: JSON.stringify(attributes),
    script: more,
  });
  await opened.goto(`${url.replace(/\/$/, '')}/camera-page/index.html?${query}`);
  await opened.locator('bonafide-liveness').getByRole('button').first().waitFor();
  return opened;
}

const write = (attributes: Readonly<Record<string, string>>) =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('');

const document = (
  html: Readonly<Record<string, string>>,
  attributes: Readonly<Record<string, string>>,
  more: string,
) =>
  `<!doctype html><html${write(html)}><head><meta charset="utf-8"><title>Try</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css"><script type="module" src="page.js"></script>
<script type="module" src="more.js?${new URLSearchParams({ script: more })}"></script></head>
<body><main><h1 class="told">Try</h1><bonafide-liveness${write(attributes)}></bonafide-liveness>
<p id="told" class="told"></p></main></body></html>`;

const style = `:root { color-scheme: light dark; }
body { margin: 0; padding: 1rem; background: #f5f6f8; }
@media (prefers-color-scheme: dark) { body { background: #10151b; } }
.told { position: absolute; inset-block-end: 0; inline-size: 1px; block-size: 1px; overflow: hidden; margin: 0; }`;

const script = `import './element.js';
globalThis.sdk = await import('./index.js');
const element = document.querySelector('bonafide-liveness');
globalThis.events = [];
for (const name of ['complete', 'failed', 'error', 'token-needed'])
  document.addEventListener('liveness-' + name, ({ type, detail }) => globalThis.events.push({ type, detail }));
globalThis.frames = [];
element.client.addEventListener('frame', ({ detail }) => globalThis.frames.push(detail));
globalThis.hints = [];
element.client.addEventListener('message', ({ detail }) => detail.hint && globalThis.hints.push(detail.hint));
element.client.addEventListener('state', ({ detail }) => {
  document.querySelector('#told').textContent = detail.instruction ?? '';
});`;
