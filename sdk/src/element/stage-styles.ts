import { css } from 'lit';

/** What stands on and around the picture: the oval, the arrow, the countdown, the signs. */
export const stageStyles = css`
  .stage {
    position: relative;
    overflow: hidden;
    /* A phone's picture stands, a laptop's lies: either way the oval is in its middle. */
    aspect-ratio: 3 / 4;
    max-block-size: 62svh;
    inline-size: 100%;
    border-radius: calc(var(--bonafide-radius, 1.5rem) - 0.5rem);
    background: var(--_stage);
    isolation: isolate;
  }

  @container (min-width: 27rem) {
    .stage {
      aspect-ratio: 1;
    }
  }

  .live {
    background: #0c1116;
  }

  /* As in a mirror; what is sent is not. A drawing of the picture's shape lies over it point by point. */
  video,
  ::slotted([slot='overlay']) {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
    transform: scaleX(-1);
  }

  .oval {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    overflow: visible;
    fill: none;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .shade {
    fill: #0c1116;
    fill-opacity: 0.6;
  }

  .ring {
    stroke: var(--_figure);
    stroke-width: 1.2;
  }

  .live .ring {
    stroke: #fff;
    stroke-opacity: 0.85;
  }

  .time {
    stroke: #ffd54a;
    stroke-width: 2.2;
  }

  .figure {
    fill: var(--_figure);
  }

  .sign {
    stroke-width: 6;
  }

  .complete .ring,
  .complete .sign {
    stroke: var(--_good);
  }

  .failed .ring,
  .failed .sign {
    stroke: var(--_bad);
  }

  /* Physical on purpose: where a head is on the screen does not depend on the script. */
  .arrow {
    position: absolute;
    top: 50%;
    left: 50%;
    inline-size: clamp(3rem, 17cqi, 4.5rem);
    aspect-ratio: 1;
    margin: calc(clamp(3rem, 17cqi, 4.5rem) / -2);
    filter: drop-shadow(0 2px 6px rgb(0 0 0 / 50%));
  }

  .arrow svg {
    display: block;
    inline-size: 100%;
    animation: nudge 1.2s ease-in-out infinite alternate;
  }

  .arrow circle {
    fill: #ffd54a;
  }

  .arrow path {
    fill: none;
    stroke: #17202b;
    stroke-width: 4;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .arrow.left {
    left: 14%;
  }

  .arrow.right {
    left: 86%;
    rotate: 180deg;
  }

  .arrow.top {
    top: 13%;
    rotate: 90deg;
  }

  .arrow.bottom {
    top: 87%;
    rotate: 270deg;
  }

  @keyframes nudge {
    to {
      transform: translateX(-10%);
    }
  }

  .seconds {
    position: absolute;
    inset-block-start: 0.75rem;
    inset-inline-end: 0.75rem;
    min-inline-size: 2.25rem;
    padding: 0.25rem 0.5rem;
    border-radius: 2rem;
    background: rgb(12 17 22 / 80%);
    color: #fff;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }

  .waiting {
    position: absolute;
    inset-block-end: 1rem;
    inset-inline: 0;
    display: flex;
    gap: 0.5rem;
    justify-content: center;
  }

  .waiting i {
    inline-size: 0.6rem;
    block-size: 0.6rem;
    border-radius: 50%;
    background: #fff;
    animation: breathe 1.5s ease-in-out infinite alternate;
  }

  .waiting i:nth-child(2) {
    animation-delay: 0.5s;
  }

  .waiting i:nth-child(3) {
    animation-delay: 1s;
  }

  @keyframes breathe {
    from {
      opacity: 0.35;
    }
  }
`;
