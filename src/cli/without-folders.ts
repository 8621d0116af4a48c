import type { Config } from '../config.ts';

/** A sentence without the folders of the machine it was written on: their names are nobody else's business. */
export function withoutFolders(
  sentence: string,
  settings: Partial<Pick<Config, 'MODELS_DIR' | 'MODEL_PATH'>> = {},
): string {
  return Object.entries(settings)
    .filter(([, value]) => value !== '')
    .reduce(
      (text, [name, value]) =>
        text.replaceAll(`${name}=${value}`, name).replaceAll(`${value} (${name})`, name),
      sentence,
    )
    .replace(/(?:[A-Za-z]:)?[\\/][^()]*? \(([A-Z_]+)\)/g, '$1')
    .replace(/(?:[A-Za-z]:[\\/]|\/[^\s/]+\/)[^\s"'),;]*/g, 'a folder');
}
