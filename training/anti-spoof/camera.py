"""What cameras and files do to any picture, live or attack: canvases `[B, 3, 192, 192]` in 0..1 to crops of bytes."""

import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from synthetic import between, chance, smooth_noise

CROP = 96


def exposed(canvas, strength=1.0):
    """Other light and white balance, contrast and colour."""
    batch = len(canvas)
    gain = torch.exp((torch.rand(batch, 3, 1, 1) - 0.5) * 0.24 * strength)
    canvas = canvas * gain * torch.exp(between(-0.35, 0.3, batch) * strength)
    canvas = canvas.clamp(1e-3, 1) ** torch.exp(between(-0.3, 0.3, batch) * strength)
    grey = canvas.mean(1, keepdim=True)
    canvas = grey + (canvas - grey) * (1 + between(-0.4, 0.3, batch) * strength)
    middle = canvas.mean((1, 2, 3), keepdim=True)
    canvas = middle + (canvas - middle) * (1 + between(-0.25, 0.25, batch) * strength)
    uneven = 1 + (smooth_noise(batch, 1, 3) - 0.5) * between(0, 0.5, batch) * chance(0.3, batch)
    return (canvas * uneven).clamp(0, 1)


def blurred(canvas, share, low, high):
    """Some out of focus, some moved sideways or upwards."""
    out = canvas.clone()
    for index in np.flatnonzero(np.random.rand(len(canvas)) < share):
        sigma = np.random.uniform(low, high)
        axis = torch.arange(-5, 6).float()
        line = torch.exp(-(axis**2) / (2 * sigma**2))
        line = (line / line.sum()).view(1, 1, 1, 11)
        picture = F.pad(canvas[index][:, None], [5] * 4, mode="reflect")
        moved = np.random.rand() < 0.2
        if moved:
            line = torch.ones(1, 1, 1, 11) / 11
        across = F.conv2d(picture, line) if not moved or np.random.rand() < 0.7 else picture[..., 5:-5]
        up = line if not moved else torch.tensor([0.0] * 5 + [1] + [0] * 5).view(1, 1, 1, 11)
        out[index] = F.conv2d(across, up.transpose(2, 3))[:, 0]
    return out


def filed(canvas, rng, plain):
    """Taken at some resolution, with noise, compressed, perhaps sharpened, then reduced as the product does: bytes
    `[B, 96, 96, 3]`. Those that are `plain` are only reduced."""
    out = np.empty((len(canvas), CROP, CROP, 3), np.uint8)
    out[plain] = reduced(canvas[plain])
    for index in np.flatnonzero(~plain):
        side = int(rng.choice([192, rng.integers(110, 192), rng.integers(56, 110)], p=[0.45, 0.35, 0.2]))
        picture = canvas[index : index + 1]
        if side < 192:
            picture = F.interpolate(picture, size=(side, side), mode="area" if rng.random() < 0.7 else "bilinear")
        if rng.random() < 0.5:
            amount = rng.uniform(0, 0.05) * (side / 192) ** 0.5
            noise = torch.randn(1, 3, side, side)
            noise = noise * 0.5 + noise.mean(1, keepdim=True)
            picture = picture + amount * noise * (0.5 + picture).sqrt()
        if rng.random() < 0.15:
            picture = picture + rng.uniform(0.2, 0.9) * (picture - F.avg_pool2d(F.pad(picture, [1] * 4, mode="reflect"), 3, 1))
        pixels = (picture[0].clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
        if rng.random() < 0.7:
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "JPEG", quality=int(rng.integers(35, 96)), subsampling=int(rng.choice([0, 2])))
            pixels = np.asarray(Image.open(file))
        out[index] = reduced(torch.from_numpy(np.array(pixels)).permute(2, 0, 1)[None].float() / 255)[0]
    return out


def reduced(pictures):
    """By area where they shrink, bilinearly where they grow, as `reduceByArea` of the product: `[B, 3, N, N]` in 0..1 to
    bytes `[B, 96, 96, 3]`."""
    side = pictures.shape[2]
    if side > CROP:
        pictures = F.interpolate(pictures, size=(CROP, CROP), mode="area")
    elif side < CROP:
        pictures = F.interpolate(pictures, size=(CROP, CROP), mode="bilinear", align_corners=False)
    return (pictures * 255).round().clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
