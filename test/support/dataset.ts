import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { seededRandom } from './random.ts';

/** A small picture without a face, of other bytes for each number. */
export async function pattern(number: number): Promise<Buffer> {
  const random = seededRandom(number);
  const data = Buffer.from(Array.from({ length: 64 * 64 * 3 }, () => Math.floor(random() * 256)));
  return sharp(data, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
}

export interface SampleUpload {
  readonly label?: string;
  readonly query?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly filename?: string;
}

export async function uploadSample(
  url: string,
  image: Uint8Array,
  { label = 'live', query = `?label=${label}`, fields = {}, filename = 'photo.png' }: SampleUpload = {},
) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('image', new Blob([Buffer.from(image)], { type: 'image/png' }), filename);
  const response = await fetch(`${url}/v1/dataset/upload${query}`, { method: 'POST', body: form });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

export const datasetStats = async (url: string) =>
  (await fetch(`${url}/v1/dataset/stats`)).json() as Promise<DatasetStats>;

export interface DatasetStats {
  readonly total: number;
  readonly live: number;
  readonly spoof: number;
  readonly samples: { readonly live: readonly string[]; readonly spoof: readonly string[] };
}

/** Every file below a folder, by its path there. */
export function filesIn(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
