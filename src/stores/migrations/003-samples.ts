import type { Migration } from './index.ts';

/** The data set: one row an image. Counts stand in a table of their own, so that they cost no scan. */
export const samples: Migration = {
  name: '003-samples',
  statements: `
create table samples (
  id text primary key,
  label text not null check (label in ('live', 'spoof')),
  content_hash bytea not null,
  user_id text,
  raw_path text not null,
  face_path text,
  stored boolean not null,
  created_at timestamptz not null
);
create unique index samples_by_content on samples (content_hash, label);
create index samples_by_user on samples (user_id) where user_id is not null;
create index samples_recent on samples (label, created_at desc) where stored;
create table sample_counts (
  label text primary key,
  samples bigint not null
);
insert into sample_counts (label, samples) values ('live', 0), ('spoof', 0);
`,
};
