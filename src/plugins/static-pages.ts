import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';

/** Where `npm run build` puts the pages: as far from here in `src` as in `dist`. */
const built = fileURLToPath(new URL('../../dist/pages/', import.meta.url));

/**
 * What a page may load and do: its own server's files, and nothing inline. `blob:` is for pictures that a page has
 * fetched with its key, or taken.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

/** As long as a cache may keep anything (RFC 9111), in milliseconds. */
const year = 31_536_000_000;

/**
 * Serves what the pages are made of at `/assets`: names hold a hash of what is in the file, so a browser asks once.
 *
 * @throws Error where the pages have not been built
 */
export const pageAssets = fastifyPlugin(async (app: FastifyInstance) => {
  if (!existsSync(`${built}assets`))
    throw new Error('The pages are not built: run `npm run build`, or start with `npm start`.');
  await app.register(fastifyStatic, {
    root: `${built}assets`,
    prefix: '/assets/',
    decorateReply: false,
    index: false,
    dotfiles: 'ignore',
    maxAge: year,
    immutable: true,
    preCompressed: true,
    setHeaders: (reply) => void reply.header('content-security-policy', contentSecurityPolicy),
  });
});

/** How a page is served. */
export interface PageOptions {
  /** Its folder in `pages/`. */
  readonly page: string;
  /** Whether it may ask for the camera; default: no. */
  readonly usesCamera?: boolean;
}

/** A handler that answers with a page, which browsers ask for anew each time: it names the files of this version. */
export function servePage({ page, usesCamera = false }: PageOptions) {
  const permissions = `camera=(${usesCamera ? 'self' : ''}), microphone=(), geolocation=()`;
  return async ({ headers }: FastifyRequest, reply: FastifyReply): Promise<string> => {
    const html = await readFile(`${built}${page}/index.html`, 'utf8');
    // By what is in it: two versions differ in a hash alone, and may have the same size and the same time.
    const etag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`;
    reply.headers({
      'cache-control': 'no-cache',
      'content-security-policy': contentSecurityPolicy,
      'permissions-policy': permissions,
      'content-type': 'text/html; charset=utf-8',
      etag,
    });
    if (!isKnown(etag, headers['if-none-match'])) return html;
    reply.code(304);
    return '';
  };
}

/** Whether a client has it: proxies that compress make a weak tag of ours (RFC 9110, section 13.1.2). */
function isKnown(etag: string, ifNoneMatch = ''): boolean {
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
