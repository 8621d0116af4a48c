import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, engineOptions, readConfig } from '../config.ts';
import { seededRandom } from '../decisions/training/seeded-random.ts';
import { createPool } from '../perception/pool.ts';
import { type Training, trainOnPictures } from '../services/train-classifier.ts';
import { replaceFile } from '../stores/write-durably.ts';
import { showProgress } from './progress.ts';
import { storedSubjects } from './stored-subjects.ts';
import { listPictures } from './train-data.ts';
import { dataLines, figures, reliabilityFile, reportPage } from './train-report.ts';
import { UsageError } from './usage.ts';

const usage = `Usage: bonafide train --train-dir DIR --out classifier.json [options]

Learns to tell live faces from attacks from the pictures in DIR/live/raw and DIR/spoof/raw, which POST
/v1/dataset/upload collects, with the models and settings of the environment. LIVENESS_CLF_PATH=classifier.json
makes it the score of /v1.

  --train-dir DIR                the data set
  --out FILE                     the classifier to write
  --report DIR                   write report.html and reliability.svg there; no face is in them
  --subjects FILE.csv            whose pictures they are: lines of path,subject, paths relative to DIR. Default, where
                                 DIR is TRAIN_DIR: the user_id of each upload, from the database, if no server has
                                 the embedded one open. Those that are not named are sorted by their faces
  --classifier-threshold SHARE   score from which a face is live, 0 to 1, default 0.5, as in /v1: what the error
                                 rates are of. Clients ask /v1 for another one by its parameter threshold

Each class needs 20 pictures with a face, of 5 people.
  -h, --help                     show this text`;

/** The intervals of one data set are the same in each run. */
const seed = 20_260_301;

/**
 * `bonafide train`.
 *
 * @returns the exit code
 * @throws UsageError for wrong arguments; Error where there is too little to learn from
 */
export async function trainCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'train-dir': { type: 'string' },
      // As the seed's script has it.
      train_dir: { type: 'string' },
      out: { type: 'string' },
      report: { type: 'string' },
      subjects: { type: 'string' },
      'classifier-threshold': { type: 'string', default: '0.5' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const trainDir = values['train-dir'] ?? values.train_dir;
  const { out, report, subjects } = values;
  if (!trainDir || !out)
    throw new UsageError(
      'Say what to learn from and where to write it: bonafide train --train-dir DIR --out FILE.',
    );
  const threshold = readShare(values['classifier-threshold']);
  const config = readConfig(env);
  const training = await train(config, { trainDir, subjects, threshold }, env);
  await mkdir(dirname(out), { recursive: true });
  // A server that starts at this moment finds the old file or the new one, never half of it.
  replaceFile(out, `${JSON.stringify(training.file, null, 2)}\n`, { mode: 0o644 });
  if (report !== undefined) await writeReport(report, training);
  console.log([...dataLines(training.file), ...figures(training.evaluation), `Written: ${out}`].join('\n'));
  return 0;
}

async function train(
  config: Config,
  { trainDir, subjects, threshold }: { trainDir: string; subjects: string | undefined; threshold: number },
  env: Readonly<Record<string, string | undefined>>,
): Promise<Training> {
  const named = subjects ?? (await storedSubjects(config, trainDir, console.error));
  const pictures = await listPictures({ trainDir, subjects: named, maxBytes: config.MAX_IMAGE_BYTES });
  const processes = config.PERCEPTION_PROCESSES;
  const perception = await createPool({
    engine: engineOptions(config),
    processes,
    queueLimit: 2 * processes,
    deadlineMs: config.REQUEST_TIMEOUT_MS,
    clipDeadlineMs: config.CLIP_TIMEOUT_MS,
    entry: new URL('../perception/process.js', import.meta.url),
    environment: env,
    onEvent: () => {},
  });
  for (const notice of perception.describe().notices) console.error(notice);
  const progress = showProgress(pictures.length, 'pictures');
  try {
    return await trainOnPictures(perception, pictures, {
      // One more than there are processes: each has the next picture at hand when it is done.
      concurrency: processes + 1,
      threshold,
      namedBy: subjects === undefined ? 'the user ids of the data set' : 'the list of subjects',
      smallFaceSide: config.LIVENESS_MIN_SIDE,
      now: new Date(),
      random: seededRandom(seed),
      onProgress: progress.show,
    });
  } finally {
    progress.end();
    await perception.close();
  }
}

async function writeReport(folder: string, { file, evaluation }: Training): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'reliability.svg'), reliabilityFile(evaluation.reliability));
  await writeFile(join(folder, 'report.html'), reportPage(file, evaluation));
}

function readShare(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 0 && value <= 1))
    throw new UsageError('--classifier-threshold must be a number from 0 to 1.');
  return value;
}
