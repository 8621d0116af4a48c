"""Paths of the pictures of faces below DATA, one a line: `list_pictures.py DATA`."""

import csv
import sys
from pathlib import Path

FACES_AMONG_HARD_INPUTS = ("D/faceapi_multi/", "D/proctoring_faces/", "D/liveportrait_masks/")

with (Path(sys.argv[1]) / "manifest.csv").open() as file:
    for row in csv.DictReader(file):
        path = row["path"]
        if not path.lower().endswith((".jpg", ".jpeg", ".png")):
            continue
        if row["kind"] in ("A", "C") or path.startswith(FACES_AMONG_HARD_INPUTS):
            print(path)
