// Holds liveness sessions in a Flutter app: copy this file. It needs the package `web_socket_channel`. How it is used
// stands in ../flutter.md, what the messages say in ../javascript.md.

import 'dart:async';
import 'dart:convert';
import 'dart:typed_data';

import 'package:web_socket_channel/io.dart';

/// What the server says: `message['type']`, `message['instruction']` and so on.
typedef Message = Map<String, dynamic>;

/// What keeps a session from an end of its own.
enum Trouble {
  /// No connection: no network, no server, or, on `/ws`, one that is full or refuses the key.
  unreachable,

  /// It was lost, and did not come back in time.
  connectionLost,
  answerTimeout,
  serverBusy,

  /// The token is wrong, expired or used up.
  tokenRefused,
  sessionInUse,

  /// The camera failed, or gave no picture in time.
  cameraLost,
  cancelled,
}

class TroubleException implements Exception {
  const TroubleException(this.trouble, [this.retryAfter = Duration.zero]);

  final Trouble trouble;
  final Duration retryAfter;
}

// How long each thing is waited for: nothing waits without an end.
const connectLimit = Duration(seconds: 10);
const answerLimit = Duration(seconds: 10);
const pictureLimit = Duration(seconds: 5);

/// RECONNECT_SECONDS of the server.
const reconnectLimit = Duration(seconds: 10);

/// A server that is full, all its waits together.
const busyLimit = Duration(seconds: 60);

/// The app's side of a session.
class Participant {
  const Participant({
    required this.takePicture,
    required this.onMessage,
    required this.onWait,
    required this.isCancelled,
  });

  /// Takes a picture: a JPEG, not mirrored.
  final Future<Uint8List> Function() takePicture;

  /// Hears every message but refusals.
  final void Function(Message message) onMessage;

  /// Hears that the session waits by itself: [Trouble.serverBusy], or [Trouble.connectionLost] while it comes back.
  final void Function(Trouble why) onWait;

  /// Asked now and then; ends with [Trouble.cancelled].
  final bool Function() isCancelled;
}

/// Takes part in a native session, and comes back to it when the connection is lost.
///
/// [server] is `https://liveness.example.com` for instance, [token] the `client_token` that the app's own backend was
/// given. Returns the last message, `complete` or `failed`; what counts is what the backend reads. Throws
/// [TroubleException].
Future<Message> holdSession(String server, String token, Participant participant) async {
  final address = server.replaceFirst(RegExp('^http'), 'ws').replaceFirst(RegExp(r'/$'), '');
  final url = Uri.parse('$address/v2/sessions/${token.split('.').first}/stream');
  final clock = Stopwatch()..start();
  var hasBegun = false;
  Duration? backBy;
  while (true) {
    if (participant.isCancelled()) throw const TroubleException(Trouble.cancelled);
    try {
      return await _talk(
        _Connection(url, protocols: ['bonafide', 'bonafide.token.$token']),
        participant,
        encode: encodeFrame,
        isAnswer: (message) => message.containsKey('frame'),
        onStart: () {
          hasBegun = true;
          backBy = null;
        },
      );
    } on TroubleException catch (error) {
      final trouble = error.trouble;
      final now = clock.elapsed;
      if (trouble == Trouble.serverBusy && now + error.retryAfter < busyLimit) {
        participant.onWait(trouble);
        await Future<void>.delayed(error.retryAfter);
        continue;
      }
      if (!hasBegun || trouble == Trouble.cameraLost || trouble == Trouble.cancelled) rethrow;
      final limit = backBy ?? now + reconnectLimit;
      backBy = limit;
      if (!_passing.contains(trouble) || now > limit) throw const TroubleException(Trouble.connectionLost);
      participant.onWait(Trouble.connectionLost);
      await Future<void>.delayed(const Duration(milliseconds: 500));
    }
  }
}

/// Troubles of a session that has begun which may be over a moment later; the server may notice a loss late.
const _passing = {
  Trouble.unreachable,
  Trouble.connectionLost,
  Trouble.answerTimeout,
  Trouble.sessionInUse,
};

/// Takes part in a challenge of `/ws`, which has no token, and cannot be come back to.
///
/// [url] is `wss://liveness.example.com/ws` for instance, [key] an API key where the server asks for one: only in apps
/// for people who may know it; [language] that of `message`: en, id, pt or uz, which is the default. Returns the last
/// message; `live` of a `complete` is the verdict. Throws [TroubleException].
Future<Message> runChallenge(Uri url, Participant participant, {String? key, String? language}) => _talk(
      _Connection(
        url,
        headers: {
          if (key != null) 'X-API-KEY': key,
          if (language != null) 'Accept-Language': language,
        },
      ),
      participant,
      encode: (_, jpeg) => jsonEncode({'frame': base64Encode(jpeg)}),
      isAnswer: (_) => true,
      onStart: () {},
    );

/// Between two pictures: turns need no more than 7 a second.
const _framePause = Duration(milliseconds: 143);

/// One connection: a picture, its answer, the next picture, until the server has the last word.
Future<Message> _talk(
  _Connection connection,
  Participant participant, {
  required Object Function(Duration takenAt, Uint8List jpeg) encode,
  required bool Function(Message message) isAnswer,
  required void Function() onStart,
}) async {
  final clock = Stopwatch()..start();
  Message hear(Message message) {
    if (participant.isCancelled()) throw const TroubleException(Trouble.cancelled);
    participant.onMessage(message);
    return message;
  }

  try {
    final first = await connection.next(connectLimit, Trouble.unreachable);
    _throwRefusal(first);
    onStart();
    var message = hear(first);
    while (!_isLast(message)) {
      final takenAt = clock.elapsed;
      final jpeg = await _takePicture(participant);
      // What was said meanwhile: time may have run out.
      for (final said in connection.said()) {
        message = hear(said);
      }
      if (_isLast(message)) break;
      connection.send(encode(takenAt, jpeg));
      do {
        message = hear(await connection.next(answerLimit, Trouble.answerTimeout));
      } while (!isAnswer(message) && !_isLast(message));
      if (_isLast(message)) break;
      final retryAfter = message['retry_after_ms'] as int?;
      final pause = retryAfter == null ? takenAt + _framePause - clock.elapsed : Duration(milliseconds: retryAfter);
      if (pause > Duration.zero) await Future<void>.delayed(pause);
    }
    return message;
  } finally {
    connection.close();
  }
}

Future<Uint8List> _takePicture(Participant participant) async {
  if (participant.isCancelled()) throw const TroubleException(Trouble.cancelled);
  try {
    return await participant.takePicture().timeout(pictureLimit);
  } catch (_) {
    throw const TroubleException(Trouble.cameraLost);
  }
}

bool _isLast(Message message) => message['type'] == 'complete' || message['type'] == 'failed';

/// Streams that are not to be opened are, and say so: apps cannot read the answer to a refused handshake.
void _throwRefusal(Message message) {
  final trouble = message['type'] == 'failed' ? _refusals[message['reason']] : null;
  if (trouble == null) return;
  throw TroubleException(trouble, Duration(milliseconds: message['retry_after_ms'] as int? ?? 1000));
}

const _refusals = {
  'session_unknown': Trouble.tokenRefused,
  'session_used_up': Trouble.tokenRefused,
  'session_in_use': Trouble.sessionInUse,
  'too_many_sessions': Trouble.serverBusy,
  'store_unavailable': Trouble.serverBusy,
};

/// A WebSocket whose messages can be waited for.
class _Connection {
  _Connection(Uri url, {Iterable<String>? protocols, Map<String, dynamic>? headers})
      : _channel = IOWebSocketChannel.connect(
          url,
          protocols: protocols,
          headers: headers,
          connectTimeout: connectLimit,
        ) {
    _channel.ready.then((_) => _isOpened = true, onError: (_) => false);
    _channel.stream.listen(
      (text) {
        _messages.add(jsonDecode(text as String) as Message);
        _wake();
      },
      // The end that follows says all there is.
      onError: (_) {},
      onDone: () {
        _isClosed = true;
        _wake();
      },
    );
  }

  final IOWebSocketChannel _channel;
  final _messages = <Message>[];
  var _isOpened = false;
  var _isClosed = false;
  var _something = Completer<void>();

  void _wake() {
    if (!_something.isCompleted) _something.complete();
  }

  Future<Message> next(Duration limit, Trouble late) async {
    if (_messages.isEmpty && !_isClosed) {
      _something = Completer<void>();
      await _something.future.timeout(limit, onTimeout: () => throw TroubleException(late));
    }
    if (_messages.isNotEmpty) return _messages.removeAt(0);
    throw TroubleException(_isOpened ? Trouble.connectionLost : Trouble.unreachable);
  }

  List<Message> said() {
    final said = [..._messages];
    _messages.clear();
    return said;
  }

  void send(Object frame) {
    if (!_isClosed) _channel.sink.add(frame);
  }

  void close() => unawaited(_channel.sink.close());
}

/// 8 bytes of capture time (float64, big-endian, milliseconds of a clock that never goes back), then the JPEG.
Uint8List encodeFrame(Duration takenAt, Uint8List jpeg) {
  final frame = Uint8List(8 + jpeg.length)..setAll(8, jpeg);
  ByteData.sublistView(frame).setFloat64(0, takenAt.inMicroseconds / 1000);
  return frame;
}
