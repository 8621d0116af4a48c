import type { Migration } from './index.ts';

/**
 * Who is enrolled, by an encrypted template; the keys that templates are encrypted with; what happened to each
 * enrolment, without anything biometric; and a clock that every change of a template moves on, so that changes take
 * turns and copies in the memory of servers can follow. Vectors for pgvector stand in a table that `pgvector-search.ts`
 * makes where there is pgvector.
 *
 * The planner's statistics would keep samples of what was erased, so there are none of what tells people apart.
 */
export const enrolments: Migration = {
  name: '002-enrolments',
  statements: `
create table templates (
  user_id text collate "C" primary key,
  model text not null,
  model_hash text not null,
  recipe text not null,
  key_id text not null,
  sealed bytea not null,
  frames integer not null,
  consent text,
  created_at timestamptz not null,
  expires_at timestamptz,
  revision bigint not null
);
alter table templates alter user_id set statistics 0, alter sealed set statistics 0, alter consent set statistics 0;
create index templates_expire on templates (expires_at) where expires_at is not null;
create unique index templates_revision on templates (revision);
create table template_keys (
  key_id text primary key,
  since timestamptz not null
);
create table template_clock (
  one boolean primary key default true check (one),
  revision bigint not null,
  erasures bigint not null,
  cleaned bigint not null
);
insert into template_clock (revision, erasures, cleaned) values (0, 0, 0);
create table audit_trail (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  user_id text,
  event text not null,
  details jsonb not null
);
alter table audit_trail alter user_id set statistics 0, alter details set statistics 0;
create index audit_trail_by_user on audit_trail (user_id, id);
`,
};
