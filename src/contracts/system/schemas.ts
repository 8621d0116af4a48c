import { type Static, Type } from 'typebox';

/** Answer of `GET /`. */
export const info = Type.Object(
  {
    name: Type.String(),
    version: Type.String(),
    description: Type.String(),
    authentication: Type.Enum(['required', 'open'], {
      description: '`required`: send `X-API-KEY` or `Authorization: Bearer`.',
    }),
    contracts: Type.Array(Type.Object({ name: Type.String(), routes: Type.Array(Type.String()) })),
    links: Type.Record(Type.String(), Type.String()),
  },
  { description: 'Name, version, contracts and links.' },
);

/** Answer of `GET /health`: the fields of seeds 002 and 004 together, and ours. */
export const health = Type.Object(
  {
    status: Type.Enum(['ok', 'unavailable'], {
      description: '`unavailable` (with status 503) while no perception process is alive.',
    }),
    model_loaded: Type.Boolean({
      description: 'True when an anti-spoof model is loaded; `anti_spoof` says whether it is trusted.',
    }),
    anti_spoof: Type.Enum(['installed', 'experimental', 'none'], {
      description:
        '`experimental`: our own net alone. What it says enrols nobody and satisfies no KYC check, unless ALLOW_EXPERIMENTAL says so.',
    }),
    service: Type.Literal('liveness-detection'),
    version: Type.String(),
    runtime: Type.Object({
      node: Type.String(),
      python: Type.Null({ description: 'Seed 004 names its Python here; this server has none.' }),
      cuda: Type.Object({ available: Type.Boolean() }),
      execution_providers: Type.Array(Type.String()),
    }),
    pack: Type.Enum(['embedded', 'strong', 'mixed'], {
      description:
        'Where the detector and the anti-spoof nets come from: `embedded`: with the server; `strong`: from the strong pack, or MODEL_PATH; `mixed`: some of each.',
    }),
    pack_note: Type.String({ description: 'Which pack serves, and how to get the other.' }),
    calibration: Type.Object(
      {
        name: Type.String({
          description: 'Says which models it was made for; `uncalibrated` where there is none.',
        }),
        source: Type.Enum(['shipped', 'CALIBRATION_PATH', 'none'], {
          description:
            "`shipped`: with this version, for these models; `CALIBRATION_PATH`: the operator's own; `none`: nobody has measured these anti-spoof nets, or there are none. Then the mean of their raw scores decides within wide limits, and the experimental net alone decides nothing.",
        }),
        experimental: Type.Boolean({
          description: 'Whether it weighs the experimental net alone; see `anti_spoof`.',
        }),
      },
      { description: 'How scores of the anti-spoof nets become a live probability.' },
    ),
    detector: Type.Union([Type.String(), Type.Null()], { description: 'The model that finds the faces.' }),
    models: Type.Array(
      Type.Object({
        role: Type.String(),
        name: Type.String(),
        sha256: Type.String({ description: 'SHA-256 of the weights, lower-case hex.' }),
      }),
    ),
    database: Type.Object({
      kind: Type.Enum(['pglite', 'postgres'], { description: '`pglite`: the embedded one, in DATA_DIR.' }),
      status: Type.Enum(['ok', 'unavailable'], {
        description:
          'Whether it answers. While it does not, what needs it gets 503; the rest works, so `status` above stays as it is.',
      }),
    }),
    notices: Type.Array(Type.String(), { description: 'What the operator should know.' }),
    queue: Type.Object({
      waiting: Type.Integer({ description: 'Jobs that wait for a perception process.' }),
      running: Type.Integer({ description: 'Jobs perception works on.' }),
      processes: Type.Integer({ description: 'Perception processes that are alive.' }),
      full: Type.Boolean({ description: 'True while one more job would be refused.' }),
    }),
  },
  { description: 'The state of the server.' },
);

export type Health = Static<typeof health>;
