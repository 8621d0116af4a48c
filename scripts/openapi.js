// Writes openapi.json, the API document of the built app. Nothing asks stores or the logger while routes
// are only described, and perception is asked for its models alone, so none is loaded.
import { writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { buildApp } from '../dist/app.js';
import { readConfig } from '../dist/config.js';

const config = readConfig({ ENABLE_TRACING: 'false', ENABLE_METRICS: 'false' });
const perception = { describe: () => ({ models: [], executionProviders: [], notices: [] }) };
const app = await buildApp({ config, perception, stores: {}, logger: pino({ level: 'silent' }) });
writeFileSync(new URL('../openapi.json', import.meta.url), `${JSON.stringify(app.swagger(), null, 2)}\n`);
await app.close();
