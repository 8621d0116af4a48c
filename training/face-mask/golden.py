"""What PyTorch says of a crop made of sines, for the test of the exported file: `golden.py NET.pt`."""

import sys

import numpy as np
import torch
from net import SIDE, MaskNet


def sines():
    """A crop in -1..1: value = 0.8 sin(0.11 x (c + 1) + 0.07 y) at column x, row y, channel c."""
    y, x = np.mgrid[:SIDE, :SIDE]
    return np.stack([0.8 * np.sin(0.11 * x * (c + 1) + 0.07 * y) for c in range(3)]).astype(np.float32)


net = MaskNet().eval()
net.load_state_dict(torch.load(sys.argv[1]))
crop = torch.from_numpy(sines())
with torch.no_grad():
    print([round(value, 5) for value in net(torch.stack([crop, crop.flip(1)]))[:, 0].tolist()])
