import type { InjectOptions } from 'fastify';
import { expect, it } from 'vitest';
import { picture, scriptedPerception, testApp } from '../../test/support/app.ts';
import { faceFacts, frameFacts } from '../../test/support/facts.ts';
import type { FaceFacts } from '../decisions/facts.ts';
import type { Perception } from '../perception/engine.ts';

const liveness = { method: 'POST', url: '/liveness', payload: picture } as const;

/** The app's metrics in the Prometheus text format, after these requests. */
async function scrape(...requests: readonly (InjectOptions | string)[]) {
  return scrapeFrom(scriptedPerception(undefined, { queued: 3, running: 2, processes: 4 }), ...requests);
}

/** The same with this perception. */
async function scrapeFrom(perception: Perception, ...requests: readonly (InjectOptions | string)[]) {
  const app = await testApp({}, { perception });
  for (const request of requests) await app.inject(request);
  return (await app.inject('/metrics')).body;
}

it('has the names and labels of seed 000', async () => {
  const text = await scrape(liveness, { ...liveness, payload: {} }, '/nowhere/1', '/nowhere/2');
  const lines = [
    'liveness_requests_total{method="POST",endpoint="/liveness",status="200"} 1',
    'liveness_requests_total{method="POST",endpoint="/liveness",status="400"} 1',
    'liveness_requests_total{method="GET",endpoint="unmatched",status="404"} 2',
    'liveness_requests_success{method="POST",endpoint="/liveness"} 1',
    'liveness_requests_error{method="POST",endpoint="/liveness"} 1',
    'liveness_request_latency_seconds_count{method="POST",endpoint="/liveness"} 2',
    'liveness_inference_latency_seconds_count 1',
    'liveness_inference_latency_seconds_sum 0.005',
  ];
  for (const line of lines) expect(text).toContain(`${line}\n`);
});

it('has the load of perception, each stage and the process', async () => {
  const text = await scrape(liveness);
  const lines = [
    'liveness_queue_depth 3',
    'liveness_running_jobs 2',
    'liveness_perception_processes 4',
    'liveness_stage_latency_seconds_sum{stage="decode"} 0.002',
    'liveness_stage_latency_seconds_count{stage="detect"} 1',
  ];
  for (const line of lines) expect(text).toContain(`${line}\n`);
  expect(text).toMatch(/^process_resident_memory_bytes \d/m);
});

it.each<[string, readonly FaceFacts[]]>([
  ['no face', []],
  ['several faces', [faceFacts(), faceFacts()]],
])('times the work on a picture with %s too', async (_, faces) => {
  const text = await scrapeFrom(
    scriptedPerception(async () => frameFacts(...faces)),
    liveness,
  );
  const lines = [
    'liveness_requests_total{method="POST",endpoint="/liveness",status="422"} 1',
    'liveness_inference_latency_seconds_count 1',
    'liveness_stage_latency_seconds_sum{stage="detect"} 0.003',
  ];
  for (const line of lines) expect(text).toContain(`${line}\n`);
});

it('is not there when it is switched off', async () => {
  const app = await testApp({ ENABLE_METRICS: 'false' });
  expect((await app.inject('/metrics')).statusCode).toBe(404);
  expect((await app.inject('/')).json().links).not.toHaveProperty('metrics');
});
