import type { FastifyInstance } from 'fastify';
import { BonafideError } from '../errors.ts';

/** Far more values than a request has: the most pictures in one are a few dozen, each a text. */
const maxMarks = 100_000;

/**
 * Parses JSON bodies as Fastify does, but none of very many values: a body as long as a picture has room for millions of
 * empty lists, which stop the server for one to two seconds, and a picture is a single text.
 */
export function limitJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (hasManyValues(body)) done(new BonafideError('invalid_request', 'The body holds too many values.'));
    else return parse(request, body, done);
  });
}

/**
 * Whether a JSON text has more than a hundred thousand of the marks that values begin with or are separated by, those
 * within texts included; base64 has none. Takes a millisecond for the longest body.
 */
export function hasManyValues(text: string): boolean {
  let marks = 0;
  for (const mark of [',', '[', '{'])
    for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1))
      if (++marks > maxMarks) return true;
  return false;
}
