import { css } from 'lit';

/**
 * Colours, those of `pages/look.css`: text on its ground has a contrast of 4.5 at least, marks of 3 (WCAG 2.2, AA). Each may be
 * replaced by a custom property, and then has the page's contrast.
 */
const light = css`
  color-scheme: light;
  --_surface: var(--bonafide-surface, #ffffff);
  --_text: var(--bonafide-text, #17202b);
  --_faint: var(--bonafide-faint, #53606e);
  --_line: var(--bonafide-line, #7b8794);
  --_hairline: var(--bonafide-hairline, #d5dae0);
  --_accent: var(--bonafide-accent, #0b5cad);
  --_on-accent: var(--bonafide-on-accent, #ffffff);
  --_good: var(--bonafide-good, #0b6b3a);
  --_bad: var(--bonafide-bad, #b3261e);
  --_stage: var(--bonafide-stage, #e9eef4);
  --_figure: var(--bonafide-figure, #c3cfdc);
`;

const dark = css`
  color-scheme: dark;
  --_surface: var(--bonafide-surface, #1a222b);
  --_text: var(--bonafide-text, #eef2f6);
  --_faint: var(--bonafide-faint, #b0bcc8);
  --_line: var(--bonafide-line, #8794a2);
  --_hairline: var(--bonafide-hairline, #35414d);
  --_accent: var(--bonafide-accent, #7ab8ff);
  --_on-accent: var(--bonafide-on-accent, #06213d);
  --_good: var(--bonafide-good, #62d394);
  --_bad: var(--bonafide-bad, #ff9a91);
  --_stage: var(--bonafide-stage, #10161d);
  --_figure: var(--bonafide-figure, #2b3744);
`;

/** The attribute \`theme\` says which, else the user's own choice does. */
export const colours = css`
  :host {
    ${light}
  }

  @media (prefers-color-scheme: dark) {
    :host {
      ${dark}
    }
  }

  :host([theme='light']) {
    ${light}
  }

  :host([theme='dark']) {
    ${dark}
  }
`;
