import { createEngine } from './load-engine.ts';
import { serve } from './serve.ts';

/** What runs inside a perception process; forked by the pool. */
serve(createEngine);
