import { parseArgs } from 'node:util';
import cliProgress from 'cli-progress';
import { type Config, readConfig } from '../config.ts';
import { embedderNames, findEmbeddingSpace } from '../perception/models/embedding-spaces.ts';
import type { Sql } from '../stores/database/sql.ts';
import { openSearch } from '../stores/open-stores.ts';
import { cleanErased } from '../stores/templates/clean-erased.ts';
import { createEnrolments } from '../stores/templates/enrolments.ts';
import { dropVectors } from '../stores/templates/pgvector-search.ts';
import { discardKey, rotateTemplates } from '../stores/templates/rotate-templates.ts';
import { enterKeys, readClock } from '../stores/templates/template-clock.ts';
import {
  addKeyToFile,
  dropOldKeysOfFile,
  openTemplateKeys,
  presentKeyIds,
  readKeyFile,
} from '../stores/templates/template-key-file.ts';
import { createTemplateKeys, type TemplateKeys } from '../stores/templates/template-keys.ts';
import { exportTemplates, importTemplates } from './embedding-folders.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

const help = `Usage: bonafide embeddings <rotate|export|import|discard|drop-vectors> [options]

  rotate             encrypt all templates with a new key: the first of TEMPLATE_KEY, or, where the keys are in
                     DATA_DIR/template.key, one that is made now; run it again if it was interrupted
  export --out DIR   write every template as DIR/{user_id}.npz, WITHOUT ENCRYPTION
  import --in DIR    enrol every {user_id}.npz of a folder, in the place of what their ids have, as the settings
                     say: UNIQUE_FACES with MATCH_THRESHOLD, and TEMPLATE_LIFETIME_DAYS since it was made where a
                     file names no end; exit code 1 when a file was refused
      --model NAME   what files are of that hold an embedding alone, and whose name is the user id: ${embedderNames.join(' or ')},
                     with this version's weights and alignment. You vouch for that: others match nobody, or anybody
  discard --key ID   erase the templates of a key that is lost; one that is here is refused
  drop-vectors       erase the vectors that TEMPLATE_SEARCH=auto wrote into the database: when all servers have
                     TEMPLATE_SEARCH=memory, for others fail without them

Options
  --in DIR, --out DIR, --key ID, --model NAME
  -h, --help         show this text

Templates lie in the database of the server, which DATABASE_URL or DATA_DIR names. The embedded database in
DATA_DIR serves one process alone: stop the server first.

Rotation without a stop, for servers on PostgreSQL that take the key from TEMPLATE_KEY:
  1. give all servers TEMPLATE_KEY=new,old, one after the other; the old key goes on encrypting
  2. TEMPLATE_KEY=new,old bonafide embeddings rotate; from its beginning on, the new one encrypts everywhere,
     and a server without it answers 503
  3. give all servers TEMPLATE_KEY=new
Servers with a key file must be stopped, and get the new file.
`;

const options = {
  in: { type: 'string' },
  out: { type: 'string' },
  key: { type: 'string' },
  model: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What an action needs; all but `discard` need keys. */
interface Context {
  readonly sql: Sql;
  readonly config: Config;
}

type Action = (context: Context) => Promise<number>;

/**
 * `bonafide embeddings …`.
 *
 * @returns the exit code: 1 when a file was refused, a template does not open or a key is unknown, else 0
 * @throws UsageError when the command line is wrong; Error with a sentence for the operator
 */
export async function embeddingsCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const action = chooseAction(positionals, values);
  const config = readConfig(env);
  return withDatabase(config, (sql) => action({ sql, config }));
}

type Values = Partial<Record<'in' | 'out' | 'key' | 'model', string>>;

function chooseAction([name, ...rest]: readonly string[], values: Values): Action {
  const actions: Readonly<
    Record<string, readonly [option: keyof Values | undefined, run: (value: string) => Action]>
  > = {
    rotate: [undefined, () => rotate],
    export: ['out', (folder) => (context) => exportTo(context, folder)],
    import: ['in', (folder) => (context) => importFrom(context, folder, values.model)],
    discard: ['key', (key) => (context) => discard(context, key)],
    'drop-vectors': [undefined, () => eraseVectors],
  };
  const [option, run] = actions[name ?? ''] ?? [];
  if (!run)
    throw new UsageError(
      'Say what to do: bonafide embeddings rotate, export, import, discard or drop-vectors.',
    );
  const stray =
    rest[0] ??
    Object.keys(values).find(
      (given) => given !== option && given !== 'help' && !(given === 'model' && name === 'import'),
    );
  if (values.model !== undefined && !findEmbeddingSpace(values.model))
    throw new UsageError(`There is no embedder ${values.model}; there are ${embedderNames.join(', ')}.`);
  if (stray !== undefined) throw new UsageError(`${stray} does not go with embeddings ${name}.`);
  const value = option ? values[option] : '';
  if (value === undefined) throw new UsageError(`embeddings ${name} needs --${option}.`);
  return run(value);
}

async function rotate({ sql, config }: Context): Promise<number> {
  const opened = openTemplateKeys(keySource(config), (await readClock(sql)).keyIds);
  const { file } = opened;
  if (!file && opened.keys.all.length === 1) {
    throw new Error(
      'TEMPLATE_KEY holds one key. Put a new one before it (`openssl rand -base64 32`), TEMPLATE_KEY=new,old, start all servers with that, one after the other, and rotate then.',
    );
  }
  const keys = file ? newKeyOfFile(file, opened.keys) : opened.keys;
  await enterKeys(sql, keys, new Date());
  const search = await openSearch(sql, keys, { search: config.TEMPLATE_SEARCH, onDamaged: warn });
  const bar = progressBar();
  bar.start(0, 0);
  const { rotated, damaged } = await rotateTemplates(
    sql,
    keys,
    search,
    () => new Date(),
    (done, total) => {
      bar.setTotal(total);
      bar.update(done);
    },
  ).finally(() => bar.stop());
  await cleanErased(sql);
  process.stdout.write(`${rotated} templates are encrypted with the key ${keys.current.id} now.\n`);
  if (damaged > 0) {
    warn(`${damaged} templates do not open and were left as they are, with their key.`);
    return 1;
  }
  if (file) dropOldKeysOfFile(file);
  process.stdout.write(
    file
      ? `The old key was removed from ${file}. Back that file up.\n`
      : 'Take the old keys out of TEMPLATE_KEY, and start all servers with that.\n',
  );
  return 0;
}

/** A rotation that was interrupted has made its key already. */
function newKeyOfFile(file: string, keys: TemplateKeys): TemplateKeys {
  return createTemplateKeys(keys.all.length > 1 ? readKeyFile(file) : addKeyToFile(file));
}

async function exportTo(context: Context, folder: string): Promise<number> {
  const enrolments = await openEnrolments(context);
  warn(
    `What is written to ${folder} is NOT ENCRYPTED: whoever has a file has the face. Delete it after use.`,
  );
  const now = new Date();
  const count = await exportTemplates(enrolments, folder, now, await enrolments.count(now), progressBar());
  process.stdout.write(`${count} templates were exported to ${folder}.\n`);
  return 0;
}

async function importFrom(context: Context, folder: string, model?: string): Promise<number> {
  const { config } = context;
  const { imported, refused } = await importTemplates(
    await openEnrolments(context),
    folder,
    {
      now: () => new Date(),
      vouched: model === undefined ? undefined : findEmbeddingSpace(model),
      matchThreshold: config.MATCH_THRESHOLD,
      lifetimeDays: config.TEMPLATE_LIFETIME_DAYS,
      uniqueFaces: config.UNIQUE_FACES,
    },
    progressBar(),
  );
  for (const { file, problem } of refused) warn(`${JSON.stringify(file)} was refused. ${problem}`);
  process.stdout.write(`${imported} templates were imported, ${refused.length} refused.\n`);
  return refused.length > 0 ? 1 : 0;
}

async function discard({ sql, config }: Context, keyId: string): Promise<number> {
  const discarded = await discardKey(sql, keyId, presentKeyIds(keySource(config)), new Date());
  if (discarded === undefined) {
    warn(`The database knows no key ${keyId}.`);
    return 1;
  }
  await cleanErased(sql);
  process.stdout.write(`The key ${keyId} and ${discarded} templates were discarded.\n`);
  return 0;
}

async function eraseVectors({ sql }: Context): Promise<number> {
  const erased = await dropVectors(sql);
  await cleanErased(sql);
  process.stdout.write(erased ? 'The vectors were erased.\n' : 'There are no vectors in the database.\n');
  return 0;
}

async function openEnrolments({ sql, config }: Context) {
  const { keys } = openTemplateKeys(keySource(config), (await readClock(sql)).keyIds);
  await enterKeys(sql, keys, new Date());
  const search = await openSearch(sql, keys, { search: config.TEMPLATE_SEARCH, onDamaged: warn });
  return createEnrolments(sql, keys, search);
}

const keySource = ({ TEMPLATE_KEY, DATA_DIR }: Config) => ({ templateKey: TEMPLATE_KEY, dataDir: DATA_DIR });

function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}

function progressBar(): cliProgress.SingleBar {
  return new cliProgress.SingleBar({
    format: '{bar} {percentage}% · {value} of {total}',
    noTTYOutput: false,
    hideCursor: true,
  });
}
