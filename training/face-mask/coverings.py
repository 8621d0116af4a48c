"""Coverings of the face, as they lie on the mean face (`surface.py` has its frame): their outline, cloth, prints, folds."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from surface import BOTTOM, FACE_DEPTH, GU, GV, LEFT, RIGHT, TEXTURE, TOP, smooth_grid


def smooth(points, steps=14):
    """A closed Catmull-Rom curve through points."""
    p = np.asarray(points, float)
    out = []
    n = len(p)
    for i in range(n):
        a, b, c, d = p[i - 1], p[i], p[(i + 1) % n], p[(i + 2) % n]
        for t in np.linspace(0, 1, steps, endpoint=False):
            out.append(
                0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
            )
    return np.array(out)


def mirrored(half):
    """A closed outline from its right half, listed from the middle of the top to the middle of the bottom."""
    half = np.asarray(half, float)
    left = half[::-1] * [-1, 1]
    if half[0, 0] == 0:
        left = left[:-1]
    if half[-1, 0] == 0:
        left = left[1:]
    return np.vstack([half, left])


def outline_of(kind, rng, top):
    """The outline of a worn covering; `top` is where its upper edge crosses the middle of the face (v)."""
    n = lambda s: rng.normal(0, s)
    if kind == "surgical":
        side = rng.uniform(0.98, 1.38)
        bottom = rng.uniform(1.45, 1.95)
        shoulder = top + rng.uniform(0.08, 0.42)
        return mirrored([
            (0, top), (0.28, top + 0.03 + abs(n(0.03))), (0.65, shoulder - rng.uniform(0, 0.12)), (side, shoulder + rng.uniform(0, 0.12)),
            (side * rng.uniform(0.95, 1.05), shoulder + rng.uniform(0.35, 0.6)), (side * rng.uniform(0.78, 0.98), bottom - rng.uniform(0.3, 0.55)),
            (0.45, bottom - rng.uniform(0.02, 0.12)), (0, bottom),
        ])
    if kind in ("cup", "fold"):
        side = rng.uniform(0.88, 1.25)
        bottom = rng.uniform(1.5, 1.95)
        mid = rng.uniform(0.45, 0.85)
        return mirrored([
            (0, top), (0.25, top + 0.06), (0.6, top + rng.uniform(0.25, 0.42)), (side * 0.95, mid - rng.uniform(0.1, 0.3)),
            (side, mid + rng.uniform(0, 0.2)), (side * 0.85, bottom - rng.uniform(0.3, 0.6)), (0.45, bottom - 0.06), (0, bottom),
        ])
    if kind == "cloth":
        side = rng.uniform(1.0, 1.35)
        bottom = rng.uniform(1.5, 2.0)
        return mirrored([
            (0, top), (0.3, top + rng.uniform(0.02, 0.14)), (0.7, top + rng.uniform(0.2, 0.42)), (side, rng.uniform(0.2, 0.5)),
            (side, rng.uniform(0.6, 0.95)), (0.75, bottom - rng.uniform(0.25, 0.45)), (0.35, bottom - 0.08), (0, bottom),
        ])
    if kind == "gaiter":
        low = rng.uniform(2.2, 3.4)
        rise = rng.uniform(-0.25, 0.15)
        return mirrored([
            (0, top), (0.35, top + rng.uniform(0.02, 0.12)), (0.8, top + 0.2 + rise / 2), (1.38, top + 0.3 + rise), (1.42, 0.7), (1.3, 1.3),
            (1.15, 1.8), (rng.uniform(1.05, 1.4), low - 0.15), (0.6, low), (0, low),
        ])
    # A bandana: a triangle that hangs down.
    low = rng.uniform(1.9, 2.9)
    return mirrored([
        (0, top), (0.4, top + 0.08), (0.9, top + 0.22), (1.36, top + rng.uniform(0.2, 0.45)), (1.3, 0.75), (0.85, 1.4),
        (0.4, low - 0.3), (0, low),
    ])


def noise(rng, cells, size=TEXTURE):
    """Smooth noise of mean 0 and spread about 1."""
    small = rng.normal(size=(cells, cells)).astype(np.float32)
    return np.asarray(Image.fromarray(small, "F").resize((size, size), Image.BICUBIC))


def hsv(h, s, v):
    i = int(h * 6) % 6
    f = h * 6 - int(h * 6)
    p, q, t = v * (1 - s), v * (1 - f * s), v * (1 - (1 - f) * s)
    return np.array([(v, t, p), (q, v, p), (p, v, t), (p, q, v), (t, p, v), (v, p, q)][i])


def colour_of(kind, rng):
    """Albedo 0..1 of a covering, by what is worn most."""
    r = rng.random()
    if kind == "surgical":
        if r < 0.45:
            return hsv(rng.uniform(0.5, 0.62), rng.uniform(0.12, 0.5), rng.uniform(0.7, 0.95))
        if r < 0.55:
            return hsv(rng.uniform(0.36, 0.5), rng.uniform(0.1, 0.4), rng.uniform(0.65, 0.9))
        if r < 0.73:
            return np.full(3, rng.uniform(0.8, 0.98)) * (1 + rng.normal(0, 0.015, 3))
        if r < 0.92:
            return np.full(3, rng.uniform(0.03, 0.15)) * (1 + rng.normal(0, 0.05, 3))
        if r < 0.97:
            return hsv(rng.uniform(0.88, 0.98), rng.uniform(0.15, 0.4), rng.uniform(0.75, 0.95))
    elif kind in ("cup", "fold"):
        if r < 0.6:
            return np.full(3, rng.uniform(0.78, 0.98)) * (1 + rng.normal(0, 0.02, 3))
        if r < 0.88:
            return np.full(3, rng.uniform(0.03, 0.3)) * (1 + rng.normal(0, 0.05, 3))
    else:
        if r < 0.33:
            return np.full(3, rng.uniform(0.02, 0.14)) * (1 + rng.normal(0, 0.06, 3))
        if r < 0.45:
            return np.full(3, rng.uniform(0.7, 0.95)) * (1 + rng.normal(0, 0.02, 3))
        if r < 0.55:
            return np.full(3, rng.uniform(0.2, 0.6)) * (1 + rng.normal(0, 0.03, 3))
        if r < 0.65:
            return hsv(rng.uniform(0.57, 0.68), rng.uniform(0.4, 0.9), rng.uniform(0.12, 0.45))
        if r < 0.75:
            return skin_like(rng)
    return hsv(rng.random(), rng.uniform(0.15, 0.95), rng.uniform(0.15, 0.95))


def skin_like(rng):
    """Beige to brown: the colours of cloth that are hardest to tell from skin."""
    return hsv(rng.uniform(0.03, 0.11), rng.uniform(0.2, 0.6), rng.uniform(0.25, 0.95))


def cloth(kind, rng):
    """Albedo `[T, T, 3]` of the whole plane, and a height map `[T, T]` of folds in units of the mean face."""
    base = np.ones((TEXTURE, TEXTURE, 3)) * np.clip(colour_of(kind, rng), 0, 1)
    v, u = np.meshgrid(np.linspace(TOP, BOTTOM, TEXTURE), np.linspace(LEFT, RIGHT, TEXTURE), indexing="ij")
    height = 0.02 * rng.uniform(0.2, 1.5) * noise(rng, rng.integers(6, 14))
    if kind == "surgical":
        count = rng.integers(2, 5)
        start, gap = rng.uniform(0.15, 0.5), rng.uniform(0.18, 0.32)
        droop = rng.uniform(0, 0.12)
        for i in range(count):
            at = start + i * gap + droop * (1 - (u / 1.2) ** 2) + 0.01 * noise(rng, 5)
            height += rng.uniform(0.02, 0.06) / (1 + np.exp(-(v - at) / rng.uniform(0.008, 0.03)))
        if rng.random() < 0.5:
            edge = rng.uniform(0.78, 1.0)
            base[np.abs(v - (-0.42)) < 0.04] *= rng.uniform(0.85, 1.05)
            base *= np.where((np.abs(u) > edge)[..., None], rng.uniform(0.85, 1.02), 1)
    elif kind == "fold":
        at = rng.uniform(0.35, 0.6) + rng.uniform(-0.1, 0.25) * np.abs(u)
        height -= rng.uniform(0.03, 0.1) * np.exp(-np.abs(v - at) / rng.uniform(0.02, 0.08))
        if rng.random() < 0.5:
            height -= 0.05 * np.exp(-np.abs(v - at - 0.55) / 0.05)
    elif kind == "cup":
        if rng.random() < 0.6:
            r = np.hypot(u, (v - 0.75) * 1.05)
            height += 0.03 * np.exp(-((r - rng.uniform(0.75, 0.95)) ** 2) / 0.002)
        if rng.random() < 0.4:
            height -= 0.04 * np.exp(-np.abs(u) / 0.03)
    else:
        if rng.random() < 0.5:
            height -= rng.uniform(0.02, 0.06) * np.exp(-np.abs(u) / rng.uniform(0.01, 0.04))
        if kind in ("gaiter", "bandana"):
            turn = rng.uniform(-0.6, 0.6)
            for _ in range(rng.integers(2, 8)):
                at = rng.uniform(0, 3)
                slope = rng.uniform(-0.5, 0.5) + turn
                line = v - at - slope * u - 0.25 * u**2
                height += rng.uniform(0.02, 0.08) * np.exp(-((line / rng.uniform(0.03, 0.12)) ** 2))
        if rng.random() < 0.5:
            base = printed(base, u, v, rng)
    if kind in ("surgical", "cup", "fold") and rng.random() < 0.06:
        base = printed(base, u, v, rng)
    base = base * (1 + rng.uniform(0, 0.04) * noise(rng, 128)[..., None]) * (1 + 0.04 * noise(rng, 5)[..., None])
    return np.clip(base, 0, 1), height


def printed(base, u, v, rng):
    """A print: stripes, checks, dots, blotches, or a thing in the middle (a logo, a mouth, a flag)."""
    other = np.clip(hsv(rng.random(), rng.uniform(0, 1), rng.uniform(0.05, 0.95)), 0, 1)
    kind = rng.integers(0, 7)
    size = rng.uniform(0.06, 0.35)
    turn = rng.uniform(0, np.pi)
    x, y = u * np.cos(turn) + v * np.sin(turn), -u * np.sin(turn) + v * np.cos(turn)
    if kind == 0:
        mask = np.sin(2 * np.pi * x / size) > rng.uniform(-0.3, 0.6)
    elif kind == 1:
        a, b = np.sin(2 * np.pi * x / size) > 0, np.sin(2 * np.pi * y / size) > 0
        return base * (1 - (0.5 * a + 0.5 * b)[..., None]) + other * (0.5 * a + 0.5 * b)[..., None]
    elif kind == 2:
        mask = ((x / size) % 1 - 0.5) ** 2 + ((y / size) % 1 - 0.5) ** 2 < rng.uniform(0.02, 0.12)
    elif kind in (3, 4):
        out = base
        for _ in range(rng.integers(1, 4)):
            blot = noise(rng, rng.integers(8, 40)) > rng.uniform(0, 1.2)
            out = np.where(blot[..., None], np.clip(hsv(rng.random(), rng.uniform(0, 0.9), rng.uniform(0.05, 0.95)), 0, 1), out)
        return out
    elif kind == 5:
        cu, cv = rng.uniform(-0.6, 0.6), rng.uniform(0.3, 1.3)
        mask = ((u - cu) / rng.uniform(0.1, 0.4)) ** 2 + ((v - cv) / rng.uniform(0.06, 0.25)) ** 2 < 1
    else:
        mask = v - rng.uniform(0.2, 1.2) > rng.uniform(-0.3, 0.3) * u
    return np.where(mask[..., None], other, base)


def polygon_alpha(points, blur):
    """Coverage 0..1 of the plane by a polygon."""
    scale = 2
    image = Image.new("L", (TEXTURE * scale, TEXTURE * scale))
    xy = [
        ((u - LEFT) / (RIGHT - LEFT) * TEXTURE * scale, (v - TOP) / (BOTTOM - TOP) * TEXTURE * scale)
        for u, v in points
    ]
    ImageDraw.Draw(image).polygon(xy, fill=255)
    image = image.resize((TEXTURE, TEXTURE), Image.BOX)
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    return np.asarray(image, np.float32) / 255


def make_covering(kind, rng, top, shift=0.0):
    """Albedo, alpha, fold heights, and the surface's depth on the grid. `shift` moves all of it down."""
    outline = smooth(outline_of(kind, rng, top))
    outline = outline + rng.normal(0, 0.012, outline.shape) * (0.3 if kind in ("surgical", "cup") else 1)
    tilt = rng.normal(0, 0.04)
    outline = outline @ np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    outline = outline * [rng.uniform(0.93, 1.07), 1] + [rng.normal(0, 0.04), shift]
    albedo, height = cloth(kind, rng)
    alpha = polygon_alpha(outline, 0.6)
    # A hem: a seam, a piping or the shadow of an edge, inside the outline.
    inner = polygon_alpha(outline * [0.95, 0.96] + [0, 0.03], 1.2)
    hem = np.clip(alpha - inner, 0, 1)[..., None]
    style = rng.random()
    if style < 0.35:
        albedo = albedo * (1 - hem * rng.uniform(0.05, 0.3))
    elif style < 0.5:
        albedo = albedo * (1 - hem) + np.clip(colour_of("cloth", rng), 0, 1) * hem
    if kind in ("cup", "fold", "cloth") and rng.random() < 0.22:
        albedo, height = valve(albedo, height, rng, shift)
    if shift:
        height = np.roll(height, int(shift / (BOTTOM - TOP) * TEXTURE), 0)
    depth = FACE_DEPTH.copy()
    stretched = smooth_grid(np.minimum(depth, smooth_grid(depth, 3)), 1)
    stand = {"surgical": 0.06, "cup": 0.16, "fold": 0.2, "cloth": 0.05, "gaiter": 0.03, "bandana": 0.05}[kind]
    bulge = stand * rng.uniform(0.4, 1.6) * np.exp(-(GU / 0.7) ** 2 - ((GV - 0.7 - shift) / 0.75) ** 2)
    hang = 0.0
    if kind in ("gaiter", "bandana"):
        hang = 0.3 * np.clip(GV - 1.6, 0, None)
    return albedo, alpha, height, stretched - bulge - hang * 0.5, outline


def valve(albedo, height, rng, shift):
    v, u = np.meshgrid(np.linspace(TOP, BOTTOM, TEXTURE), np.linspace(LEFT, RIGHT, TEXTURE), indexing="ij")
    cu, cv, r = rng.choice([-0.45, 0.45, 0]), rng.uniform(0.6, 1.1) + shift, rng.uniform(0.12, 0.24)
    d = np.hypot(u - cu, v - cv)
    colour = np.clip(colour_of("cup" if rng.random() < 0.6 else "cloth", rng), 0, 1)
    inside = (d < r)[..., None]
    albedo = np.where(inside, colour * (1 - 0.3 * (np.abs((d / r) % 0.4 - 0.2) < 0.05)[..., None]), albedo)
    return albedo, height + 0.06 / (1 + np.exp((d - r) / 0.01))
