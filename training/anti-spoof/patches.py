"""The patches that `measure-faces.js` wrote, with what the manifest knows of them."""

import json

import numpy as np
from sources import read_manifest

SIDE = 192
CROP_SCALE = 2.7


class Patches:
    """Patches `[N, 192, 192, 3]` and for each one: path, subject, label (1 live, 0 attack), box, size of the image, rectangle of
    the patch, and the teachers' logits `[N, 2]`."""

    def __init__(self, data, prefix):
        manifest = read_manifest(data)
        rows = [row for row in map(json.loads, open(f"{prefix}.jsonl")) if row["found"]]
        self.pixels = np.memmap(f"{prefix}.u8", np.uint8, "r").reshape(-1, SIDE, SIDE, 3)
        entries = [manifest[row["path"].split("#")[0]] for row in rows]
        self.path = [row["path"] for row in rows]
        # Where nobody is named, each picture stands for somebody.
        self.subject = np.array([entry["subject"] or entry["path"] for entry in entries])
        self.label = np.array([float(entry["label"] in ("live", "live_photo")) for entry in entries])
        self.box = np.array([[row["box"][k] for k in ("x", "y", "width", "height")] for row in rows])
        self.size = np.array([[row["width"], row["height"]] for row in rows])
        self.patch = np.array([[row["patch"][k] for k in ("x", "y", "width", "height")] for row in rows], float)
        self.teacher = np.array([[row["v2"], row["v1se"]] for row in rows])

    def __len__(self):
        return len(self.path)


def shifted_rectangle(box, size, wanted=CROP_SCALE):
    """The product's crop (`shiftedRectangle` in src/perception/models/minifasnet.ts), for boxes `[N, 4]` in images `[N, 2]`."""
    start, length = np.trunc(box[:, :2]), np.maximum(np.trunc(box[:, 2:]), 1)
    scale = np.minimum(((size - 1) / length).min(1), wanted)[:, None]
    centre, last = start + length / 2, size - 1
    left, right = centre - length * scale / 2, centre + length * scale / 2
    left, right = np.where(left < 0, 0, left), np.where(left < 0, right - left, right)
    left, right = np.where(right > last, left - (right - last), left), np.where(right > last, last, right)
    left, right = np.maximum(np.trunc(left), 0), np.trunc(right)
    return np.concatenate([left, right - left + 1], 1)
