// A liveness check from the camera's permission to the end, each failure with a way out. It needs the package
// `camera`, and liveness.dart beside it.

import 'dart:io';
import 'dart:typed_data';

import 'package:camera/camera.dart';
import 'package:flutter/material.dart';

import 'liveness.dart';

/// For a camera to open, the system's question about it included.
const cameraLimit = Duration(seconds: 60);

class LivenessCheck extends StatefulWidget {
  const LivenessCheck({
    super.key,
    required this.server,
    required this.onEnd,
    this.getToken,
    this.apiKey,
    this.language = 'en',
  });

  /// `https://liveness.example.com` for instance.
  final String server;

  /// Asks the app's backend for the `client_token` of a new session; without it, `/ws` is used.
  final Future<String> Function()? getToken;

  /// For `/ws`, where the server asks for one, and in apps for people who may know it alone.
  final String? apiKey;

  /// Of the server's words on `/ws`: en, id, pt or uz; that of a session is said by your backend.
  final String language;

  /// The session is over: `complete` or `failed`. Now ask your backend how it went.
  final void Function(Message last) onEnd;

  @override
  State<LivenessCheck> createState() => _LivenessCheckState();
}

class _LivenessCheckState extends State<LivenessCheck> with WidgetsBindingObserver {
  CameraController? _camera;
  String _words = Texts.opening;
  String _progress = '';
  bool _hasStopped = false;
  int _attempt = 0;

  @override
  void initState() {
    super.initState();
    WidgetsBinding.instance.addObserver(this);
    _run();
  }

  @override
  void dispose() {
    WidgetsBinding.instance.removeObserver(this);
    super.dispose();
  }

  /// The system takes the camera from apps that nobody sees.
  @override
  void didChangeAppLifecycleState(AppLifecycleState state) {
    if (state == AppLifecycleState.paused && _camera != null) _stop(Texts.hidden);
  }

  /// One attempt: a camera, a session, a token of their own.
  Future<void> _run() async {
    final attempt = ++_attempt;
    bool isCancelled() => !mounted || attempt != _attempt;
    setState(() {
      _words = Texts.opening;
      _progress = '';
      _hasStopped = false;
    });
    CameraController? camera;
    try {
      final front = (await availableCameras()).firstWhere(
        (camera) => camera.lensDirection == CameraLensDirection.front,
        orElse: () => throw CameraException('NoCamera', null),
      );
      final opened = CameraController(front, ResolutionPreset.medium, enableAudio: false);
      camera = opened;
      await opened.initialize().timeout(cameraLimit, onTimeout: () => throw CameraException('Timeout', null));
      if (isCancelled()) return;
      setState(() => _camera = opened);
      final last = await _hold(
        Participant(
          takePicture: () => _takePicture(opened),
          onMessage: (message) => _show(wordsOf(message), '${message['success']} / ${message['total']}'),
          onWait: (why) {
            if (!isCancelled()) _show(Texts.waiting(why), _progress);
          },
          isCancelled: isCancelled,
        ),
      );
      if (isCancelled()) return;
      if (last['type'] == 'failed') _stop(wordsOf(last));
      widget.onEnd(last);
    } on CameraException catch (error) {
      // Refused now or earlier, or forbidden by whoever manages the device.
      final isRefused = error.code.startsWith('CameraAccess');
      if (!isCancelled()) _stop(isRefused ? Texts.refused : Texts.trouble(Trouble.cameraLost));
    } on TroubleException catch (error) {
      if (!isCancelled()) _stop(Texts.trouble(error.trouble));
    } finally {
      if (mounted && _camera == camera) setState(() => _camera = null);
      await camera?.dispose();
    }
  }

  Future<Message> _hold(Participant participant) async {
    final getToken = widget.getToken;
    if (getToken == null) {
      final address = widget.server.replaceFirst(RegExp('^http'), 'ws');
      return runChallenge(
        Uri.parse('$address/ws'),
        participant,
        key: widget.apiKey,
        language: widget.language,
      );
    }
    final String token;
    try {
      token = await getToken().timeout(answerLimit);
    } catch (_) {
      throw const TroubleException(Trouble.unreachable);
    }
    return holdSession(widget.server, token, participant);
  }

  /// Photographs are files, too: faces are not to be left behind.
  Future<Uint8List> _takePicture(CameraController camera) async {
    final file = File((await camera.takePicture()).path);
    final jpeg = await file.readAsBytes();
    await file.delete();
    return jpeg;
  }

  void _show(String words, String progress) => setState(() {
        _words = words;
        _progress = progress;
      });

  void _stop(String words) {
    _attempt++;
    setState(() {
      _words = words;
      _hasStopped = true;
    });
  }

  @override
  Widget build(BuildContext context) {
    final camera = _camera;
    return Column(
      mainAxisAlignment: MainAxisAlignment.center,
      children: [
        if (!_hasStopped && camera != null) Expanded(child: CameraPreview(camera)),
        Semantics(liveRegion: true, child: Text(_words)),
        if (_hasStopped)
          FilledButton(onPressed: _run, child: const Text(Texts.again))
        else
          Text(_progress),
      ],
    );
  }
}

/// `message` is in the language of the session; where there is none, our own words for what to do.
String wordsOf(Message message) =>
    message['message'] as String? ??
    (message['type'] == 'no_face' ? Texts.noFace : Texts.instruction(message['instruction'] as String));

/// Yours to translate: the server's repository has most of them in four languages, in src/messages/camera.
abstract final class Texts {
  static const opening = 'Opening the camera…';
  static const refused = 'The camera is blocked for this app. Allow it in the settings, and try again.';
  static const hidden = 'The check ended because the app was out of sight. Keep it in front.';
  static const again = 'Try again';
  static const noFace = 'No face is in the picture.';

  static String instruction(String instruction) => switch (instruction) {
        'LEFT' => 'Turn your head to your left',
        'RIGHT' => 'Turn your head to your right',
        'UP' => 'Tip your head up',
        'DOWN' => 'Tip your head down',
        'VERIFIED' => 'Done. Thank you!',
        _ => 'Look straight into the camera',
      };

  static String waiting(Trouble why) => why == Trouble.serverBusy
      ? 'The server is busy. It goes on by itself in a moment.'
      : 'The connection was lost. Connecting again…';

  static String trouble(Trouble trouble) => switch (trouble) {
        Trouble.unreachable => 'The server does not answer. Check your connection, and try again in a moment.',
        Trouble.connectionLost => 'The connection was lost. Check it, and try again.',
        Trouble.answerTimeout => 'The server does not answer. Try again in a moment.',
        Trouble.serverBusy => 'The server is busy with others. Try again in a moment.',
        Trouble.tokenRefused => 'This check has expired. Try again with a new one.',
        Trouble.sessionInUse => 'This check is open elsewhere. Close it there, and try again.',
        Trouble.cameraLost => 'The camera stopped. Close other apps that use it, and try again.',
        Trouble.cancelled => 'The check was ended.',
      };
}
