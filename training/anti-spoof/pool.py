"""The crops that `make_pool.py` made and `score-crops.js` scored, and batches of them."""

from pathlib import Path

import numpy as np
import torch

SIDE = 96
MIXTURE = 9
"""The kind of what is no picture of anything: two crops laid over or into one another, for the teacher's word alone
(https://arxiv.org/abs/2106.05237: long lessons on much that both see alike)."""
MIX = {"face": 0.61, "synthetic": 0.28, "mixture": 0.11}
"""What a batch is made of, whatever the pool is. A judgement."""


class Pool:
    def __init__(self, folder):
        parts = sorted(Path(folder).glob("*.npz"))
        self.parts = [np.memmap(part.with_suffix(".u8"), np.uint8, "r").reshape(-1, SIDE, SIDE, 3) for part in parts]
        self.first = np.cumsum([0] + [len(part) for part in self.parts])
        known = [np.load(part) for part in parts]
        self.kind = np.concatenate([part["kind"] for part in known])
        self.teacher = np.concatenate([part["teacher"] for part in known])
        self.as_seen = np.concatenate([np.fromfile(part.with_suffix(".f32"), np.float32) for part in parts])
        self.groups = {
            "face": np.flatnonzero(self.kind == 0),
            "synthetic": np.flatnonzero((self.kind > 0) & (self.kind < MIXTURE)),
            "mixture": np.flatnonzero(self.kind == MIXTURE),
        }

    def batch(self, size, rng):
        """Crops `[size, 96, 96, 3]`, and of each one its kind, the teachers' word on the picture and V2's on the crop itself."""
        counts = {name: round(share * size) for name, share in MIX.items()}
        counts["face"] += size - sum(counts.values())
        index = np.concatenate([rng.choice(self.groups[name], count) for name, count in counts.items()])
        where = np.searchsorted(self.first, index, "right") - 1
        pixels = np.stack([self.parts[part][at - self.first[part]] for part, at in zip(where, index)])
        return torch.from_numpy(pixels), {name: torch.from_numpy(getattr(self, name)[index]) for name in ("kind", "teacher", "as_seen")}


def as_input(pixels):
    """Bytes `[N, 96, 96, 3]` to what the net takes."""
    return (pixels.permute(0, 3, 1, 2).float() - 127.5) / 127.5


def varied(crops, rng):
    """Mirrored, a little brighter or darker, and with a part hidden, anew each time a crop is seen."""
    batch = len(crops)
    flip = torch.from_numpy(rng.random(batch) < 0.5)
    crops = torch.where(flip.view(-1, 1, 1, 1), crops.flip(3), crops)
    gain = torch.from_numpy(rng.normal(1, 0.04, (batch, 3, 1, 1)) * rng.normal(1, 0.06, (batch, 1, 1, 1))).float()
    crops = crops * gain + torch.from_numpy(rng.normal(0, 0.05, (batch, 1, 1, 1))).float()
    for index in np.flatnonzero(rng.random(batch) < 0.15):
        height, width = rng.integers(8, 40, 2)
        top, left = rng.integers(0, SIDE - height), rng.integers(0, SIDE - width)
        crops[index, :, top : top + height, left : left + width] = float(rng.uniform(-1, 1))
    return crops.clamp(-1, 1)
