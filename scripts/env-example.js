// Writes .env.example from the configuration's schema.
import { writeFileSync } from 'node:fs';
import { envExample } from '../dist/config.js';

writeFileSync(new URL('../.env.example', import.meta.url), envExample());
