"""The crops that `measure-faces.js` wrote, with what `make_pictures.py` knows of them."""

import csv
import json
from pathlib import Path

import numpy as np
from split import describe

SIDE = 96
SURE_PRESENCE = 0.5


def place_of(row):
    """Where in its picture a face is, from the middle, in pixels, and how tall: undoing the turns that were given to the picture."""
    x = row["box"]["x"] + (row["box"]["width"] - row["width"]) / 2
    y = row["box"]["y"] + (row["box"]["height"] - row["height"]) / 2
    for _ in range(row["turns"]):
        x, y = y, -x
    return x, y, row["box"]["height"]


def is_near(place, bare):
    """Whether this is the face that was painted, and no bystander, who is found where a mask hides it."""
    if bare is None:
        return True
    return np.hypot(place[0] - bare[0], place[1] - bare[1]) < 0.6 * bare[2] and 0.5 < place[2] / bare[2] < 2


class Crops:
    """Crops by mesh and by box `[N, 2, 96, 96, 3]`, and for each one source, subject, split, label, kind, presence, and
    whether it shows the face that was painted."""

    def __init__(self, pictures, *measured):
        known = {row[0]: row for part in sorted(Path(pictures).glob("*.csv")) for row in csv.reader(part.open())}
        rows, arrays = [], []
        self.lost = []
        for prefix in measured:
            found = [json.loads(line) for line in open(f"{prefix}.jsonl")]
            self.lost += [(row["path"], known[row["path"]], row["detector"]) for row in found if not row["found"]]
            found = [row for row in found if row["found"]]
            pixels = np.fromfile(f"{prefix}.u8", np.uint8).reshape(-1, 2, SIDE, SIDE, 3)
            used = [row for row in found if describe(known[row["path"]][1])]
            arrays.append(pixels[[row["crop"] for row in used]])
            rows += [(known[row["path"]], row) for row in used]
        self.pixels = np.concatenate(arrays)
        self.file = [k[0] for k, _ in rows]
        self.source = [k[1] for k, _ in rows]
        self.subject = [k[2] for k, _ in rows]
        self.split = np.array([k[3] for k, _ in rows])
        self.label = np.array([float(k[4]) for k, _ in rows])
        self.kind = np.array([k[5] for k, _ in rows])
        self.presence = np.array([m["presence"] for _, m in rows])
        self.detector = np.array([m["detector"] for _, m in rows])
        bare = {m["path"].split("-")[0]: place_of(m) for _, m in rows if m["path"].endswith("-0.jpg")}
        self.is_subject = np.array([is_near(place_of(m), bare.get(m["path"].split("-")[0])) for _, m in rows])

    def as_used(self, chosen):
        """The crops that the product would look at: by the mesh where it is sure, else by the box."""
        return self.pixels[chosen, np.where(self.presence[chosen] >= SURE_PRESENCE, 0, 1)]
