"""Holds liveness sessions from Python, 3.9 or later: copy this file. How it is used stands in python.md.

The protocol needs the standard library alone; the camera needs OpenCV (`pip install opencv-python`).
"""

import argparse
import base64
import contextlib
import json
import os
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

# Seconds that each thing is waited for: nothing waits without an end.
CONNECT, ANSWER, PICTURE, BUSY = 10, 10, 10, 60
RECONNECT = 10  # RECONNECT_SECONDS of the server
PACE = 1 / 7  # between two frames: turns need no more


class Trouble(Exception):
    """What keeps a session from an end of its own: a code of WAYS_OUT, and when to try again, in seconds."""

    def __init__(self, code, retry_after=0.0):
        super().__init__(code)
        self.code, self.retry_after = code, retry_after


WAYS_OUT = {
    "opencv_missing": "Pictures need OpenCV: pip install opencv-python.",
    "camera_missing": "No camera can be opened. Connect one, allow it in the system's settings, close what uses it.",
    "camera_lost": "The camera stopped. Connect it again, close what else uses it, and try again.",
    "unreachable": "The server cannot be reached. Check its address and the network, and try again.",
    "refused": "The server refuses: the API key is missing, wrong, or not good for this.",
    "connection_lost": "The connection was lost. Check it, and try again.",
    "answer_timeout": "The server does not answer. Try again in a moment.",
    "server_busy": "The server is busy. Try again in a moment.",
    "token_refused": "The token has expired, or was used already. Try again with a new session.",
    "session_in_use": "The session is open elsewhere. Close it there, and try again.",
}

# Why the server opens no stream, by the reason of its only message.
REFUSALS = {
    "session_unknown": "token_refused",
    "session_used_up": "token_refused",
    "session_in_use": "session_in_use",
    "too_many_sessions": "server_busy",
    "store_unavailable": "server_busy",
}


def hold_session(server, token, take_picture, on_message, on_wait=lambda why: None):
    """Takes part in a native session, and comes back to it when the connection is lost.

    `take_picture()` returns when a JPEG was taken (seconds, `time.monotonic()`) and the JPEG; `on_message` hears each
    message of the server, a dict; `on_wait` that it waits by itself, for "server_busy" or "connection_lost". Returns
    the last message, `complete` or `failed`: what counts is what the backend reads (`read_session`). Raises Trouble.
    """
    url = f"{server.rstrip('/').replace('http', 'ws', 1)}/v2/sessions/{token.split('.')[0]}/stream"
    headers = {"Sec-WebSocket-Protocol": f"bonafide, bonafide.token.{token}"}
    started, lost, begun = time.monotonic(), None, False

    def hear(message):
        nonlocal lost, begun
        refusal = REFUSALS.get(message.get("reason")) if message["type"] == "failed" else None
        if refusal:
            raise Trouble(refusal, message.get("retry_after_ms", 1000) / 1000)
        lost, begun = None, True
        on_message(message)

    def encode(taken_at, jpeg):
        return BINARY, struct.pack(">d", taken_at * 1000) + jpeg

    while True:
        try:
            return talk(url, headers, take_picture, hear, encode, lambda message: "frame" in message)
        except Trouble as trouble:
            now = time.monotonic()
            if trouble.code == "server_busy" and now + trouble.retry_after - started < BUSY:
                on_wait(trouble.code)
                time.sleep(trouble.retry_after)
                continue
            if not begun or trouble.code == "camera_lost":
                raise
            lost = lost or now
            passing = ("unreachable", "connection_lost", "answer_timeout", "session_in_use")
            if trouble.code not in passing or now - lost > RECONNECT:
                raise Trouble("connection_lost") from trouble
            on_wait("connection_lost")
            time.sleep(0.5)


def run_challenge(url, take_picture, on_message, key=None, language="en"):
    """Takes part in a challenge of `/ws`, as `hold_session`; `live` of a `complete` is the verdict."""
    headers = {"Accept-Language": language, **({"X-API-KEY": key} if key else {})}

    def encode(_, jpeg):
        return TEXT, json.dumps({"frame": base64.b64encode(jpeg).decode()}).encode()

    return talk(url, headers, take_picture, on_message, encode, lambda message: True)


def talk(url, headers, take_picture, on_message, encode, is_answer):
    """One connection: a picture, its answer, the next picture, until the server has the last word."""
    connection = WebSocket(url, headers)
    try:
        message = connection.receive()
        on_message(message)
        while not is_last(message):
            taken_at, jpeg = take_picture()
            connection.send(*encode(taken_at, jpeg))
            while True:
                message = connection.receive()
                on_message(message)
                if is_last(message) or is_answer(message):
                    break
            if not is_last(message):
                pause = message.get("retry_after_ms", 0) / 1000
                time.sleep(max(pause, taken_at + PACE - time.monotonic(), 0))
        return message
    finally:
        connection.close()


def is_last(message):
    return message["type"] in ("complete", "failed")


CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class WebSocket:
    """As much of RFC 6455 as a client of this server needs. Raises Trouble."""

    def __init__(self, url, headers):
        parts = urlsplit(url)
        secure = parts.scheme == "wss"
        try:
            self.socket = socket.create_connection((parts.hostname, parts.port or (443 if secure else 80)), CONNECT)
            if secure:
                self.socket = ssl.create_default_context().wrap_socket(self.socket, server_hostname=parts.hostname)
            request = {
                "Host": parts.netloc,
                "Upgrade": "websocket",
                "Connection": "Upgrade",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
                **headers,
            }
            lines = [f"GET {parts.path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.items())]
            self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
            self.stream = self.socket.makefile("rb")
            status = int(self.stream.readline().split()[1])
            while self.stream.readline().strip():
                pass
        except (OSError, IndexError, ValueError) as error:
            raise Trouble("unreachable") from error
        if status in (429, 503):
            raise Trouble("server_busy", 1)
        if status != 101:
            raise Trouble("refused" if status in (401, 403) else "unreachable")
        self.socket.settimeout(ANSWER)

    def send(self, kind, payload):
        length = len(payload)
        if length < 126:
            head = struct.pack(">BB", 0x80 | kind, 0x80 | length)
        elif length < 65536:
            head = struct.pack(">BBH", 0x80 | kind, 0x80 | 126, length)
        else:
            head = struct.pack(">BBQ", 0x80 | kind, 0x80 | 127, length)
        # Clients must mask what they send. As one number: bytes one by one take long in Python.
        mask = os.urandom(4)
        key = int.from_bytes((mask * (length // 4 + 1))[:length], "big")
        masked = (int.from_bytes(payload, "big") ^ key).to_bytes(length, "big")
        try:
            self.socket.sendall(head + mask + masked)
        except OSError:
            pass  # The server may have had the last word: it is read first.

    def receive(self):
        """The next message. Pings are answered meanwhile, and make nobody wait longer."""
        text, late = b"", time.monotonic() + ANSWER
        while True:
            if time.monotonic() > late:
                raise Trouble("answer_timeout")
            first, second = self.read(2)
            kind, length = first & 0x0F, second & 0x7F
            if length > 125:
                length = int.from_bytes(self.read(2 if length == 126 else 8), "big")
            payload = self.read(length)
            if kind == PING:
                self.send(PONG, payload)
            elif kind == CLOSE:
                raise Trouble("connection_lost")
            elif kind in (CONTINUATION, TEXT):
                text += payload
                if first & 0x80:
                    return json.loads(text)

    def read(self, length):
        try:
            data = self.stream.read(length)
        except socket.timeout as error:
            raise Trouble("answer_timeout") from error
        except OSError as error:
            raise Trouble("connection_lost") from error
        if len(data) < length:
            raise Trouble("connection_lost")
        return data

    def close(self):
        self.send(CLOSE, struct.pack(">H", 1000))
        self.stream.close()
        self.socket.close()


class Camera:
    """The newest picture of a camera: a thread reads it, for cameras wait, and what waits in their buffers is old."""

    def __init__(self, device=0):
        try:
            import cv2
        except ImportError as error:
            raise Trouble("opencv_missing") from error
        self.cv2, self.changed, self.newest, self.closed = cv2, threading.Condition(), None, False
        self.trouble = "camera_missing"
        threading.Thread(target=self.watch, args=[device], daemon=True).start()

    def watch(self, device):
        capture = self.cv2.VideoCapture(device)
        while not self.closed:
            there, picture = capture.read()
            with self.changed:
                if there:
                    self.newest, self.trouble = (time.monotonic(), picture), "camera_lost"
                self.closed = self.closed or not there
                self.changed.notify_all()
        capture.release()

    def take_picture(self):
        """The next picture: when it was taken, and the JPEG. Not flipped: in a mirror left is right."""
        with self.changed:
            before = self.newest
            self.changed.wait_for(lambda: self.closed or self.newest is not before, PICTURE)
            if self.closed or self.newest is before:
                raise Trouble(self.trouble)
            taken_at, picture = self.newest
        _, jpeg = self.cv2.imencode(".jpg", picture, [self.cv2.IMWRITE_JPEG_QUALITY, 85])
        return taken_at, jpeg.tobytes()

    def close(self):
        self.closed = True


def make_session(server, key=None, **wishes):
    """The backend: opens a session. Its `id` stays there, its `client_token` is for the client."""
    return call("POST", f"{server.rstrip('/')}/v2/sessions", key, wishes)


def read_session(server, session_id, key=None):
    """The backend: how a session stands. `status` is `passed`, or nobody comes in."""
    return call("GET", f"{server.rstrip('/')}/v2/sessions/{session_id}", key)


def call(method, url, key, body=None):
    headers = {"Content-Type": "application/json", **({"X-API-KEY": key} if key else {})}
    data = None if body is None else json.dumps(body).encode()
    try:
        request = urllib.request.Request(url, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=ANSWER) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code in (429, 503):
            raise Trouble("server_busy", float(error.headers.get("Retry-After", 1))) from error
        raise Trouble("refused") from error
    except OSError as error:
        raise Trouble("unreachable") from error


def main():
    arguments = argparse.ArgumentParser(description="A liveness check in front of this machine's camera.")
    arguments.add_argument("server", help="https://liveness.example.com for a session, wss://…/ws for a challenge")
    arguments.add_argument("--key", help="API key of the backend, or of /ws")
    arguments.add_argument("--token", help="client_token of a session that a backend has made")
    options = arguments.parse_args()
    try:
        with contextlib.closing(Camera()) as camera:
            return 0 if check(camera, options) else 1
    except Trouble as trouble:
        print(WAYS_OUT[trouble.code], file=sys.stderr)
        return 2


def check(camera, options):
    """One session or challenge, told on the terminal. Returns whether it was passed."""
    told = None

    def say(words):
        nonlocal told
        if words != told:
            print(words, flush=True)
        told = words

    def show(message):
        say(message.get("message") or message["instruction"])

    def wait(why):
        say("The server is busy: waiting." if why == "server_busy" else "The connection was lost: connecting again.")

    camera.take_picture()  # No session is spent on a camera that is not there.
    if options.server.startswith("ws"):
        return run_challenge(options.server, camera.take_picture, show, options.key)["live"]
    session = {"client_token": options.token} if options.token else make_session(options.server, options.key)
    last = hold_session(options.server, session["client_token"], camera.take_picture, show, wait)
    if options.token:
        return last["type"] == "complete"
    result = read_session(options.server, session["id"], options.key)
    print(result["status"], result.get("reason", ""))
    return result["status"] == "passed"


if __name__ == "__main__":
    sys.exit(main())
