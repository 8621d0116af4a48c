/**
 * Measures what enrolling and matching cost beyond the work on faces, with 10,000 templates of nobody:
 * `npm run bench:templates` (a few minutes; `-- --quick` takes 1,000). The embedded database is measured in a folder of
 * its own, and PostgreSQL, in a database of its own, where TEST_DATABASE_URL names a server
 * (`scripts/throwaway-postgres.sh npm run bench:templates`). CPU is that of this process, which for the embedded database is
 * all of it: where other programs run too, it alone means something. Nothing is asserted.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findEmbeddingSpace } from '../dist/perception/models/embedding-spaces.js';
import { createMatcher } from '../dist/services/matcher.js';
import { openDatabase } from '../dist/stores/database/open-database.js';
import { openStores } from '../dist/stores/open-stores.js';
import { sealTemplate } from '../dist/stores/templates/template-cipher.js';
import { createTemplateKeys } from '../dist/stores/templates/template-keys.js';
import { quantile, table } from './figures.js';

const people = process.argv.includes('--quick') ? 1_000 : 10_000;
const enrolments = 500;
const verifications = 1_000;
const identifications = 200;

const { length, ...space } = findEmbeddingSpace('dlib-resnet');
const keys = createTemplateKeys([randomBytes(32)]);

await measure('PGlite', await embedded());
if (process.env.TEST_DATABASE_URL) await measure('PostgreSQL', await server(process.env.TEST_DATABASE_URL));
else console.log('\nPostgreSQL: not measured, TEST_DATABASE_URL is not set');

async function measure(name, { options, remove }) {
  console.log(`\n${name}, ${people} templates (milliseconds)`);
  const vectors = Array.from({ length: people }, person);
  const rows = [];
  try {
    const first = await open(options, 'auto');
    const enrol = await timesOf(enrolments, (at) =>
      first.recognition.enrol({ userId: `person-${at}`, embeddings: [{ ...space, vector: vectors[at] }] }),
    );
    rows.push(['enrol', ...spread(enrol)]);
    await fill(first.sql, vectors);
    await first.stores.close();

    for (const search of ['auto', 'memory']) {
      const before = process.memoryUsage().rss;
      const began = performance.now();
      const { recognition, stores } = await open(options, search);
      const started = performance.now() - began;
      const kind = stores.enrolments.searchKind;
      const identify = (at) => recognition.identify([{ ...space, vector: near(vectors[at % people]) }]);
      const load = await timesOf(1, identify);
      const grown = Math.round((process.memoryUsage().rss - before) / 1e6);
      console.log(
        `  ${kind}: opened in ${started.toFixed(0)}, first identify ${load[0].toFixed(0)} (CPU ${load.cpu.toFixed(0)}); memory +${grown} MB`,
      );
      const verify = await timesOf(verifications, (at) => {
        const person = (at * 7919) % people;
        return recognition.verify(`person-${person}`, [{ ...space, vector: near(vectors[person]) }]);
      });
      rows.push([`verify (${kind} serves)`, ...spread(verify)]);
      let found = 0;
      const identified = await timesOf(identifications, async (at) => {
        const person = (at * 7919) % people;
        const { candidates } = await identify(person);
        if (candidates[0]?.userId === `person-${person}`) found++;
      });
      rows.push([`identify, ${kind}, ${found} of ${identifications} found`, ...spread(identified)]);
      await stores.close();
      if (kind === 'memory') break;
    }
    console.log(table([['', 'a second', 'p50', 'p95', 'p99', 'max', 'CPU'], ...rows], 2));
  } finally {
    await remove();
  }
}

async function open(options, search) {
  const sql = await openDatabase(options);
  const stores = await openStores(
    sql,
    { trainDir: join(tmpdir(), 'bonafide-no-samples') },
    { keys: () => keys, search, now: new Date(), onDamaged: console.error },
  );
  const recognition = createMatcher({
    enrolments: stores.enrolments,
    settings: { matchThreshold: 0.35, lifetimeDays: 0, uniqueFaces: false },
    now: () => new Date(),
    randomId: randomUUID,
  });
  return { sql, stores, recognition };
}

/** Writes the rest of the people at once, as so many enrolments would have: what is measured next is not that. */
async function fill(sql, vectors) {
  const createdAt = new Date();
  for (let from = enrolments; from < people; from += 100) {
    const rows = vectors.slice(from, from + 100).map((vector, at) => {
      const template = {
        userId: `person-${from + at}`,
        ...space,
        vector,
        frames: 1,
        consent: null,
        createdAt,
        expiresAt: null,
      };
      return [template.userId, sealTemplate(template, keys.current).toString('hex'), String(from + at + 1)];
    });
    await sql.query(
      `insert into templates (user_id, model, model_hash, recipe, key_id, sealed, frames, created_at, revision)
       select id, $4, $5, $6, $7, decode(sealed, 'hex'), 1, $8, revision::bigint
       from unnest($1::text[], $2::text[], $3::text[]) as person (id, sealed, revision)`,
      [
        ...[0, 1, 2].map((at) => rows.map((row) => row[at])),
        ...Object.values(space),
        keys.current.id,
        createdAt,
      ],
    );
  }
  await sql.query('update template_clock set revision = $1', [people]);
}

async function embedded() {
  const dataDir = mkdtempSync(join(tmpdir(), 'bonafide-bench-'));
  return {
    options: { databaseUrl: '', dataDir },
    remove: async () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

async function server(address) {
  const name = `bonafide_bench_${randomBytes(8).toString('hex')}`;
  const ask = async (statement) => {
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await ask(`create database ${name}`);
  const url = new URL(address);
  url.pathname = name;
  return {
    options: { databaseUrl: url.href, dataDir: '' },
    remove: () => ask(`drop database ${name} with (force)`),
  };
}

async function timesOf(count, work) {
  const times = [];
  const before = process.cpuUsage();
  for (let at = 0; at < count; at++) {
    const began = performance.now();
    await work(at);
    times.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(before);
  return Object.assign(times, { cpu: (user + system) / 1000 / count });
}

function spread(times) {
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return [1000 / mean, ...[0.5, 0.95, 0.99, 1].map((share) => quantile(times, share)), times.cpu];
}

/** Somebody, at a cosine distance of some 0.19 from everybody else, as strangers are to dlib's net. */
function person() {
  const own = noise();
  return unit(population().map((value, at) => 0.9 * value + 0.436 * own[at]));
}

/** Another picture of somebody, at a cosine distance of some 0.02. */
function near(vector) {
  const other = noise();
  return unit(vector.map((value, at) => value + 0.2 * other[at]));
}

function population() {
  return unit(Float32Array.from({ length }, (_, at) => Math.sin(at * 12.9898) + 0.3));
}

function noise() {
  return unit(Float32Array.from({ length }, () => normal()));
}

function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

function unit(vector) {
  const size = Math.hypot(...vector);
  return vector.map((value) => value / size);
}
