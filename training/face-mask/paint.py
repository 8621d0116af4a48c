"""Paints worn masks, and what is mistaken for them, onto faces by their mesh.

A covering is made in the frame of the mean face (`src/perception/mean-face.json`: u to the image's right, v down,
w away from the camera, the eyes at v = -0.63, the tip of the nose at 0.15, the mouth from 0.52 to 0.93, the chin at
1.57, the ears at u = +-1.34): an RGBA texture and a surface that stands off the face as cloth does. The surface is
turned as the face is, follows the mesh's own deviations from the mean face, and is lit as the face is lit.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

MEAN = np.array(
    json.loads((Path(__file__).parents[2] / "src/perception/mean-face.json").read_text())["points"]
).reshape(-1, 3)

LEFT, RIGHT, TOP, BOTTOM = -2.3, 2.3, -1.1, 3.5
"""The part of the mean face's plane that textures cover."""
TEXTURE = 256
GRID = 16


def depth_of_mean_face(u, v):
    """Depth of the mean face, smooth, carried on beyond its outline."""
    du = u[..., None] - MEAN[:, 0]
    dv = v[..., None] - MEAN[:, 1]
    weight = 1 / (du**2 + dv**2 + 0.02) ** 2
    return (weight * MEAN[:, 2]).sum(-1) / weight.sum(-1)


GU, GV = np.meshgrid(np.linspace(LEFT, RIGHT, GRID), np.linspace(TOP, BOTTOM, GRID))
FACE_DEPTH = depth_of_mean_face(GU, GV)
# Beside and below the face the surface falls back, as cheeks and throat do.
FACE_DEPTH = FACE_DEPTH + 1.2 * np.clip(np.abs(GU) - 1.3, 0, None) + 0.25 * np.clip(GV - 1.6, 0, None)
NEAR = np.exp(-((GU[..., None] - MEAN[:, 0]) ** 2 + (GV[..., None] - MEAN[:, 1]) ** 2) / (2 * 0.22**2)) + 1e-9
NEAR /= NEAR.sum(-1, keepdims=True)


def fit_face(mesh):
    """The similarity that lays the mean face over a mesh: rotation, scale, shift."""
    centre = mesh.mean(0)
    mean_centre = MEAN.mean(0)
    a, b = MEAN - mean_centre, mesh - centre
    u, s, vt = np.linalg.svd(a.T @ b)
    d = np.sign(np.linalg.det(u @ vt))
    fix = np.diag([1, 1, d])
    rotation = (u @ fix @ vt).T
    scale = (s * np.diag(fix)).sum() / (a**2).sum()
    return rotation, scale, centre - scale * rotation @ mean_centre


# ---------------------------------------------------------------- outlines, in the plane of the mean face


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


# ---------------------------------------------------------------- cloth


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
        if r < 0.5:
            return hsv(rng.uniform(0.5, 0.62), rng.uniform(0.12, 0.5), rng.uniform(0.7, 0.95))
        if r < 0.62:
            return hsv(rng.uniform(0.36, 0.5), rng.uniform(0.1, 0.4), rng.uniform(0.65, 0.9))
        if r < 0.8:
            return np.full(3, rng.uniform(0.8, 0.98)) * (1 + rng.normal(0, 0.015, 3))
        if r < 0.92:
            return np.full(3, rng.uniform(0.03, 0.15)) * (1 + rng.normal(0, 0.05, 3))
        if r < 0.97:
            return hsv(rng.uniform(0.88, 0.98), rng.uniform(0.15, 0.4), rng.uniform(0.75, 0.95))
    elif kind in ("cup", "fold"):
        if r < 0.65:
            return np.full(3, rng.uniform(0.78, 0.98)) * (1 + rng.normal(0, 0.02, 3))
        if r < 0.85:
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


# ---------------------------------------------------------------- the covering as a whole


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


def smooth_grid(grid, passes):
    for _ in range(passes):
        p = np.pad(grid, 1, mode="edge")
        grid = (p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:] + 2 * p[1:-1, 1:-1]) / 6
    return grid


# ---------------------------------------------------------------- on the picture


class Face:
    """A picture with the mesh of its face."""

    def __init__(self, image, mesh):
        self.image = image  # float [H, W, 3], 0..1
        self.mesh = mesh
        self.rotation, self.scale, self.shift = fit_face(mesh)
        posed = MEAN @ self.rotation.T * self.scale + self.shift
        self.residual = np.einsum("ijk,kc->ijc", NEAR, (mesh - posed)[:, :2])
        self.light = self.measure_light()

    def project(self, u, v, w):
        p = np.stack([u, v, w], -1) @ self.rotation.T * self.scale + self.shift
        return p

    def measure_light(self):
        """Luminance of the skin as a plane in u and v, from the mesh points of cheeks, nose, brow and chin."""
        h, w = self.image.shape[:2]
        x = np.clip(self.mesh[:, 0].round().astype(int), 0, w - 1)
        y = np.clip(self.mesh[:, 1].round().astype(int), 0, h - 1)
        values = self.image[y, x]
        luminance = values @ [0.3, 0.59, 0.11]
        design = np.stack([np.ones(len(MEAN)), MEAN[:, 0], MEAN[:, 1]], 1)
        weight = np.ones(len(MEAN))
        for _ in range(4):
            plane = np.linalg.lstsq(design * weight[:, None], luminance * weight, rcond=None)[0]
            weight = 1 / (0.05 + np.abs(luminance - design @ plane))
        mean = max(plane[0] + 0.4 * plane[2], 0.02)
        return {"mean": mean, "du": plane[1] / mean, "dv": plane[2] / mean, "skin": np.median(values, 0)}


def rasterise(face, depth, size):
    """For each pixel the covering's u and v (nan outside), and the surface's normal."""
    p = face.project(GU, GV, depth)
    p[..., :2] += face.residual
    h, w = size
    uv = np.full((h, w, 2), np.nan, np.float32)
    normals = np.zeros((h, w, 3), np.float32)
    du = np.gradient(p, axis=1)
    dv = np.gradient(p, axis=0)
    normal = np.cross(du, dv)
    normal /= -(np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9)  # out of the face, towards the camera
    triangles = []
    for i in range(GRID - 1):
        for j in range(GRID - 1):
            a, b, c, d = (i, j), (i, j + 1), (i + 1, j), (i + 1, j + 1)
            triangles += [(a, b, c), (b, d, c)]
    triangles.sort(key=lambda t: -(p[t[0]][2] + p[t[1]][2] + p[t[2]][2]))
    for t in triangles:
        (x0, y0), (x1, y1), (x2, y2) = (p[k][:2] for k in t)
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area <= 1e-6:
            continue
        left, right = max(int(min(x0, x1, x2)), 0), min(int(max(x0, x1, x2)) + 2, w)
        top, bottom = max(int(min(y0, y1, y2)), 0), min(int(max(y0, y1, y2)) + 2, h)
        if left >= right or top >= bottom:
            continue
        gx, gy = np.arange(left, right) + 0.5, (np.arange(top, bottom) + 0.5)[:, None]
        l1 = ((gx - x0) * (y2 - y0) - (x2 - x0) * (gy - y0)) / area
        l2 = ((x1 - x0) * (gy - y0) - (gx - x0) * (y1 - y0)) / area
        inside = (l1 >= -0.02) & (l2 >= -0.02) & (l1 + l2 <= 1.02)
        if not inside.any():
            continue
        l0 = 1 - l1 - l2
        for channel, grid in ((0, GU), (1, GV)):
            value = l0 * grid[t[0]] + l1 * grid[t[1]] + l2 * grid[t[2]]
            uv[top:bottom, left:right, channel][inside] = value[inside]
        n = normal[t[0]] * l0[..., None] + normal[t[1]] * l1[..., None] + normal[t[2]] * l2[..., None]
        normals[top:bottom, left:right][inside] = n[inside]
    return uv, normals


def sample(texture, uv):
    """Bilinear samples of a texture of the plane."""
    x = np.clip((uv[..., 0] - LEFT) / (RIGHT - LEFT) * TEXTURE - 0.5, 0, TEXTURE - 1.001)
    y = np.clip((uv[..., 1] - TOP) / (BOTTOM - TOP) * TEXTURE - 0.5, 0, TEXTURE - 1.001)
    x, y = np.nan_to_num(x), np.nan_to_num(y)
    i, j = y.astype(int), x.astype(int)
    fy, fx = y - i, x - j
    if texture.ndim == 3:
        fy, fx = fy[..., None], fx[..., None]
    return (
        texture[i, j] * (1 - fy) * (1 - fx)
        + texture[i, j + 1] * (1 - fy) * fx
        + texture[i + 1, j] * fy * (1 - fx)
        + texture[i + 1, j + 1] * fy * fx
    )


def paint(face, albedo, alpha, height, depth, rng, contact=True):
    """The picture with a covering on its face, in the light of the face."""
    h, w = face.image.shape[:2]
    uv, normal = rasterise(face, depth, (h, w))
    there = ~np.isnan(uv[..., 0])
    cover = sample(alpha, uv) * there
    colour = sample(albedo, uv)
    # Folds: their slope towards the light, which mostly comes from above.
    slope_v, slope_u = np.gradient(height, (BOTTOM - TOP) / TEXTURE)
    light = rng.normal(0, 0.35), rng.uniform(0.3, 1)
    relief = np.clip(-(slope_u * light[0] + slope_v * light[1]), -0.6, 0.5) * rng.uniform(0.3, 1)
    shade = 1 + sample(relief, uv)
    # The rounding of the surface, lit as the face is: a plane fitted to its skin, and the way it faces.
    l = face.light
    facing = np.clip(-normal[..., 2], 0, 1)
    gradient = 1 + np.clip(l["du"], -0.4, 0.4) * np.nan_to_num(uv[..., 0]) + 0.6 * np.clip(l["dv"], -0.3, 0.3) * (np.nan_to_num(uv[..., 1]) - 0.5)
    across = np.clip(l["du"], -0.5, 0.5) * 0.8 * normal[..., 0]
    above = rng.uniform(0, 0.35) * -normal[..., 1]
    rounding = (rng.uniform(0.35, 0.75) + (1 - rng.uniform(0.35, 0.6)) * facing) * np.clip(1 + across + above, 0.4, 1.5)
    exposure = np.clip(l["mean"] / rng.uniform(0.35, 0.62), 0.06, 1.5) * np.exp(rng.normal(0, 0.18))
    tint = (face.light["skin"] + 0.3) / (face.light["skin"] + 0.3).mean()
    tint = 1 + rng.uniform(0, 0.35) * (tint / tint.mean() - 1)
    lit = colour * tint * (shade * np.clip(gradient, 0.35, 1.7) * rounding * exposure)[..., None]
    # Albedo is linear to the eye of a camera only roughly: its curve keeps blacks off zero and whites off the top.
    lit = np.where(lit > 0.85, 0.85 + 0.15 * np.tanh((lit - 0.85) / 0.15), lit) + rng.uniform(0, 0.03)
    out = face.image
    if contact and rng.random() < 0.7:
        shadow = shifted(blurred(cover, 0.05 * face.scale), 0, int(round(0.04 * face.scale)))
        out = out * (1 - rng.uniform(0.1, 0.45) * (shadow * (1 - cover)))[..., None]
    soft = blurred(cover, rng.uniform(0.3, 1.0) * sharpness(face))
    lit = blurred(lit, rng.uniform(0, 0.8) * sharpness(face))
    return np.clip(out * (1 - soft[..., None]) + lit * soft[..., None], 0, 1)


def sharpness(face):
    """The blur of edges in pixels that suits a face of this size."""
    return min(max(face.scale / 60, 0.5), 2.5)


def blurred(array, radius):
    if radius < 0.2:
        return array
    if array.ndim == 3:
        return np.stack([blurred(array[..., c], radius) for c in range(3)], -1)
    r = max(int(round(radius * 1.2)), 1)
    for axis in (0, 1):
        for _ in range(2):
            pad = [(r + 1, r) if a == axis else (0, 0) for a in (0, 1)]
            sums = np.cumsum(np.pad(array, pad, mode="edge"), axis)
            n = array.shape[axis]
            high = np.take(sums, np.arange(2 * r + 1, 2 * r + 1 + n), axis)
            low = np.take(sums, np.arange(0, n), axis)
            array = (high - low) / (2 * r + 1)
    return array


def shifted(array, dx, dy):
    return np.roll(np.roll(array, dy, 0), dx, 1)


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


# ---------------------------------------------------------------- what is no worn mask


def low_covering(face, rng):
    """A mask or scarf pulled below the mouth."""
    if rng.random() < 0.3:
        return chin_mask(face, rng)
    kind = rng.choice(KINDS, p=[0.25, 0.08, 0.07, 0.2, 0.28, 0.12])
    top = rng.uniform(-0.5, -0.2)
    under = rng.uniform(1.02, 1.6)
    albedo, alpha, height, depth, outline = make_covering(kind, rng, top, under - top)
    if kind in ("surgical", "cup", "fold", "cloth"):
        # Crumpled under the chin: what is left of its height.
        rows = np.arange(TEXTURE)
        v = TOP + rows / TEXTURE * (BOTTOM - TOP)
        alpha = alpha * (v < under + rng.uniform(0.35, 1.2))[:, None]
    picture = paint(face, albedo, alpha, height, depth, rng)
    return picture, f"low-{kind}"


def chin_mask(face, rng):
    """A mask pulled down under the lower lip, its ends still at the ears."""
    kind = rng.choice(["surgical", "cloth", "cup"])
    top = rng.uniform(1.02, 1.35)
    high = rng.uniform(0.2, 0.6)
    outline = smooth(mirrored([
        (0, top), (0.45, top - 0.04), (0.95, top - rng.uniform(0.2, 0.4)), (1.28, high), (1.34, high + rng.uniform(0.2, 0.45)), (1.05, 1.45),
        (0.55, rng.uniform(1.75, 2.0)), (0, rng.uniform(1.8, 2.15)),
    ]))
    albedo, height = cloth(kind, rng)
    alpha = polygon_alpha(outline + rng.normal(0, 0.012, outline.shape), 0.7)
    depth = FACE_DEPTH - 0.1 * np.exp(-((GV - 1.5) ** 2) / 0.2)
    picture = paint(face, albedo, alpha, np.roll(height, 40, 0), depth, rng)
    return draw_straps(face, picture, outline, depth, rng, kind), "low-chin"


def beard(face, rng):
    """Hair on cheeks, lip and chin that leaves the lips free; some of it long, some white."""
    length = rng.uniform(0, 0.9)
    cheek = rng.uniform(0.2, 0.75)
    shape = mirrored([
        (0, 0.3), (0.35, 0.34), (0.62, cheek + rng.uniform(-0.05, 0.15)), (1.0, cheek), (1.27, rng.uniform(0, 0.4)), (1.26, 0.6), (1.1, 1.0 + 0.2 * length),
        (0.8, 1.4 + 0.4 * length), (0.4, 1.62 + 0.8 * length), (0, 1.68 + length),
    ])
    alpha = polygon_alpha(smooth(shape), rng.uniform(2, 6))
    v, u = np.meshgrid(np.linspace(TOP, BOTTOM, TEXTURE), np.linspace(LEFT, RIGHT, TEXTURE), indexing="ij")
    open_mouth = rng.uniform(0.1, 0.3)
    lips = (u / rng.uniform(0.42, 0.62)) ** 2 + ((v - 0.72) / open_mouth) ** 2
    alpha = alpha * np.clip((lips - 1) * rng.uniform(1, 6), 0, 1)
    if rng.random() < 0.3:
        alpha = alpha * np.clip((v - 0.5) * 8 + np.clip(np.abs(u) - 0.6, 0, 1) * 8, 0, 1)
    strand = np.asarray(Image.fromarray(rng.normal(size=(40, 220)).astype(np.float32), "F").resize((TEXTURE, TEXTURE), Image.BICUBIC))
    strand = strand * 0.6 + 0.6 * noise(rng, 180)
    density = rng.uniform(0.4, 1.3)
    alpha = np.clip(alpha * (density + rng.uniform(0.15, 0.5) * strand), 0, 1)
    r = rng.random()
    tone = rng.uniform(0.02, 0.2) if r < 0.6 else rng.uniform(0.25, 0.5) if r < 0.75 else rng.uniform(0.55, 0.95)
    tint = np.array([1, rng.uniform(0.75, 1), rng.uniform(0.5, 1)]) if r < 0.75 else np.ones(3)
    albedo = np.clip(np.ones((TEXTURE, TEXTURE, 3)) * tone * tint * (1 + rng.uniform(0.1, 0.4) * strand[..., None]), 0, 1)
    depth = FACE_DEPTH - 0.03
    return paint(face, albedo, alpha, 0.01 * strand, depth, rng, contact=False), "beard"


def flat_shape(face, picture, points, colour, rng, shaded=0.25):
    """A thing in front of the face: a polygon in pixels, shaded across, with a soft edge."""
    h, w = picture.shape[:2]
    layer = Image.new("L", (w * 2, h * 2))
    ImageDraw.Draw(layer).polygon([(x * 2, y * 2) for x, y in points], fill=255)
    alpha = np.asarray(layer.resize((w, h), Image.BOX), np.float32) / 255
    alpha = blurred(alpha, 0.6 * sharpness(face))[..., None]
    inner = blurred(alpha[..., 0], 0.12 * face.scale)[..., None]
    lit = np.clip(colour * (1.08 - shaded + shaded * np.clip(inner * 1.4, 0, 1)), 0, 1)
    return picture * (1 - alpha) + lit * alpha


def capsule(a, b, r0, r1, steps=10):
    """The outline of a finger from a to b."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    angle = np.arctan2(*(b - a)[::-1])
    first = np.linspace(angle + np.pi / 2, angle + 3 * np.pi / 2, steps)
    second = np.linspace(angle - np.pi / 2, angle + np.pi / 2, steps)
    return np.vstack([
        a + r0 * np.stack([np.cos(first), np.sin(first)], 1),
        b + r1 * np.stack([np.cos(second), np.sin(second)], 1),
    ])


def hand(face, rng):
    """A hand over or beside the mouth: a palm and fingers in the colour of this skin."""
    s = face.scale
    picture = face.image
    skin = face.light["skin"] * np.exp(rng.normal(0.05, 0.15)) * (1 + rng.normal(0, 0.03, 3))
    mouth = face.project(np.array(rng.normal(0, 0.3)), np.array(rng.uniform(0.4, 1.3)), np.array(-0.4))[:2]
    turn = rng.uniform(-np.pi, np.pi)
    axis = np.array([np.cos(turn), np.sin(turn)])
    normal = np.array([-axis[1], axis[0]])
    width = rng.uniform(0.15, 0.22) * s
    fingers = rng.integers(1, 5)
    spread = rng.uniform(1.0, 1.35)
    palm = mouth - axis * rng.uniform(0.5, 1.2) * s
    if rng.random() < 0.7:
        picture = flat_shape(face, picture, capsule(palm - axis * 0.5 * s, palm + axis * 0.15 * s, 0.55 * s, 0.5 * s), skin * 0.95, rng)
    order = rng.permutation(fingers)
    for i in order:
        off = normal * (i - (fingers - 1) / 2) * 2 * width * spread
        start = palm + off
        end = start + axis * rng.uniform(0.7, 1.5) * s + normal * rng.normal(0, 0.08) * s
        shadow = capsule(start + 0.03 * s, end + 0.03 * s, width * 1.12, width)
        picture = flat_shape(face, picture, shadow, skin * 0.45, rng, 0.1)
        picture = flat_shape(face, picture, capsule(start, end, width, width * 0.82), skin * np.exp(rng.normal(0, 0.05)), rng, 0.35)
    return picture, "hand"


def thing(face, rng):
    """A microphone, a cup, a telephone, a pen in front of the lower face."""
    s = face.scale
    picture = face.image
    at = face.project(np.array(rng.normal(0, 0.45)), np.array(rng.uniform(0.7, 1.7)), np.array(-0.6))[:2]
    light = min(1.2, face.light["mean"] / 0.5)
    kind = rng.choice(["microphone", "cup", "telephone", "stick"])
    tilt = rng.normal(0, 0.5)
    c, n = np.cos(tilt), np.sin(tilt)
    turn = np.array([[c, -n], [n, c]])
    if kind == "microphone":
        r = rng.uniform(0.18, 0.5) * s
        dark = np.full(3, rng.uniform(0.02, 0.35)) * light if rng.random() < 0.7 else hsv(rng.random(), 0.8, 0.6) * light
        end = at + turn @ [rng.normal(0, 0.3) * s, 3 * s]
        picture = flat_shape(face, picture, capsule(at, end, r * 0.5, r * 0.45), dark * 0.8, rng)
        picture = flat_shape(face, picture, capsule(at - [0, 0.1 * s], at + [0, 0.1 * s], r, r), dark, rng, 0.5)
        return picture, "microphone"
    colour = np.clip(colour_of("cloth", rng), 0, 1) * light
    if kind == "cup":
        top, bottom, tall = rng.uniform(0.3, 0.55) * s, rng.uniform(0.22, 0.45) * s, rng.uniform(0.8, 1.5) * s
        box = [(-top, 0), (top, 0), (bottom, tall), (-bottom, tall)]
    elif kind == "telephone":
        wide, tall = rng.uniform(0.35, 0.55) * s, rng.uniform(1.0, 1.6) * s
        at = at + [rng.choice([-1, 1]) * rng.uniform(0.35, 1.0) * s, 0]
        box = [(-wide, -tall / 2), (wide, -tall / 2), (wide, tall / 2), (-wide, tall / 2)]
    else:
        wide = rng.uniform(0.03, 0.1) * s
        box = [(-wide, -0.2 * s), (wide, -0.2 * s), (wide, 2 * s), (-wide, 2 * s)]
    return flat_shape(face, picture, np.array(box) @ turn.T + at, colour, rng, 0.4), kind


def shadow(face, rng):
    """A hard or soft shadow over the lower face, or a bright patch."""
    h, w = face.image.shape[:2]
    edge = face.project(np.array(0.0), np.array(rng.uniform(-0.2, 1.0)), np.array(-0.4))[:2]
    angle = rng.normal(0, 0.5)
    y, x = np.mgrid[:h, :w]
    d = ((y - edge[1]) * np.cos(angle) - (x - edge[0]) * np.sin(angle)) / face.scale
    if rng.random() < 0.3:
        d = np.minimum(d, rng.uniform(0.3, 1.0) - d)
    amount = 1 / (1 + np.exp(-d / rng.uniform(0.01, 0.2)))
    factor = rng.uniform(0.2, 0.75) if rng.random() < 0.75 else rng.uniform(1.2, 1.9)
    tint = 1 + rng.normal(0, 0.08, 3)
    return np.clip(face.image * (1 + amount[..., None] * (factor * tint - 1)), 0, 1), "shadow"


def plain(face, rng):
    return face.image, "plain"


NEGATIVES = [(plain, 0.3), (low_covering, 0.28), (beard, 0.12), (hand, 0.13), (thing, 0.09), (shadow, 0.08)]


def negative(face, rng):
    """A face that wears no mask over its mouth."""
    makers = [maker for maker, _ in NEGATIVES]
    maker = makers[rng.choice(len(makers), p=[share for _, share in NEGATIVES])]
    return maker(face, rng)
