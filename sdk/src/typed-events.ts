/** An `EventTarget` whose events have names and details that the compiler knows; `Events` maps one to the other. */
export interface TypedEventTarget<Events> {
  addEventListener<Name extends keyof Events>(
    type: Name,
    listener: ((event: CustomEvent<Events[Name]>) => void) | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
  removeEventListener<Name extends keyof Events>(
    type: Name,
    listener: ((event: CustomEvent<Events[Name]>) => void) | null,
    options?: EventListenerOptions | boolean,
  ): void;
  dispatchEvent(event: Event): boolean;
}

/** The browser's own `EventTarget`, typed. */
export function typedEventTarget<Events>(): new () => TypedEventTarget<Events> {
  return EventTarget as unknown as new () => TypedEventTarget<Events>;
}
