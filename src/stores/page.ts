/** Which part of a long list is asked for. */
export interface PageQuery {
  /** `next` of the page before; without it the list begins. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A part of a long list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** What to ask for as `after` to get the next page; null at the end. */
  readonly next: string | null;
}
