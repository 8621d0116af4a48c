"""What cameras, networks and detectors do to a crop, on batches of bytes `[N, 96, 96, 3]` to `[N, 3, 64, 64]` in -1..1."""

import io
import math

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from net import SIDE

MARGIN = 1.25
"""Stored crops are this much wider than what the net sees, so that they can be moved (`measure-faces.js`)."""


def to_float(crops):
    return torch.from_numpy(np.ascontiguousarray(crops)).permute(0, 3, 1, 2).float() / 255


def plain_view(crops):
    """What the product would sample, unchanged: for evaluation."""
    return warp(to_float(crops), torch.eye(2).repeat(len(crops), 1, 1) / MARGIN, torch.zeros(len(crops), 2)) * 2 - 1


def warp(images, matrix, shift):
    theta = torch.cat([matrix, shift[:, :, None]], 2)
    grid = F.affine_grid(theta, (len(images), 3, SIDE, SIDE), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def augmented(crops, rng):
    """Moved, mirrored, relit, recoloured, blurred, reduced, compressed, and with noise."""
    n = len(crops)
    uniform = lambda low, high, *shape: torch.from_numpy(rng.uniform(low, high, (n, *shape)).astype(np.float32))
    normal = lambda *shape: torch.from_numpy(rng.normal(size=(n, *shape)).astype(np.float32))
    chosen = lambda share: torch.from_numpy(rng.random(n) < share)
    images = to_float(crops)

    angle = normal() * math.radians(6)
    scale = torch.exp(normal() * 0.07) / MARGIN
    mirror = torch.where(chosen(0.5), -1.0, 1.0)
    # Prints that are held up and bent are much longer, or much wider, than faces are.
    aspect = torch.exp(normal() * 0.04 + torch.where(chosen(0.08), uniform(-0.45, 0.45), torch.zeros(n)))
    matrix = torch.stack(
        [torch.stack([angle.cos() * scale * mirror * aspect, -angle.sin() * scale], 1), torch.stack([angle.sin() * scale * mirror * aspect, angle.cos() * scale], 1)], 1
    )
    images = warp(images, matrix, normal(2).clamp(-2, 2) * 0.05)

    # Light from one side, exposure, contrast, the camera's curve, its white balance, its colours.
    direction = uniform(0, 2 * math.pi)
    line = torch.linspace(-1, 1, SIDE)
    ramp = line[None, None, :] * direction.cos()[:, None, None] + line[None, :, None] * direction.sin()[:, None, None]
    strength = torch.where(chosen(0.35), uniform(0, 0.7), torch.zeros(n))
    images = images * torch.exp(ramp * strength[:, None, None])[:, None]
    gain = torch.exp(normal() * 0.3 + torch.where(chosen(0.15), uniform(-1.6, -0.4), torch.zeros(n)))
    cast = torch.exp(normal(3) * 0.07) * torch.where(chosen(0.2)[:, None], torch.exp(normal(3) * 0.25), torch.ones(n, 3))
    images = images * (gain[:, None] * cast)[:, :, None, None]
    images = images.clamp(1e-4, 4) ** torch.exp(normal() * 0.25)[:, None, None, None]
    images = images + normal()[:, None, None, None] * 0.03
    # A lamp or a window behind the face veils it.
    veil = torch.where(chosen(0.1), uniform(0.05, 0.35), torch.zeros(n))[:, None, None, None]
    images = images * (1 - veil) + veil
    grey = images.mean(1, keepdim=True)
    saturation = torch.where(chosen(0.06), torch.zeros(n), torch.exp(normal() * 0.25))
    images = (grey + (images - grey) * saturation[:, None, None, None]).clamp(0, 1)

    soft = chosen(0.3)
    images[soft] = blurred(images[soft], uniform(0.4, 2.6)[soft])
    for i in np.flatnonzero(rng.random(n) < 0.4):
        size = int(rng.integers(14, 56))
        small = F.interpolate(images[i : i + 1], (size, size), mode="area")
        images[i : i + 1] = F.interpolate(small, (SIDE, SIDE), mode="bilinear" if rng.random() < 0.8 else "nearest")
    noisy = chosen(0.5)
    strength = uniform(0, 0.07, 1, 1, 1) * torch.where(chosen(0.15), 1.5, 1.0)[:, None, None, None]
    images[noisy] += strength[noisy] * torch.from_numpy(rng.standard_normal((int(noisy.sum()), 3, SIDE, SIDE), np.float32))
    for i in np.flatnonzero(rng.random(n) < 0.35):
        images[i] = compressed(images[i], int(rng.integers(10, 75)))
    # A piece that is not there: hair, glare, the edge of the frame.
    for i in np.flatnonzero(rng.random(n) < 0.12):
        w, h = rng.integers(4, 20, 2)
        x, y = rng.integers(0, SIDE - w), rng.integers(0, SIDE - h)
        images[i, :, y : y + h, x : x + w] = torch.from_numpy(rng.random((3, 1, 1)).astype(np.float32))
    # The picture ends below the mouth, as tight crops do.
    for i in np.flatnonzero(rng.random(n) < 0.1):
        images[i, :, SIDE - int(rng.integers(2, 26)) :, :] = 0
    return images.clamp(0, 1) * 2 - 1


def without_face(crops, rng):
    """Bytes that show no face: tiles of the crops in disorder, or a small part of them, enlarged."""
    side = crops.shape[1]
    out = crops.copy()
    for i, crop in enumerate(crops):
        if rng.random() < 0.5:
            size = side // int(rng.choice([2, 3, 4, 6]))
            tiles = [crop[y : y + size, x : x + size] for y in range(0, side, size) for x in range(0, side, size)]
            order = iter(rng.permutation(len(tiles)))
            for y in range(0, side, size):
                for x in range(0, side, size):
                    out[i, y : y + size, x : x + size] = tiles[next(order)]
        else:
            size = int(rng.integers(14, 36))
            x, y = rng.integers(0, side - size, 2)
            part = Image.fromarray(crop[y : y + size, x : x + size])
            out[i] = np.asarray(part.resize((side, side), Image.BICUBIC))
    return out


def blurred(images, radius):
    """Gaussian blur, each image by its own radius in pixels."""
    n = len(images)
    at = torch.arange(-4, 5).float()
    kernel = torch.exp(-(at**2) / (2 * radius.clamp(min=0.05)[:, None] ** 2))
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(3, 0)
    flat = images.reshape(1, n * 3, SIDE, SIDE)
    flat = F.conv2d(F.pad(flat, (4, 4, 0, 0), mode="replicate"), kernel[:, None, None, :], groups=n * 3)
    flat = F.conv2d(F.pad(flat, (0, 0, 4, 4), mode="replicate"), kernel[:, None, :, None], groups=n * 3)
    return flat.reshape(n, 3, SIDE, SIDE)


def compressed(image, quality):
    data = (image.clamp(0, 1).permute(1, 2, 0).numpy() * 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(data).save(file, "JPEG", quality=quality)
    return torch.from_numpy(np.asarray(Image.open(file)).copy()).permute(2, 0, 1).float() / 255
