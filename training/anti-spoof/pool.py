"""The crops that `make_pool.py` made, and batches of them."""

from pathlib import Path

import numpy as np
import torch

SIDE = 96
MIX = {"live": 0.46, "attack": 0.32, "synthetic": 0.22}
"""What a batch is made of."""


class Pool:
    """The pool without some sources: nothing of a held-out source is ever looked at."""

    def __init__(self, folder, held_out=()):
        parts = sorted(Path(folder).glob("*.npz"))
        self.parts = [np.memmap(part.with_suffix(".u8"), np.uint8, "r").reshape(-1, SIDE, SIDE, 3) for part in parts]
        self.first = np.cumsum([0] + [len(part) for part in self.parts])
        known = [np.load(part) for part in parts]
        for name in known[0].files:
            setattr(self, name, np.concatenate([part[name] for part in known]))
        used = ~np.isin(self.source, list(held_out))
        self.groups = {
            "live": np.flatnonzero(used & (self.kind == 0) & (self.label == 1)),
            "attack": np.flatnonzero(used & (self.kind == 0) & (self.label == 0)),
            "synthetic": np.flatnonzero(used & (self.kind > 0)),
        }

    def batch(self, size, rng):
        counts = [round(share * size) for share in MIX.values()]
        counts[0] += size - sum(counts)
        index = np.concatenate([rng.choice(group, count) for group, count in zip(self.groups.values(), counts)])
        where = np.searchsorted(self.first, index, "right") - 1
        pixels = np.stack([self.parts[part][at - self.first[part]] for part, at in zip(where, index)])
        return torch.from_numpy(pixels), {name: torch.from_numpy(getattr(self, name)[index]) for name in ("label", "believed", "teacher")}


def as_input(pixels):
    """Bytes `[N, 96, 96, 3]` to what the net takes."""
    return (pixels.permute(0, 3, 1, 2).float() - 127.5) / 127.5


def varied(crops, rng):
    """Mirrored, a little brighter or darker, and with a part hidden, anew each time a crop is seen."""
    batch = len(crops)
    flip = torch.from_numpy(rng.random(batch) < 0.5)
    crops = torch.where(flip.view(-1, 1, 1, 1), crops.flip(3), crops)
    gain = torch.from_numpy(rng.normal(1, 0.08, (batch, 3, 1, 1)) * rng.normal(1, 0.08, (batch, 1, 1, 1))).float()
    crops = crops * gain + torch.from_numpy(rng.normal(0, 0.08, (batch, 1, 1, 1))).float()
    for index in np.flatnonzero(rng.random(batch) < 0.3):
        height, width = rng.integers(8, 40, 2)
        top, left = rng.integers(0, SIDE - height), rng.integers(0, SIDE - width)
        crops[index, :, top : top + height, left : left + width] = float(rng.uniform(-1, 1))
    return crops.clamp(-1, 1)
