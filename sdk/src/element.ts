import { LivenessElement, type LivenessElementEvents } from './element/liveness-element.ts';

export {
  LivenessElement,
  type LivenessElementEvents,
  type LivenessError,
} from './element/liveness-element.ts';

if (!customElements.get('bonafide-liveness')) customElements.define('bonafide-liveness', LivenessElement);

declare global {
  interface HTMLElementTagNameMap {
    'bonafide-liveness': LivenessElement;
  }
  interface HTMLElementEventMap extends LivenessElementEvents {}
}
