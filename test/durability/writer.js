// Opens the embedded database in the folder of its first argument; prints what is in it, then writes until it is killed.
// Each write is a transaction of two rows, and is printed once it is acknowledged.
import { openPglite } from '../../dist/stores/database/pglite.js';

const sql = await openPglite(process.argv[2]);
await sql.query('create table if not exists writes (id integer, half integer, primary key (id, half))');
const rows = await sql.query('select id, count(*) as halves from writes group by id order by id');
const whole = rows.filter(({ halves }) => halves === 2).map(({ id }) => id);
console.log(JSON.stringify({ whole, halves: rows.length - whole.length }));
for (let id = (whole.at(-1) ?? 0) + 1; ; id++) {
  await sql.transaction(async (transaction) => {
    await transaction.query('insert into writes values ($1, 1)', [id]);
    await transaction.query('insert into writes values ($1, 2)', [id]);
  });
  console.log(id);
}
