import type { Migration } from './index.ts';

/**
 * The data set: one row for each picture, whatever its label. A row is there before its files are and outlives
 * them, so that whoever finds it after a crash knows which files belong to it: `pending` (files are being written),
 * `stored`, `erasing` (files are being removed). Counts of what is stored stand in a table of their own, so that
 * they cost no scan. Who a picture is of, as far as uploaders said, stands apart: two may have named two people.
 */
export const samples: Migration = {
  name: '003-samples',
  statements: `
create table samples (
  id text collate "C" primary key,
  label text not null check (label in ('live', 'spoof')),
  state text not null check (state in ('pending', 'stored', 'erasing')),
  content_hash bytea not null,
  raw_path text not null,
  face_path text,
  created_at timestamptz not null
);
create unique index samples_by_content on samples (content_hash);
create index samples_newest on samples (label, created_at desc, id desc) where state = 'stored';
create index samples_unsettled on samples (created_at) where state <> 'stored';
create table sample_users (
  user_id text not null,
  sample_id text collate "C" not null references samples (id) on delete cascade,
  primary key (user_id, sample_id)
);
create index sample_users_by_sample on sample_users (sample_id);
create table sample_counts (
  label text primary key,
  samples bigint not null check (samples >= 0)
);
insert into sample_counts (label, samples) values ('live', 0), ('spoof', 0);
`,
};
