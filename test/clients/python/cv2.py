"""As much of OpenCV as docs/clients/python.py uses: its camera is what stands at the address CAMERA."""

import os
import time
import urllib.request

IMWRITE_JPEG_QUALITY = 1


class Picture(bytes):
    def tobytes(self):
        return bytes(self)


class VideoCapture:
    def __init__(self, device):
        self.device = device

    def read(self):
        time.sleep(1 / 30)
        try:
            with urllib.request.urlopen(os.environ["CAMERA"], timeout=60) as answer:
                return True, Picture(answer.read())
        except OSError:
            return False, None

    def release(self):
        pass


def imencode(extension, picture, options=()):
    return True, picture
