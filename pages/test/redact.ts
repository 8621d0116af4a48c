/** Names of what opens something: never on the screen, which people show to others and film. */
const secrets = /key|token|secret|authorization/i;

/** Longer texts than this are pictures. */
const longestText = 1_000;
/** More numbers in a row than this are counted. */
const longestRow = 12;

/** A value as it is shown: keys hidden, pictures as their type and size, long rows of numbers as their length. */
export function redact(value: unknown, name = ''): unknown {
  if (value instanceof Blob) return `‹${value.type || 'file'}, ${sizeOf(value.size)}›`;
  if (typeof value === 'string') {
    if (secrets.test(name)) return '•••';
    if (value.length > longestText) return `‹base64, ${sizeOf((value.length * 3) / 4)}›`;
    return hideCheck(value);
  }
  if (Array.isArray(value)) {
    const isRow = value.length > longestRow && value.every((item) => typeof item === 'number');
    return isRow ? `‹${value.length} ×›` : value.map((item) => redact(item));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item, key)]));
}

/** The id of an active check works for whoever presents it first. */
export function hideCheck(address: string): string {
  return address.replace(/([?&]check=)[^&]+/, '$1•••');
}

function sizeOf(bytes: number): string {
  return bytes < 1_000 ? `${Math.round(bytes)} B` : `${Math.round(bytes / 1_000)} kB`;
}
