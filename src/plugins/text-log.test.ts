import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { textLog, toText } from './text-log.ts';

/** What a logger of this kind writes, without the time. */
function logged(write: (logger: ReturnType<typeof pino>) => void): string {
  let text = '';
  write(
    pino(
      { level: 'trace' },
      textLog((line) => {
        text += line;
      }),
    ),
  );
  return text.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} /gm, '');
}

it("writes the seed's lines", () => {
  const time = new Date(2025, 8, 17, 17, 8, 26, 670).getTime();
  const msg = '[req=abcd1234] [liveness-core] backend=opencv img=899x1600 thr=0.5';
  const entry = { level: 30, time, pid: 1, hostname: 'x', name: 'api', request_id: 'abcd1234-5678', msg };
  expect(toText(JSON.stringify(entry))).toBe(`2025-09-17 17:08:26,670 INFO api ${msg}`);
});

describe('other lines', () => {
  it('say their level, their request and their fields', () => {
    expect(logged((logger) => logger.info({ role: 'mesh', name: 'facemesh' }, 'model'))).toBe(
      'INFO server model role=mesh name=facemesh\n',
    );
    expect(
      logged((logger) =>
        logger
          .child({ request_id: '17267c0b-b40b' })
          .warn({ method: 'POST', route: '/v1/verify', ms: 12 }, 'request'),
      ),
    ).toBe('WARNING server [req=17267c0b] request method=POST route=/v1/verify ms=12\n');
    expect(logged((logger) => logger.debug('x'))).toBe('DEBUG server x\n');
    expect(logged((logger) => logger.fatal('x'))).toBe('CRITICAL server x\n');
  });

  it('stay one line each, whatever is in them', () => {
    const forged = 'x\n2025-09-17 17:08:26,670 INFO api forged';
    for (const text of [
      logged((logger) => logger.error({ err: new Error(forged), key: 'a=1 b=2' }, forged)),
      logged((logger) => logger.info({ name: forged }, 'x')),
    ])
      expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(logged((logger) => logger.info({ key: 'a=1 b=2' }, 'x'))).toBe('INFO server x key="a=1 b=2"\n');
  });

  it('that are no JSON stay as they are', () => {
    expect(toText('not JSON\n')).toBe('not JSON');
  });
});
