import { migrate } from './database/migrate.ts';
import type { Sql } from './database/sql.ts';
import { createDecisions } from './decision-log/decisions.ts';
import { createApiKeys } from './keys/api-keys.ts';
import { createSessionTokens } from './keys/session-tokens.ts';
import type { Stores } from './ports.ts';
import { createSampleFiles } from './samples/sample-files.ts';
import { createSamples } from './samples/samples.ts';
import { createSessions } from './sessions/sessions.ts';
import { createAuditTrail } from './templates/audit-trail.ts';
import { createEnrolments } from './templates/enrolments.ts';
import { createMemorySearch } from './templates/memory-search.ts';
import { createPgvectorSearch, hasVectors } from './templates/pgvector-search.ts';
import { enterKeys, readClock } from './templates/template-clock.ts';
import type { TemplateKeys } from './templates/template-keys.ts';
import type { TemplateSearch } from './templates/template-search.ts';

/** Where stores keep what is no row of the database. */
export interface StoreFolders {
  /** The data set's folder; it need not exist. */
  readonly trainDir: string;
}

/** How templates are kept and found. */
export interface TemplateOptions {
  /** The keys, which must be those that the database was made with: it names them, if there are any. */
  readonly keys: (keyIds: readonly string[]) => TemplateKeys;
  /** `auto`: pgvector where the database has it; `memory`: no vectors in the database, encrypted templates aside. */
  readonly search: 'auto' | 'memory';
  readonly now: Date;
  /** Is told of a template that does not open, in words for the log. */
  readonly onDamaged: (text: string) => void;
  /** Is told of what the operator should know, in sentences for the log. */
  readonly onNotice?: (text: string) => void;
  /**
   * Is told that a key of the database is not here, in a sentence for the log: what needs templates is `store_unavailable`
   * then. Without this, such stores do not open.
   */
  readonly onMissingKey?: (text: string) => void;
}

/** The stores over a database, whose schema is brought up to date first. Closing them closes it. */
export async function openStores(
  sql: Sql,
  { trainDir }: StoreFolders,
  templates: TemplateOptions,
): Promise<Stores> {
  await migrate(sql);
  const keys = templates.keys((await readClock(sql)).keyIds);
  await enterKeys(sql, keys, templates.now, templates.onMissingKey);
  const { keyIds } = await readClock(sql);
  if (keyIds.at(-1) !== keys.current.id && keyIds.every((id) => keys.find(id)))
    templates.onNotice?.(
      'The first template key encrypts nothing yet: when all servers have it, run `bonafide embeddings rotate`.',
    );
  const search = await openSearch(sql, keys, templates);
  return {
    apiKeys: createApiKeys(sql),
    sessionTokens: createSessionTokens(sql),
    sessions: createSessions(sql),
    samples: createSamples(sql, createSampleFiles(trainDir)),
    enrolments: createEnrolments(sql, keys, search),
    auditTrail: createAuditTrail(sql),
    decisions: createDecisions(sql),
    database: sql,
    close: () => sql.close(),
  };
}

/** What searches templates: pgvector if it is wanted and there, else the memory of this server. */
export async function openSearch(
  sql: Sql,
  keys: TemplateKeys,
  { search, onDamaged, onNotice = () => {} }: Pick<TemplateOptions, 'search' | 'onDamaged' | 'onNotice'>,
): Promise<TemplateSearch> {
  const tell = (revision: number) =>
    onDamaged(
      `The template of revision ${revision} does not open and matches nobody: its row was changed or damaged.`,
    );
  if (search === 'auto') {
    const withVectors = await createPgvectorSearch(sql, keys, tell, onNotice);
    if (withVectors) return withVectors;
  } else if (await hasVectors(sql)) {
    onNotice(
      'The database still holds the vectors that servers with TEMPLATE_SEARCH=auto search with: when all servers have `memory`, `bonafide embeddings drop-vectors` erases them.',
    );
  }
  return createMemorySearch(sql, keys, tell);
}
