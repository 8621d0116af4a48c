"""Paints the training and test pictures: `make_pictures.py DATA FACES.jsonl OUT PART PARTS [SPLIT]`.

DATA is the folder of the pictures, FACES.jsonl what `measure-faces.js` found in them. Writes OUT/*.jpg and, for each
part, OUT/PART.csv: file, source picture, subject, split, label (1: mouth and nose covered, 0: mouth free,
0.5: mouth covered, nose free), kind.
"""

import copy
import csv
import json
import sys
import zlib
from pathlib import Path

import numpy as np
from besides import besides
from mistaken import beard, hand, negative, plain, thing
from PIL import Image
from split import describe
from surface import Face, fit_face
from worn import worn_mask

SEED = 52
FACE_PIXELS = 80
"""Pictures are reduced until the mean face's unit has at most as many pixels."""


def open_face(data, row):
    image = Image.open(data / row["path"]).convert("RGB")
    mesh = np.array(row["mesh"]).reshape(-1, 3)
    centre, radius = mesh.mean(0), np.abs(mesh - mesh.mean(0))[:, :2].max()
    half = 2.1 * radius
    left, top = max(int(centre[0] - half), 0), max(int(centre[1] - half), 0)
    right, bottom = min(int(centre[0] + half), image.width), min(int(centre[1] + half), image.height)
    image = image.crop((left, top, right, bottom))
    mesh = mesh - [left, top, 0]
    _, scale, _ = fit_face(mesh)
    if scale > FACE_PIXELS:
        shrink = FACE_PIXELS / scale
        size = max(int(image.width * shrink), 1), max(int(image.height * shrink), 1)
        mesh = mesh * [size[0] / image.width, size[1] / image.height, shrink]
        image = image.resize(size, Image.BOX)
    return Face(np.asarray(image, np.float32) / 255, mesh)


def on(face, picture):
    """The same face in a picture that was painted before."""
    out = copy.copy(face)
    out.image = picture
    return out


def masked(face, rng, under_nose=False):
    """A worn mask; below it may be a beard, before it a hand, a microphone, a telephone."""
    if rng.random() < 0.08:
        face = on(face, beard(face, rng)[0])
    picture, kind = worn_mask(face, rng, under_nose)
    if rng.random() < 0.06:
        before = hand if rng.random() < 0.5 else thing
        picture = before(on(face, picture), rng)[0]
    return picture, kind


def main():
    data, faces, out = map(Path, sys.argv[1:4])
    part, parts = map(int, sys.argv[4:6])
    wanted = sys.argv[6] if len(sys.argv) > 6 else None
    out.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in faces.open()]
    rows = [r for r in rows if r["found"] and r["turns"] == 0 and r["presence"] > 0.9]
    with (out / f"{part}.csv").open("w", newline="") as file:
        write = csv.writer(file).writerow
        for index, row in enumerate(rows):
            known = describe(row["path"])
            if known is None or index % parts != part or wanted not in (known[0], None):
                continue
            split, subject = known
            rng = np.random.default_rng([SEED, zlib.crc32(row["path"].encode())])
            face = open_face(data, row)
            if face.scale < 12:
                continue
            makers = [plain, masked, negative]
            if rng.random() < 0.5:
                makers.append(masked)
            if rng.random() < 0.08:
                makers.append(lambda f, r: masked(f, r, under_nose=True))
            for number, maker in enumerate(makers):
                picture, kind = maker(face, rng)
                if number > 0 and rng.random() < 0.2:
                    picture = besides(on(face, picture), rng)
                label = 0 if maker in (plain, negative) else 1 if maker is masked else 0.5
                name = f"{index:05d}-{number}.jpg"
                Image.fromarray((picture * 255 + rng.uniform(0, 1, picture.shape)).clip(0, 255).astype(np.uint8)).save(
                    out / name, quality=int(rng.uniform(45, 97))
                )
                write([name, row["path"], subject, split, label, kind])


main()
