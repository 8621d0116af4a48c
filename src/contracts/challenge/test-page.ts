import { readFileSync } from 'node:fs';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { chooseLanguage, type Language, type Messages, messages, say } from '../../messages.ts';

/** What the page needs to know of the server. */
export interface TestPageOptions {
  /** Whether the page asks for an API key. */
  readonly needsKey: () => Promise<boolean>;
  /** Seconds for one turn, which the page counts down. */
  readonly challengeSeconds: number;
}

/** A file of the package, which lies as far from here in `src` as in `dist`. */
const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/**
 * `GET /test`: a page to try the challenge with, open to all. It speaks the language that the browser likes
 * best, Uzbek as seed 001's demonstration where it is none of ours.
 */
export const testPage: FastifyPluginAsyncTypebox<TestPageOptions> = async (app, options) => {
  const template = read('pages/test/template.html');
  app.get(
    '/test',
    {
      schema: {
        tags: ['challenge'],
        operationId: 'testPage',
        summary: 'A page to try the challenge with',
        response: { 200: { description: 'The page.', content: { 'text/html': { schema: Type.String() } } } },
      },
    },
    async ({ headers }, reply) => {
      const language = chooseLanguage(headers['accept-language'], 'uz');
      reply.headers({
        'content-type': 'text/html; charset=utf-8',
        'content-language': language,
        vary: 'Accept-Language',
        'permissions-policy': 'camera=(self)',
      });
      return reply.send(fillIn(template, language, options.challengeSeconds, await options.needsKey()));
    },
  );
  serveFile('/test/page.js', 'text/javascript', read('pages/test/page.js'));
  serveFile('/test/client.js', 'text/javascript', read('docs/clients/javascript.js'));
  serveFile('/test/page.css', 'text/css', read('pages/look.css') + read('pages/test/page.css'));

  function serveFile(url: string, type: string, text: string): void {
    app.get(url, { schema: { hide: true } }, async (_request, reply) =>
      reply.type(`${type}; charset=utf-8`).send(text),
    );
  }
};

/** Puts words and settings where the template has their names. */
function fillIn(template: string, language: Language, challengeSeconds: number, needsKey: boolean): string {
  const texts = textsOf('page', language);
  const values: Readonly<Record<string, string>> = {
    language,
    challengeSeconds: String(challengeSeconds),
    texts: escapeHtml(JSON.stringify({ ...texts, failures: textsOf('failure', language) })),
    keyField: needsKey ? keyField(texts.key ?? '') : '',
  };
  return template.replace(
    /\{\{(?:page\.)?(\w+)\}\}/g,
    (place, name: string) => values[name] ?? escapeHtml(texts[name] ?? place),
  );
}

/** The texts whose names begin with `prefix` and a point, by what follows: `LEFT` for `page.LEFT`. */
function textsOf(prefix: string, language: Language): Readonly<Record<string, string>> {
  const keys = Object.keys(messages[language]) as (keyof Messages)[];
  const ours = keys.filter((key) => key.startsWith(`${prefix}.`));
  return Object.fromEntries(ours.map((key) => [key.slice(prefix.length + 1), say(key, language)]));
}

function keyField(label: string): string {
  return `<label>${escapeHtml(label)} <input type="password" autocomplete="off" required /></label>`;
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
