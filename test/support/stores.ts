import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from '../../src/stores/database/sql.ts';
import { openStores, type TemplateOptions } from '../../src/stores/open-stores.ts';
import type { Stores } from '../../src/stores/ports.ts';
import { createTemplateKeys } from '../../src/stores/templates/template-keys.ts';
import { openTestMemory } from './databases.ts';

/** Stores over an embedded database in memory, and a data set in a folder that nobody has made; whoever opens them closes them. */
export async function memoryStores(): Promise<Stores> {
  return storesOver(await openTestMemory());
}

/** The same over any empty database. */
export function storesOver(sql: Sql): Promise<Stores> {
  return openStores(sql, { trainDir: join(tmpdir(), `bonafide-train-${randomUUID()}`) }, testTemplates());
}

/** A key of their own for templates, and a search by pgvector where it is. */
export function testTemplates(): TemplateOptions {
  const keys = createTemplateKeys([randomBytes(32)]);
  return {
    keys: () => keys,
    search: 'auto',
    now: new Date(),
    onDamaged: (text) => {
      throw new Error(text);
    },
  };
}

let shared: Promise<Stores> | undefined;

/** The same for all tests of a file, for those that write nothing: opening a database takes a second or two. */
export function sharedStores(): Promise<Stores> {
  shared ??= memoryStores();
  return shared;
}
