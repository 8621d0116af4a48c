import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Content, html, type Markup, markup } from './html.ts';

/** A file of the package, which lies as far from here in `src` as in `dist`. */
const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** The colours and the type of all pages, as CSS. */
export function readLook(): string {
  return read('pages/look.css');
}

/**
 * A page that needs nothing beside it: it runs no script, and its policy lets a browser ask no host for anything.
 *
 * @param head what stands above the rest: the heading, and links into the page
 */
export function page(title: string, head: Content, main: Content): Markup {
  const css = readLook() + read('pages/report/report.css');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(css)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${markup(css)}</style>
</head>
<body>
<header>
${head}
</header>
<main>
${main}
</main>
</body>
</html>
`;
}

/** Nothing but the one style sheet that is in the page. */
function policy(css: string): string {
  const hash = createHash('sha256').update(css).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
}
