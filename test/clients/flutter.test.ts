import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { serverMessage } from '../../src/contracts/challenge/schemas.ts';
import { streamMessage } from '../../src/contracts/sessions/schemas.ts';
import { turnMessageFields } from '../../src/contracts/turn-message-fields.ts';
import { catalogue } from '../../src/errors.ts';

// The client of docs/clients/flutter.md does not run here: there is no Dart. What it says to the server, and hears, must
// at least be what the schemas say.

const read = (name: string) =>
  readFileSync(new URL(`../../docs/clients/flutter/${name}`, import.meta.url), 'utf8');
const apiDocument = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
const protocol = read('liveness.dart');
const widget = read('liveness_check.dart');

/** What `pattern` captures, each once. */
const all = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([, word]) => word!)),
];

it('reads only fields that messages have', () => {
  const fields = all(protocol + widget, /\['(\w+)'\]/g).concat(all(protocol, /containsKey\('(\w+)'\)/g));
  expect(fields).toEqual(expect.arrayContaining(['type', 'reason', 'retry_after_ms', 'message', 'frame']));
  const known = Object.keys({ ...streamMessage.properties, ...serverMessage.properties });
  expect(fields.filter((field) => !known.includes(field))).toEqual([]);
});

it('knows only types, instructions and reasons that there are', () => {
  const types = all(protocol + widget, /\['type'\] == '(\w+)'/g);
  expect(types.sort()).toEqual(['complete', 'failed', 'no_face']);
  expect(types.filter((type) => !turnMessageFields.type.enum.includes(type as 'failed'))).toEqual([]);
  const instructions = all(widget, /'([A-Z]+)' =>/g);
  // Any other is the centre.
  expect([...instructions, 'CENTER'].sort()).toEqual([...turnMessageFields.instruction.enum].sort());
  const refusals = all(protocol, /'(\w+)': Trouble\.\w+,/g);
  expect(refusals).toHaveLength(5);
  expect(refusals.filter((reason) => !(reason in catalogue))).toEqual([]);
});

it('speaks as the documents say', () => {
  expect(Object.keys(apiDocument.paths)).toContain('/v2/sessions/{id}/stream');
  expect(protocol).toMatch(/\$address\/v2\/sessions\/\$\{token\.split\('\.'\)\.first\}\/stream/);
  expect(protocol).toContain("['bonafide', 'bonafide.token.$token']");
  expect(protocol).toContain("'X-API-KEY': key");
  expect(protocol).toContain("jsonEncode({'frame': base64Encode(jpeg)})");
  // Big-endian unless it is told otherwise.
  expect(protocol).toMatch(/setFloat64\(0, takenAt\.inMicroseconds \/ 1000\)/);
});

it('has words for each trouble', () => {
  const troubles = all(/enum Trouble \{([\s\S]*?)\n\}/.exec(protocol)![1]!, /^ {2}(\w+),$/gm);
  expect(troubles).toContain('cameraLost');
  expect(all(widget, /Trouble\.(\w+) => '/g).sort()).toEqual(troubles.sort());
});
