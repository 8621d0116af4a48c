import type { Migration } from './index.ts';

/**
 * Who is enrolled, by an encrypted template; what happened to each enrolment, without anything biometric; and a clock
 * that every change of a template moves on, so that copies in the memory of servers can follow.
 */
export const enrolments: Migration = {
  name: '002-enrolments',
  statements: `
create table templates (
  user_id text primary key,
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
create index templates_expire on templates (expires_at) where expires_at is not null;
create unique index templates_revision on templates (revision);
create table template_clock (
  one boolean primary key default true check (one),
  revision bigint not null,
  erasures bigint not null
);
insert into template_clock (revision, erasures) values (0, 0);
create table audit_trail (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  user_id text,
  event text not null,
  details jsonb not null
);
create index audit_trail_by_user on audit_trail (user_id, id);
`,
};
