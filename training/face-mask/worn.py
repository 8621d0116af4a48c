"""Masks that are worn."""

import numpy as np
from coverings import make_covering
from PIL import Image, ImageDraw
from surface import depth_of_mean_face, paint


def draw_straps(face, picture, outline, depth, rng, kind):
    """Ear loops, or bands around the head."""
    if kind in ("gaiter", "bandana") or rng.random() < 0.12:
        return picture
    scale = 3
    h, w = picture.shape[:2]
    layer = Image.new("L", (w * scale, h * scale))
    draw = ImageDraw.Draw(layer)
    width = max(1, int(rng.uniform(0.02, 0.06) * face.scale * scale))
    head_bands = kind in ("cup", "fold") and rng.random() < 0.5
    for side in (-1, 1):
        edge = outline[outline[:, 0] * side > 0.75 * np.abs(outline[:, 0]).max()]
        if len(edge) < 2:
            continue
        upper, lower = edge[edge[:, 1].argmin()], edge[edge[:, 1].argmax()]
        for start, up in ((upper, True), (lower, False)):
            if head_bands:
                end = (side * 1.6, -0.75 if up else 0.55)
            else:
                end = (side * 1.38, -0.35 if up else 0.1)
            points = []
            for t in np.linspace(0, 1, 8):
                u, v = start[0] * (1 - t) + end[0] * t, start[1] * (1 - t) + end[1] * t
                v += 0.05 * np.sin(np.pi * t) * (1 if up else 1.5)
                w_ = float(depth_of_mean_face(np.array(u), np.array(v))) - 0.04
                p = face.project(np.array(u), np.array(v), np.array(w_))
                points.append((p[0] * scale, p[1] * scale))
            draw.line(points, fill=255, width=width, joint="curve")
    alpha = np.asarray(layer.resize((w, h), Image.BOX), np.float32)[..., None] / 255
    dark = rng.random() < 0.25
    colour = np.full(3, rng.uniform(0.02, 0.2) if dark else rng.uniform(0.6, 1.0)) * min(1.1, face.light["mean"] / 0.5)
    return picture * (1 - alpha) + colour * alpha


KINDS = ["surgical", "cup", "fold", "cloth", "gaiter", "bandana"]
WORN = [0.36, 0.12, 0.12, 0.22, 0.11, 0.07]


def worn_mask(face, rng, under_nose=False):
    """A mask over mouth and nose, or, `under_nose`, over the mouth alone."""
    kind = rng.choice(KINDS, p=WORN)
    top = rng.uniform(0.22, 0.4) if under_nose else rng.uniform(-0.62, -0.1)
    albedo, alpha, height, depth, outline = make_covering(kind, rng, top)
    picture = paint(face, albedo, alpha, height, depth, rng)
    return draw_straps(face, picture, outline, depth, rng, kind), kind
