import type { Migration } from './index.ts';

/** API keys, the session tokens issued to them, and how often each was used. */
export const apiKeys: Migration = {
  name: '001-api-keys',
  statements: `
create table api_keys (
  id text primary key,
  key_hash bytea not null unique,
  label text not null,
  contracts text[] not null,
  requires_session boolean not null,
  session_uses integer,
  session_seconds integer,
  requests_per_minute integer,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz
);
create table session_tokens (
  token_hash bytea primary key,
  key_id text not null,
  uses_left integer not null check (uses_left >= 0),
  expires_at timestamptz not null
);
create index session_tokens_expire on session_tokens (expires_at);
create table request_counts (
  key_id text primary key,
  minute_began timestamptz not null,
  requests integer not null
);
`,
};
