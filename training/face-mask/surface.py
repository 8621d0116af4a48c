"""A surface that is laid over a face by its mesh, turned as the face is, and lit as the face is lit.

The frame of the mean face (`src/perception/mean-face.json`): u to the image's right, v down, w away from the camera, the
eyes at v = -0.63, the tip of the nose at 0.15, the mouth from 0.52 to 0.93, the chin at 1.57, the ears at u = +-1.34.
"""

import json
from pathlib import Path

import numpy as np

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


def smooth_grid(grid, passes):
    for _ in range(passes):
        p = np.pad(grid, 1, mode="edge")
        grid = (p[:-2, 1:-1] + p[2:, 1:-1] + p[1:-1, :-2] + p[1:-1, 2:] + 2 * p[1:-1, 1:-1]) / 6
    return grid


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
