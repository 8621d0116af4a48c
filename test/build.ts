import { execFileSync } from 'node:child_process';

/** Builds `dist/` once before the tests, and says what they leave out: reporters do not name what is skipped. */
export default function build(): void {
  if (!process.env.TEST_DATABASE_URL)
    process.stdout.write(
      'PostgreSQL: skipped, TEST_DATABASE_URL is not set; `npm run test:postgres` runs what is about it.\n',
    );
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
}
