import { expect, it } from 'vitest';
import { describeOnDatabases } from '../../test/support/databases.ts';
import { migrate } from './migrate.ts';

describeOnDatabases('migrations', (open) => {
  it('works', async () => {
    const sql = await open();
    await migrate(sql);
    await migrate(sql);
    expect((await sql.query('select name from migrations')).length).toBeGreaterThan(2);
    await sql.close();
  });
});
