/** The value with so many decimal places, and no -0, which JSON would spell out as 0 anyway. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits)) + 0;
}
