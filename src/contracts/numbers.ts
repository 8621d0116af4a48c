import { Type } from 'typebox';

/** A number from 0 to 1 on the wire. */
export const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

/** Something that may be null on the wire; the description says when. */
export const nullable = <T extends Type.TSchema>(schema: T, description: string) =>
  Type.Union([schema, Type.Null()], { description });

/** The value with so many decimal places, and no -0, which JSON would spell out as 0 anyway. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits)) + 0;
}
