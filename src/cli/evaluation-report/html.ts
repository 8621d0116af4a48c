/** A piece of a page that is markup already: it is put in as it stands. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a template: text is escaped, markup is not, lists follow each other, and nothing is nothing. */
export type Content = string | number | Markup | readonly Content[] | undefined;

/**
 * A piece of a page. Whatever is put into the template is escaped, unless a template made it: names of sources and
 * species come from files of strangers.
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return { markup: String.raw({ raw: parts }, ...contents.map(written)) };
}

/** Markup that a library made. */
export function markup(made: string): Markup {
  return { markup: made };
}

function written(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'string') return escapeText(content);
  if (typeof content === 'number') return String(content);
  return 'markup' in content ? content.markup : content.map(written).join('');
}

/**
 * Text as it may stand between tags and in a quoted attribute. Control characters, which no page may hold, and marks
 * that turn the direction of what follows become the sign for what cannot be shown.
 */
export function escapeText(text: string): string {
  return text.replace(unshown, '\ufffd').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Control characters but tab and line feed, halves of characters, and what turns the direction of writing. */
const unshown =
  /[\p{Surrogate}\p{Noncharacter_Code_Point}\u202a-\u202e\u2066-\u2069]|(?![\t\n])\p{Control}/gu;
