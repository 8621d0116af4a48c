"""Writes a trained net as ONNX, and what it says of a crop of sines: `export.py NET.pt OUT.onnx`."""

import hashlib
import sys
from pathlib import Path

import numpy as np
import torch
from net import SIDE, AntiSpoofNet
from torch import nn


def folded(module):
    """The same layers with batch normalisation folded into the convolutions before it."""
    layers = []
    for layer in module:
        if isinstance(layer, nn.BatchNorm2d):
            layers[-1] = nn.utils.fuse_conv_bn_eval(layers[-1], layer)
        else:
            if hasattr(layer, "layers"):
                layer.layers = folded(layer.layers)
            layers.append(layer)
    return nn.Sequential(*layers)


def sines():
    """A crop in -1..1: value = 0.8 sin(0.11 x (c + 1) + 0.07 y) at column x, row y, channel c."""
    y, x = np.mgrid[:SIDE, :SIDE]
    return np.stack([0.8 * np.sin(0.11 * x * (c + 1) + 0.07 * y) for c in range(3)]).astype(np.float32)


net = AntiSpoofNet().eval()
net.load_state_dict(torch.load(sys.argv[1]))

class Answer(nn.Module):
    """The net as it is used: convolutions folded, one linear layer."""

    def __init__(self, net):
        super().__init__()
        self.features, self.head = folded(net.features), net.answer()

    def forward(self, crops):
        return self.head(self.features(crops))[:, 0]


net = Answer(net).eval()
torch.onnx.export(
    net, torch.zeros(1, 3, SIDE, SIDE), sys.argv[2], input_names=["crop"], output_names=["logit"],
    dynamic_axes={"crop": {0: "crops"}, "logit": {0: "crops"}}, opset_version=13, do_constant_folding=True,
)
crop = torch.from_numpy(sines())
with torch.no_grad():
    print("sines and their mirror image:", [round(value, 5) for value in net(torch.stack([crop, crop.flip(2)])).tolist()])
contents = Path(sys.argv[2]).read_bytes()
numbers = sum(p.numel() for p in net.parameters())
print(f"{len(contents)} bytes, sha256 {hashlib.sha256(contents).hexdigest()}, {numbers} numbers")
