import { CameraView, useCameraPermissions } from 'expo-camera';
import { File } from 'expo-file-system';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { AccessibilityInfo, AppState, Button, Linking, Platform, Text, View } from 'react-native';
import { holdSession, type Message, runChallenge, Trouble, type TroubleCode, within } from './liveness';

interface Props {
  /** `https://liveness.example.com` for instance. */
  readonly server: string;
  /** Asks the app's backend for the `client_token` of a new session; without it, `/ws` is used. */
  readonly getToken?: () => Promise<string>;
  /** For `/ws`, where the server asks for one, and in apps for people who may know it alone. */
  readonly apiKey?: string;
  /** Of the server's words on `/ws`: en, id, pt or uz; that of a session is said by your backend. */
  readonly language?: string;
  /** The session is over: `complete` or `failed`. Now ask your backend how it went. */
  readonly onEnd: (last: Message) => void;
}

/** Milliseconds for a camera to open, and for the backend to give a token. */
const cameraLimit = 10_000;
const tokenLimit = 10_000;

/** A liveness check from the camera's permission to the end, each failure with a way out. */
export function LivenessCheck({ server, getToken, apiKey: key, language = 'en', onEnd }: Props) {
  const [permission, askPermission, lookAtPermission] = useCameraPermissions();
  const [attempt, setAttempt] = useState(0);
  const [cameraReady, setCameraReady] = useState(false);
  const [message, setMessage] = useState<Message | null>(null);
  const [waiting, setWaiting] = useState<keyof typeof texts.waiting | null>(null);
  const [trouble, setTrouble] = useState<TroubleCode | null>(null);
  const camera = useRef<CameraView>(null);
  const parts = useRef({ server, getToken, key, language, onEnd });
  parts.current = { server, getToken, key, language, onEnd };
  const isGranted = permission?.granted ?? false;

  // Whoever comes back from the settings may have allowed it there.
  useEffect(() => {
    const watch = AppState.addEventListener('change', (state) => {
      if (state === 'active') lookAtPermission();
    });
    return () => watch.remove();
  }, [lookAtPermission]);

  useEffect(() => {
    if (!isGranted || cameraReady || trouble) return;
    const timer = setTimeout(() => setTrouble('camera_lost'), cameraLimit);
    return () => clearTimeout(timer);
  }, [isGranted, cameraReady, trouble]);

  // One session an attempt, however often the camera says that it is ready; it ends with the component.
  useEffect(() => {
    if (!cameraReady) return;
    const giveUp = new AbortController();
    const participant = { takePicture, onMessage, onWait: setWaiting, signal: giveUp.signal };
    function onMessage(next: Message): void {
      setWaiting(null);
      setMessage(next);
    }
    async function takePicture(): Promise<string> {
      const options = { base64: true, quality: 0.8, shutterSound: false };
      const photo = await camera.current?.takePictureAsync(options);
      if (!photo?.base64) throw new Error('No picture.');
      // Photographs are files, too: faces are not to be left behind.
      new File(photo.uri).delete();
      return photo.base64;
    }
    async function hold(): Promise<Message> {
      const { server, getToken, key, language } = parts.current;
      if (!getToken)
        return runChallenge(`${server.replace(/^http/, 'ws')}/ws`, { key, language }, participant);
      const token = await within(getToken(), tokenLimit, 'unreachable', giveUp.signal);
      return holdSession(server, token, participant);
    }
    hold().then(
      (last) => parts.current.onEnd(last),
      (error) => {
        if (!giveUp.signal.aborted) setTrouble(error instanceof Trouble ? error.code : 'connection_lost');
      },
    );
    return () => giveUp.abort();
  }, [cameraReady]);

  const told = trouble
    ? texts.trouble[trouble]
    : waiting
      ? texts.waiting[waiting]
      : message
        ? wordsOf(message)
        : texts.opening;
  // Android reads live regions; iOS has none.
  useEffect(() => {
    if (Platform.OS === 'ios') AccessibilityInfo.announceForAccessibility(told);
  }, [told]);

  /** Another camera view, another session, another token. */
  function tryAgain(): void {
    setTrouble(null);
    setWaiting(null);
    setMessage(null);
    setCameraReady(false);
    setAttempt(attempt + 1);
  }

  if (!permission) return null;
  if (!permission.granted)
    return permission.canAskAgain ? (
      <Notice text={texts.mayWe}>
        <Button title={texts.allow} onPress={askPermission} />
      </Notice>
    ) : (
      <Notice text={texts.refused}>
        <Button title={texts.settings} onPress={() => Linking.openSettings()} />
      </Notice>
    );
  if (trouble || message?.type === 'failed')
    return (
      <Notice text={told}>
        <Button title={texts.again} onPress={tryAgain} />
      </Notice>
    );
  return (
    <View style={{ flex: 1 }}>
      <CameraView
        key={attempt}
        ref={camera}
        facing="front"
        pictureSize="640x480"
        animateShutter={false}
        style={{ flex: 1 }}
        onCameraReady={() => setCameraReady(true)}
        onMountError={() => setTrouble('camera_lost')}
      />
      <Text accessibilityLiveRegion="polite">{told}</Text>
      <Text>{message ? `${message.success} / ${message.total}` : ''}</Text>
    </View>
  );
}

function Notice({ text, children }: { readonly text: string; readonly children: ReactNode }) {
  return (
    <View style={{ flex: 1, justifyContent: 'center', padding: 24 }}>
      <Text accessibilityLiveRegion="polite">{text}</Text>
      {children}
    </View>
  );
}

/** `message` is in the language of the session; where there is none, our own words for what to do. */
function wordsOf({ message, type, instruction }: Message): string {
  if (message) return message;
  return type === 'no_face' ? texts.noFace : texts.instruction[instruction];
}

/** Yours to translate: the server's repository has most of them in four languages, in src/messages/camera. */
const texts = {
  opening: 'Opening the camera…',
  mayWe: 'To see that you are really here, we need your camera for about twenty seconds.',
  allow: 'Allow the camera',
  refused: 'The camera is blocked for this app. Allow it in the settings, and come back.',
  settings: 'Open the settings',
  again: 'Try again',
  noFace: 'No face is in the picture.',
  instruction: {
    CENTER: 'Look straight into the camera',
    LEFT: 'Turn your head to your left',
    RIGHT: 'Turn your head to your right',
    UP: 'Tip your head up',
    DOWN: 'Tip your head down',
    VERIFIED: 'Done. Thank you!',
  } satisfies Record<Message['instruction'], string>,
  waiting: {
    server_busy: 'The server is busy. It goes on by itself in a moment.',
    connection_lost: 'The connection was lost. Connecting again…',
  },
  trouble: {
    unreachable: 'The server does not answer. Check your connection, and try again in a moment.',
    connection_lost: 'The connection was lost. Check it, and try again.',
    answer_timeout: 'The server does not answer. Try again in a moment.',
    server_busy: 'The server is busy with others. Try again in a moment.',
    token_refused: 'This check has expired. Try again with a new one.',
    session_in_use: 'This check is open elsewhere. Close it there, and try again.',
    camera_lost: 'The camera stopped. Close other apps that use it, and try again.',
    cancelled: 'The check was ended.',
  } satisfies Record<TroubleCode, string>,
};
