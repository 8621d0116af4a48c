import type { Migration } from './index.ts';

/**
 * What the contracts have decided of late, for the console: no picture, no address, nobody's id. And which pictures of
 * the data set are being moved from one label to the other: a row is there before the first file is and goes after
 * the last, so that whoever finds it after a crash knows which files are of too much.
 */
export const decisions: Migration = {
  name: '004-decisions',
  statements: `
create table decisions (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  contract text not null,
  route text not null,
  outcome text not null check (outcome in ('live', 'attack', 'refused', 'inconclusive', 'unanswered')),
  verdict text,
  reasons text[] not null,
  key_id text,
  milliseconds double precision not null,
  models text[] not null,
  sample_id text collate "C",
  session_id text
);
create index decisions_newest on decisions (at desc, id desc);
create index decisions_by_sample on decisions (sample_id) where sample_id is not null;
create index audit_trail_of_console on audit_trail (at desc, id desc)
  where event in ('sample_viewed', 'sample_relabelled');
create table sample_moves (
  sample_id text collate "C" primary key,
  old_paths text[] not null,
  new_paths text[] not null,
  at timestamptz not null
);
`,
};
