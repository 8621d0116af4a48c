import { css } from 'lit';

/**
 * The card, its words and its buttons; what stands on the picture is in `stage-styles.ts`. Lengths along a line are logical,
 * so scripts from right to left fit; the arrow alone is not.
 */
export const styles = css`
  :host {
    display: block;
    box-sizing: border-box;
    max-inline-size: 30rem;
    margin-inline: auto;
    container-type: inline-size;
    font-family: var(--bonafide-font, system-ui, sans-serif);
    line-height: 1.4;
    -webkit-text-size-adjust: 100%;
  }

  :host([hidden]) {
    display: none;
  }

  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  .card {
    display: grid;
    gap: 1rem;
    padding: 1rem;
    border: 1px solid var(--_hairline);
    border-radius: var(--bonafide-radius, 1.5rem);
    background: var(--_surface);
    color: var(--_text);
    text-align: center;
  }

  .progress {
    display: flex;
    gap: 0.5rem;
    justify-content: center;
    min-block-size: 0.5rem;
  }

  .progress span {
    inline-size: 2.25rem;
    block-size: 0.5rem;
    border: 1px solid var(--_line);
    border-radius: 1rem;
  }

  .progress .done {
    border-color: var(--_good);
    background: var(--_good);
  }

  h2,
  p {
    margin: 0;
    text-wrap: balance;
  }

  h2,
  .instruction {
    font-size: clamp(1.25rem, 6cqi, 1.6rem);
    font-weight: 650;
    line-height: 1.25;
  }

  .intro {
    display: grid;
    gap: 0.5rem;
  }

  .words {
    display: grid;
    gap: 0.35rem;
    align-content: start;
    min-block-size: 5.5rem;
  }

  .complete .words {
    min-block-size: 0;
    padding-block-end: 0.5rem;
  }

  /* Empty, but there: a live region that appears with its words is not read. */
  .start .words {
    min-block-size: 0;
    margin-block-start: -1rem;
  }

  .faint,
  .detail {
    color: var(--_faint);
  }

  .faint {
    font-size: 0.9rem;
  }

  .running .detail {
    color: var(--_text);
  }

  .complete .instruction {
    color: var(--_good);
  }

  .failed .instruction {
    color: var(--_bad);
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
  }

  button {
    min-block-size: 3rem;
    padding: 0.5rem 1.25rem;
    border: 1px solid var(--_line);
    border-radius: calc(var(--bonafide-radius, 1.5rem) - 0.5rem);
    background: transparent;
    color: inherit;
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }

  .main {
    flex: 1;
    border-color: var(--_accent);
    background: var(--_accent);
    color: var(--_on-accent);
  }

  .main[aria-disabled='true'] {
    border-color: var(--_line);
    background: transparent;
    color: var(--_text);
    cursor: default;
  }

  .stop {
    flex: 1;
  }

  .speak {
    display: inline-grid;
    grid-auto-flow: column;
    gap: 0.5rem;
    place-items: center;
    padding-inline: 0.9rem;
  }

  .speak svg {
    inline-size: 1.5rem;
    block-size: 1.5rem;
    fill: none;
    stroke: currentcolor;
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  /* Where there is no room for the word, the sign alone is seen; the word is still the button's name. */
  @container (max-width: 26.99rem) {
    .speak span {
      position: absolute;
      overflow: hidden;
      inline-size: 1px;
      block-size: 1px;
      clip-path: inset(50%);
      white-space: nowrap;
    }
  }

  .speak[aria-pressed='false'] .waves {
    display: none;
  }

  .speak[aria-pressed='true'] {
    border-color: var(--_accent);
    color: var(--_accent);
  }

  :focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }

  /* A phone on its side: the picture on one side, the words beside it. */
  @media (orientation: landscape) and (max-height: 34rem) {
    :host {
      max-inline-size: 60rem;
    }

    .card {
      grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr);
      grid-template-rows: 1fr repeat(4, auto) 1fr;
      gap: 0.5rem 1.25rem;
      text-align: start;
    }

    .card > * {
      grid-column: 2;
    }

    .card::before {
      grid-area: 1 / 2;
      content: '';
    }

    .card > .stage {
      grid-area: 1 / 1 / -1;
      aspect-ratio: 4 / 3;
      max-block-size: calc(100svh - 4rem);
    }

    .progress {
      justify-content: start;
    }

    .speak span {
      position: absolute;
      overflow: hidden;
      inline-size: 1px;
      block-size: 1px;
      clip-path: inset(50%);
      white-space: nowrap;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }

  @media (forced-colors: active) {
    .progress .done {
      background: Highlight;
    }
  }
`;
