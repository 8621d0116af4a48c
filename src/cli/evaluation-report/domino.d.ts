// The package's own types are written for the name `domino`, under which it is not published any more.
declare module '@mixmark-io/domino' {
  /** A document without a browser. Its types are the browser's, which this project does not load. */
  export function createDocument(html?: string): unknown;
}
