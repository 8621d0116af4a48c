import { Type } from 'typebox';

/** What is kept, where, and for how long. */
export const stores = {
  DATA_DIR: Type.String({
    default: 'data',
    description: 'Folder of what the server keeps: the embedded database (in `db`) and the template key.',
  }),
  DATABASE_URL: Type.String({
    default: '',
    description:
      'PostgreSQL to keep everything in, postgres://user:password@host/database for instance; several servers may share one, and then need the same TEMPLATE_KEY. Empty: an embedded database in DATA_DIR, for one server alone.',
  }),
  TEMPLATE_KEY: Type.String({
    default: '',
    description:
      'Key that templates are encrypted with: 32 bytes in base64 or hex (`openssl rand -base64 32`); older ones after it, separated by commas, until `bonafide embeddings rotate` has replaced them. Servers that share a database need the same ones. Empty: a key file is made in DATA_DIR.',
  }),
  TEMPLATE_LIFETIME_DAYS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 36_500,
    description: 'Days after which an enrolment expires unless it says otherwise; 0: never.',
  }),
  TEMPLATE_SEARCH: Type.Enum(['auto', 'memory'], {
    default: 'auto',
    description:
      'What searches all templates: auto takes pgvector where the database has it, memory decrypts them into the memory of the server.',
  }),
  DECISIONS_DAYS: Type.Integer({
    default: 7,
    minimum: 0,
    maximum: 366,
    description:
      'Days for which what the contracts decided is kept for /console: contract, verdict, reasons, key and time, but no picture, no address and nobody’s id. 0: nothing is kept, and what there is goes.',
  }),
  TRAIN_DIR: Type.String({
    default: '',
    description: 'Folder of the data set that /v1/dataset/upload collects. Empty: `train` in DATA_DIR.',
  }),
} as const;
