import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createPostgresDatabase,
  describeOnDatabases,
  describeOnPostgres,
} from '../../../test/support/databases.ts';
import { migrate } from '../database/migrate.ts';
import { openPostgres } from '../database/postgres.ts';
import type { Sql } from '../database/sql.ts';
import type { SessionTokens } from '../ports.ts';
import { createSessionTokens } from './session-tokens.ts';

const now = new Date('2030-01-01T00:00:00Z');
const later = new Date('2030-01-01T00:10:00Z');
const token = (uses: number) => ({ keyId: 'key', uses, expiresAt: later });

describeOnDatabases('session tokens', (open) => {
  let sql: Sql;
  let tokens: SessionTokens;
  beforeAll(async () => {
    sql = await open();
    await migrate(sql);
    tokens = createSessionTokens(sql);
  });
  afterAll(() => sql.close());

  it('are used so often, by one key, until they expire', async () => {
    const hash = randomBytes(32);
    expect(await tokens.use(hash, 'key', now)).toBe('unknown');
    await tokens.issue(hash, token(2));
    expect(await tokens.use(hash, 'another', now)).toBe('unknown');
    expect(await tokens.use(hash, 'key', later)).toBe('unknown');
    expect(await tokens.use(hash, 'key', now)).toBe('used');
    expect(await tokens.use(hash, 'key', new Date(later.getTime() - 1))).toBe('used');
    expect(await tokens.use(hash, 'key', now)).toBe('used_up');
    await tokens.giveBack(hash);
    expect(await tokens.use(hash, 'key', now)).toBe('used');
    expect(await tokens.use(hash, 'key', now)).toBe('used_up');
  });

  it('are swept when they have expired, and giving back what is gone harms nobody', async () => {
    const [old, fresh] = [randomBytes(32), randomBytes(32)];
    await tokens.issue(old, { ...token(1), expiresAt: now });
    await tokens.issue(fresh, token(1));
    await Promise.all([tokens.sweep(now), tokens.sweep(now)]);
    const rows = await sql.query('select token_hash from session_tokens where token_hash in ($1, $2)', [
      old,
      fresh,
    ]);
    expect(rows.map((row) => Buffer.from(row.token_hash as Uint8Array))).toEqual([fresh]);
    await tokens.giveBack(old);
    expect(await tokens.use(old, 'key', now)).toBe('unknown');
  });

  it('have a last use that exactly one of many gets', async () => {
    for (let round = 0; round < 5; round++) {
      const hash = randomBytes(32);
      await tokens.issue(hash, token(1));
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => tokens.use(hash, 'key', now)));
      expect(outcomes.filter((outcome) => outcome === 'used')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'used_up')).toHaveLength(19);
    }
  });
});

describeOnPostgres('session tokens of two servers', () => {
  it('have a last use that exactly one of many gets', async () => {
    const database = await createPostgresDatabase();
    const servers = [openPostgres(database.url), openPostgres(database.url)];
    await Promise.all(servers.map((sql) => migrate(sql)));
    const [one, two] = servers.map((sql) => createSessionTokens(sql));
    const hash = randomBytes(32);
    await one!.issue(hash, token(3));
    const uses = Array.from({ length: 20 }, (_, at) => (at % 2 ? one! : two!).use(hash, 'key', now));
    expect((await Promise.all(uses)).filter((outcome) => outcome === 'used')).toHaveLength(3);
    await Promise.all(servers.map((sql) => sql.close()));
    await database.drop();
  });
});
