import { expect, it } from 'vitest';
import { describeOnDatabases } from '../../../test/support/databases.ts';
import { sample, useSampleBench } from '../../../test/support/samples.ts';
import { readSampleSubjects } from './sample-subjects.ts';
import { createSamples } from './samples.ts';

describeOnDatabases('the people of the data set', (open) => {
  const bench = useSampleBench(open);
  const path = (number: number) => `live/raw/${number.toString(16).padStart(32, '0')}.png`;

  it('are those that uploaders named; names of one picture are of one person', async () => {
    const samples = createSamples(bench.sql, bench.files);
    await samples.add(sample(1, { userId: 'ana' }));
    await samples.add(sample(2, { userId: 'bia' }));
    await samples.add(sample(3));
    await samples.add(sample(4, { userId: 'caio' }));
    await samples.add(sample(5, { userId: 'duda' }));
    await samples.add(sample(6, { userId: 'eva' }));
    for (const [number, userId] of [
      [4, 'duda'],
      [5, 'eva'],
      [6, 'caio'],
    ] as const)
      await samples.add(sample(10 + number, { raw: sample(number).raw, userId }));
    const subjects = await readSampleSubjects(bench.sql);
    expect([...subjects.keys()]).toEqual([1, 2, 4, 5, 6].map(path));
    expect(subjects.get(path(1))).toBe('ana');
    expect(subjects.get(path(2))).toBe('bia');
    const three = [4, 5, 6].map((number) => subjects.get(path(number)));
    expect(new Set(three).size).toBe(1);
    expect(['ana', 'bia']).not.toContain(three[0]);
  });

  it('are none of pictures that are not stored', async () => {
    await bench.enterAsDead(sample(1));
    await bench.sql.query("insert into sample_users (user_id, sample_id) values ('ana', $1)", [sample(1).id]);
    expect((await readSampleSubjects(bench.sql)).size).toBe(0);
  });
});
