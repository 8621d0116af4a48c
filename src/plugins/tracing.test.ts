import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { picture, scriptedPerception, testApp } from '../../test/support/app.ts';
import { frameFacts } from '../../test/support/facts.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

const outage = 'no trace collector answers; spans are dropped until one does';

/** A real OTLP/HTTP collector that answers with `status`, if any; `spans` grows as they come in. */
async function collector(status: number | 'never' = 200) {
  const spans: Span[] = [];
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const { resourceSpans } = JSON.parse(await text(request));
    spans.push(...resourceSpans[0].scopeSpans[0].spans);
    if (status !== 'never') response.writeHead(status).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { spans, requests, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** An app that sends its traces to `endpoint`, and the warnings it logs. */
async function tracedApp(endpoint: string, perception = scriptedPerception()) {
  const warnings: string[] = [];
  const logger = pino(
    { level: 'warn' },
    { write: (line: string) => void warnings.push(JSON.parse(line).msg) },
  );
  const settings = { ENABLE_TRACING: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  return { app: await testApp(settings, { logger, perception }), warnings };
}

const liveness = (headers = {}) => ({ method: 'POST', url: '/liveness', headers, payload: picture }) as const;

it('exports a span for the request and one for each stage, in the trace of the caller', async () => {
  const { spans, requests, url } = await collector();
  const { app, warnings } = await tracedApp(url);
  const [traceId, parentId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  await app.inject(liveness({ traceparent: `00-${traceId}-${parentId}-01`, 'x-request-id': 'r1' }));
  await app.close();

  expect(requests).toEqual(['POST /v1/traces']);
  const [request, ...stages] = spans.toSorted((a, b) => Number(b.name < 'a') - Number(a.name < 'a'));
  expect(request).toMatchObject({ name: 'POST /liveness', traceId, parentSpanId: parentId });
  expect(
    Object.fromEntries(request!.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
  ).toEqual({
    'http.request.method': 'POST',
    'http.route': '/liveness',
    'http.response.status_code': 200,
    'bonafide.request_id': 'r1',
    'bonafide.verdict': 'real',
  });
  expect(stages.map(({ name }) => name)).toEqual(['decode', 'detect']);
  for (const stage of stages) expect(stage).toMatchObject({ traceId, parentSpanId: request!.spanId });
  const [decode] = stages;
  expect(Number(decode!.endTimeUnixNano) - Number(decode!.startTimeUnixNano)).toBeCloseTo(2e6, -4);
  expect(warnings).toEqual([]);
});

it('exports the stages of a picture without a verdict too', async () => {
  const { spans, url } = await collector();
  const { app } = await tracedApp(
    url,
    scriptedPerception(async () => frameFacts()),
  );
  await app.inject(liveness());
  await app.close();
  expect(spans.map(({ name }) => name).toSorted()).toEqual(['POST /liveness', 'decode', 'detect']);
  const keys = spans.flatMap(({ attributes }) => attributes.map(({ key }) => key));
  expect(keys).not.toContain('bonafide.verdict');
});

it.each([
  ['none', undefined],
  ['a broken one', '00-xyz-1-01'],
  ['one of zeros', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
])('starts a trace of its own when the traceparent is %s', async (_, traceparent) => {
  const { spans, url } = await collector();
  const { app } = await tracedApp(url);
  await app.inject(liveness(traceparent === undefined ? {} : { traceparent }));
  await app.close();
  expect(spans).toHaveLength(3);
  const request = spans.find(({ name }) => name === 'POST /liveness');
  expect(request?.traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
  expect(request?.parentSpanId ?? '').toBe('');
});

it('does not export what the caller did not sample', async () => {
  const { requests, url } = await collector();
  const { app } = await tracedApp(url);
  await app.inject(liveness({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` }));
  await app.close();
  expect(requests).toEqual([]);
});

it('without a collector it answers all the same, and logs once', async () => {
  const { app, warnings } = await tracedApp('http://127.0.0.1:9');
  // More spans than one batch of 512 holds: several exports, one outage.
  for (let index = 0; index < 700; index++) await app.inject('/');
  expect((await app.inject(liveness())).statusCode).toBe(200);
  await app.close();
  await expect.poll(() => warnings, { timeout: 10_000 }).toEqual([outage]);
});

it('stops before a collector that hangs is given up', async () => {
  const { requests, url } = await collector('never');
  const { app, warnings } = await tracedApp(url);
  await app.inject('/');
  await app.close();
  expect([requests, warnings]).toEqual([['POST /v1/traces'], []]);
  await expect.poll(() => warnings, { timeout: 10_000 }).toEqual([outage]);
});

it('logs a collector that refuses, and asks it no more for a while', async () => {
  const { requests, url } = await collector(400);
  const { app, warnings } = await tracedApp(url);
  for (let batch = 0; batch < 3; batch++) {
    for (let index = 0; index < 512; index++) await app.inject('/');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(requests).toHaveLength(1);
  expect(warnings).toEqual([outage]);
});
