// What liveness.ts and liveness-check.tsx use of the platform, after the types of react-native 0.82, expo-camera 57,
// expo-file-system 58 and @types/react 19: the packages are hundreds of megabytes, and the check here does without them.

declare class WebSocket {
  constructor(uri: string, protocols?: string | string[] | null);
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: string }) => void) | null;
  onclose: ((event: { readonly code?: number; readonly reason?: string }) => void) | null;
  onerror: (() => void) | null;
  send(data: string | ArrayBuffer | ArrayBufferView | Blob): void;
  close(code?: number, reason?: string): void;
}
declare class Blob {
  readonly size: number;
}
declare class AbortSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(): void;
}
declare function setTimeout(callback: () => void, milliseconds?: number): number;
declare function clearTimeout(timer: number | undefined): void;

declare module 'react' {
  export interface ReactElement {
    readonly type: unknown;
    readonly props: unknown;
  }
  export type ReactNode = ReactElement | string | number | boolean | null | undefined | readonly ReactNode[];
  export interface RefObject<T> {
    current: T;
  }
  export function useEffect(effect: () => unknown, dependencies?: readonly unknown[]): void;
  export function useRef<T>(initial: T): RefObject<T>;
  export function useRef<T>(initial: T | null): RefObject<T | null>;
  export function useState<T>(initial: T): [T, (next: T) => void];
}

declare module 'react/jsx-runtime' {
  export namespace JSX {
    type Element = import('react').ReactElement;
    interface ElementAttributesProperty {
      props: unknown;
    }
    interface ElementChildrenAttribute {
      children: unknown;
    }
    interface IntrinsicAttributes {
      key?: string | number;
    }
  }
  export function jsx(type: unknown, props: unknown, key?: string): JSX.Element;
  export const jsxs: typeof jsx;
}

declare module 'react-native' {
  import type { ReactElement, ReactNode } from 'react';

  interface Style {
    readonly flex?: number;
    readonly padding?: number;
    readonly justifyContent?: 'center';
  }
  interface ViewProps {
    readonly style?: Style;
    readonly children?: ReactNode;
    readonly accessibilityLiveRegion?: 'none' | 'polite' | 'assertive';
  }
  export function View(props: ViewProps): ReactElement;
  export function Text(props: ViewProps): ReactElement;
  export function Button(props: { readonly title: string; readonly onPress?: () => void }): ReactElement;
  export const Linking: { openSettings(): Promise<void> };
  export const Platform: { readonly OS: 'ios' | 'android' | 'macos' | 'windows' | 'web' };
  export const AccessibilityInfo: { announceForAccessibility(announcement: string): void };
  export const AppState: {
    addEventListener(
      type: 'change',
      listener: (state: 'active' | 'background' | 'inactive' | 'unknown' | 'extension') => void,
    ): { remove(): void };
  };
}

declare module 'expo-file-system' {
  export class File {
    constructor(uri: string);
    delete(): void;
  }
}

declare module 'expo-camera' {
  import type { RefObject } from 'react';

  interface PermissionResponse {
    readonly granted: boolean;
    readonly canAskAgain: boolean;
  }
  export function useCameraPermissions(): [
    PermissionResponse | null,
    () => Promise<PermissionResponse>,
    () => Promise<PermissionResponse>,
  ];
  interface CameraViewProps {
    readonly ref?: RefObject<CameraView | null>;
    readonly facing?: 'front' | 'back';
    readonly pictureSize?: string;
    readonly animateShutter?: boolean;
    readonly style?: { readonly flex?: number };
    readonly onCameraReady?: () => void;
    readonly onMountError?: (event: { readonly message: string }) => void;
  }
  export class CameraView {
    constructor(props: CameraViewProps);
    readonly props: CameraViewProps;
    takePictureAsync(options?: {
      readonly base64?: boolean;
      readonly quality?: number;
      readonly shutterSound?: boolean;
    }): Promise<{ readonly uri: string; readonly base64?: string }>;
  }
}
