import { type Static, Type } from 'typebox';
import { nullable } from '../numbers.ts';
import { clip, experimental, heuristic, reasons, score, scoreSource } from './schemas.ts';

const liveness = Type.Object(
  {
    is_live: Type.Boolean({
      description: 'The verdict; with `heuristic` or `experimental` it may not be enough.',
    }),
    score,
    threshold: Type.Number(),
    score_source: scoreSource,
    heuristic,
    experimental,
    detector_backend: Type.String(),
    reasons,
    pass_ratio: clip.pass_ratio,
  },
  { description: 'What the liveness of the face rests on.' },
);

const message = Type.String({ description: 'In words, for people; Portuguese unless others are asked for.' });

const livenessOk = Type.Boolean({
  description: 'False: nobody was enrolled or compared. The status of the answer is 200 all the same.',
});

const similarity = nullable(Type.Number(), '1 − `cosine_distance`; null where nothing was compared.');
const distance = nullable(
  Type.Number(),
  '0 (the same) to 2, on the scale that all embedders share; null where nothing was compared.',
);

const compared = {
  model: nullable(Type.String(), 'The embedder; null where nothing was compared.'),
  frames: Type.Integer({ description: 'Frames that the face is the mean of; 0 where nothing was compared.' }),
  liveness,
};

export const registerResponse = Type.Object(
  {
    success: Type.Boolean(),
    user_id: Type.String(),
    liveness_ok: livenessOk,
    message,
    replaced: Type.Boolean({ description: 'Somebody was enrolled under this id before.' }),
    details: Type.Object({
      ...compared,
      expires_at: nullable(Type.String(), 'When the template expires; null: never, or nobody was enrolled.'),
    }),
  },
  {
    examples: [
      {
        success: true,
        user_id: '15',
        liveness_ok: true,
        message: 'Cadastrado com sucesso',
        replaced: false,
      },
    ],
  },
);

export const verifyResponse = Type.Object(
  {
    success: Type.Boolean({ description: 'The faces were compared.' }),
    user_id: Type.String(),
    liveness_ok: livenessOk,
    match: Type.Boolean(),
    cosine_similarity: similarity,
    cosine_distance: distance,
    match_threshold: Type.Number(),
    message,
    details: Type.Object({
      ...compared,
      raw_distance: nullable(Type.Number(), 'Cosine distance of the embedder itself.'),
    }),
  },
  {
    examples: [
      {
        success: true,
        user_id: '15',
        liveness_ok: true,
        match: true,
        cosine_similarity: 0.942,
        cosine_distance: 0.058,
        match_threshold: 0.35,
        message: 'OK',
      },
    ],
  },
);

export const identifyResponse = Type.Object({
  success: Type.Boolean({ description: 'The face was searched for.' }),
  liveness_ok: livenessOk,
  match: Type.Boolean({ description: 'Somebody was found.' }),
  user_id: nullable(Type.String(), 'The nearest candidate; null where nobody was found.'),
  candidates: Type.Array(
    Type.Object({
      user_id: Type.String(),
      cosine_similarity: Type.Number(),
      cosine_distance: Type.Number(),
      raw_distance: Type.Number(),
    }),
    { description: 'Those within `match_threshold`, the nearest first.' },
  ),
  match_threshold: Type.Number(),
  message,
  details: Type.Object({
    ...compared,
    search: nullable(Type.Enum(['pgvector', 'memory']), 'What searched, exactly in either case.'),
  }),
});

export const usersQuery = Type.Object({
  cursor: Type.Optional(Type.String({ description: '`next_cursor` of the page before.' })),
  limit: Type.Optional(Type.Integer({ default: 100, minimum: 1, maximum: 1000 })),
});

export const usersResponse = Type.Object({
  users: Type.Array(
    Type.Object({
      user_id: Type.String(),
      model: Type.String({ description: 'The embedder of the template.' }),
      frames: Type.Integer({ description: 'Frames that the template is the mean of.' }),
      consent: nullable(Type.String(), 'As it was given.'),
      created_at: Type.String({ format: 'date-time' }),
      expires_at: nullable(Type.String({ format: 'date-time' }), 'Null: never.'),
    }),
  ),
  total: Type.Integer({ description: 'How many are enrolled.' }),
  next_cursor: nullable(Type.String(), 'Null at the end.'),
});

export const erasureResponse = Type.Object({
  success: Type.Boolean(),
  user_id: Type.String(),
  message,
  receipt: Type.Object({
    id: Type.String({ description: 'It also stands in the audit trail, beside the time and the counts.' }),
    erased_at: Type.String({ format: 'date-time' }),
    erased: Type.Record(Type.String(), Type.Integer(), {
      description: 'How many things of each kind were erased.',
    }),
  }),
});

export type RegisterResponse = Static<typeof registerResponse>;
export type VerifyResponse = Static<typeof verifyResponse>;
export type IdentifyResponse = Static<typeof identifyResponse>;
export type UsersResponse = Static<typeof usersResponse>;
