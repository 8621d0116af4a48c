import { Type } from 'typebox';
import { list } from './list.ts';

/** The server itself: where it listens, who may ask, what it tells its operator. */
export const server = {
  HOST: Type.String({
    default: '',
    description:
      'Address to listen on. Empty: 127.0.0.1 where there is no key at the start (neither API_KEY nor one in the database: the server is open then), else 0.0.0.0.',
  }),
  PORT: Type.Integer({
    default: 8000,
    minimum: 0,
    maximum: 65535,
    description: 'Port to listen on; 0 picks a free one.',
  }),
  PUBLIC_URL: Type.String({
    default: '',
    description:
      'Address clients reach this server at, https://liveness.example.com for instance; upload_url then is absolute.',
  }),
  API_KEY: list(
    '',
    'API keys, separated by commas, that may do everything; `bonafide keys create` makes others. While there is neither, every route is open but those of the KYC contract. Otherwise /, /health, /docs, /openapi.json, /test, /metrics and the page of /console, without its data, stay open.',
  ),
  ALLOWED_ORIGINS: list(
    '',
    "Origins whose pages may open WebSockets, https://shop.example for instance, besides those at PUBLIC_URL; separated by commas, *: any. Programs that are no browsers send none and always may. So may the server's own pages, but without a key only at an IP address or localhost: a name can be made to point here by whoever owns it.",
  ),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Log level: fatal, error, warn, info, debug, trace or silent.',
  }),
  LOG_FORMAT: Type.Enum(['json', 'text'], {
    default: 'json',
    description:
      'json: one object a line; text: lines as those of the server of seed 004, `2025-09-17 17:08:26,670 INFO api …`, in local time.',
  }),
  CONSOLE_RELABEL: Type.Boolean({
    default: false,
    description:
      'Let holders of a key for /console put pictures of the data set under the other label. Otherwise the console only reads.',
  }),
  ENABLE_METRICS: Type.Boolean({ default: true, description: 'Serve Prometheus metrics at /metrics.' }),
  METRICS_NEED_KEY: Type.Boolean({
    default: false,
    description: 'Ask for a key at /metrics too; Prometheus can send it as a bearer token.',
  }),
  ENABLE_TRACING: Type.Boolean({ default: true, description: 'Export OpenTelemetry spans.' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.String({
    default: 'http://localhost:4318',
    description: 'OTLP/HTTP collector.',
  }),
} as const;
