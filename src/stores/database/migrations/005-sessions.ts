import type { Migration } from './index.ts';

/**
 * Sessions of the native API: what each was asked to be, how it stands, and what came of it. A session that runs names
 * the time by which it has ended for certain, so that one whose server died is known as such. Whom a face is compared
 * with is kept until the end, and by no statistics of the planner.
 */
export const sessions: Migration = {
  name: '005-sessions',
  statements: `
create table sessions (
  id text collate "C" primary key,
  token_hash bytea not null,
  key_id text not null,
  status text not null check (status in ('created', 'running', 'passed', 'failed', 'inconclusive')),
  asked jsonb not null,
  user_id text,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  started_at timestamptz,
  runs_until timestamptz,
  ended_at timestamptz,
  outcome jsonb
);
alter table sessions alter user_id set statistics 0;
create index sessions_unused on sessions (key_id, expires_at) where status = 'created';
create index sessions_running on sessions (runs_until) where status = 'running';
create index sessions_newest on sessions (created_at desc, id desc);
create index sessions_by_user on sessions (user_id) where user_id is not null;
create index audit_trail_of_sessions on audit_trail (at)
  where event in ('session_opened', 'session_ended', 'session_deleted');
create index audit_trail_by_session on audit_trail ((details->>'session_id'))
  where event in ('session_opened', 'session_ended', 'session_deleted');
`,
};
