import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../write-durably.ts';
import { missingKey } from './template-clock.ts';
import {
  createTemplateKeys,
  deriveTemplateKey,
  parseTemplateKeys,
  type TemplateKeys,
} from './template-keys.ts';

/** Where the keys of templates come from. */
export interface TemplateKeySource {
  /** The setting TEMPLATE_KEY; empty: a file in `dataDir`. */
  readonly templateKey: string;
  readonly dataDir: string;
}

/** The keys that are here, and what the operator must be told of them. */
export interface OpenedTemplateKeys {
  readonly keys: TemplateKeys;
  /** Undefined where the keys are in the setting. */
  readonly file: string | undefined;
  /** Sentences for the log, to be said loudly. */
  readonly notices: readonly string[];
}

/**
 * The keys of templates: those of the setting, or else those of the file `template.key`, which is made where there is
 * none.
 *
 * @param keyIds of the keys that the database was made with: where there are any, a new one would not open it
 * @param mayLack where neither is there and a new one would not do, gives a key that is kept nowhere: nothing is
 *   encrypted with it, for the keys of the database are not here
 * @throws Error with a sentence for the operator where the setting or the file is not in order
 */
export function openTemplateKeys(
  { templateKey, dataDir }: TemplateKeySource,
  keyIds: readonly string[],
  { mayLack = false }: { readonly mayLack?: boolean } = {},
): OpenedTemplateKeys {
  if (templateKey.trim()) {
    const keys = createTemplateKeys(named('TEMPLATE_KEY', () => parseTemplateKeys(templateKey)));
    return { keys, file: undefined, notices: [] };
  }
  const file = join(dataDir, 'template.key');
  if (keyIds.length > 0 && !exists(file)) {
    if (!mayLack) throw new Error(missingKey(keyIds));
    return { keys: createTemplateKeys([randomBytes(32)]), file: undefined, notices: [] };
  }
  const made = makeKeyFile(file);
  const keys = createTemplateKeys(readKeyFile(file));
  const exposed = (statSync(file).mode & 0o077) !== 0;
  return {
    keys,
    file,
    notices: [...(made ? [keyMade(file)] : []), ...(exposed ? [keyExposed(file)] : [])],
  };
}

const keyMade = (file: string) =>
  `A KEY FOR TEMPLATES WAS MADE: ${file}. Back it up, apart from the database: without it every enrolment is lost. To keep it elsewhere, set TEMPLATE_KEY.`;

const keyExposed = (file: string) =>
  `Other users of this machine may read the template key: run \`chmod 600 ${file}\`.`;

/** @throws Error where the file is damaged or holds no key */
export function readKeyFile(file: string): readonly Buffer[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'));
  return named(file, () => {
    const secrets = parseTemplateKeys(lines.join(','));
    if (secrets.length === 0) throw new Error('There is no key in it: restore it from its backup.');
    return secrets;
  });
}

/** The names of all keys that are here, in the setting and in the file; none is made. */
export function presentKeyIds({ templateKey, dataDir }: TemplateKeySource): ReadonlySet<string> {
  const file = join(dataDir, 'template.key');
  const secrets = [
    ...named('TEMPLATE_KEY', () => parseTemplateKeys(templateKey)),
    ...(exists(file) ? readKeyFile(file) : []),
  ];
  return new Set(secrets.map((secret) => deriveTemplateKey(secret).id));
}

/** Puts a new key before those of the file; nobody ever sees half a file. Returns all of them. */
export function addKeyToFile(file: string): readonly Buffer[] {
  return writeKeyFile(file, [randomBytes(32), ...readKeyFile(file)]);
}

/** Keeps the first key of the file alone. */
export function dropOldKeysOfFile(file: string): readonly Buffer[] {
  return writeKeyFile(file, readKeyFile(file).slice(0, 1));
}

const exists = (file: string) => statSync(file, { throwIfNoEntry: false }) !== undefined;

/** Makes the file where there is none; of two who do so at once one succeeds. Returns whether this one did. */
function makeKeyFile(file: string): boolean {
  if (exists(file)) return false;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return replaceFile(file, fileOf([randomBytes(32)]), { onlyIfMissing: true });
}

function writeKeyFile(file: string, secrets: readonly Buffer[]): readonly Buffer[] {
  replaceFile(file, fileOf(secrets));
  return secrets;
}

const fileOf = (secrets: readonly Buffer[]) =>
  header + secrets.map((secret) => `${secret.toString('base64')}\n`).join('');

const header =
  '# Keys that face templates are encrypted with: the first one encrypts, all decrypt. Keep a copy elsewhere: without\n# this file every enrolment is lost.\n';

/** Says where the keys stand that an error is about. */
function named<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${source}: ${(error as Error).message}`);
  }
}
