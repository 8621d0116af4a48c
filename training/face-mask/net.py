"""The net: seven small convolutions, one number out (the log-odds of a worn mask)."""

import torch
from torch import nn

SIDE = 64
WIDTHS = [12, 20, 32, 36, 40, 44, 52]
HALVED_AFTER = {1, 3, 5}


class MaskNet(nn.Module):
    """Crops `[N, 3, 64, 64]`, RGB in -1..1, to log-odds `[N, 1]`."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for index, width in enumerate(WIDTHS):
            stride = 2 if index == 0 else 1
            layers += [nn.Conv2d(channels, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            if index in HALVED_AFTER:
                layers.append(nn.MaxPool2d(2))
            channels = width
        self.features = nn.Sequential(*layers)
        # Where something covers the face matters as much as what it is: no pooling over places.
        self.head = nn.Sequential(
            nn.Conv2d(channels, 12, 1), nn.ReLU(), nn.Flatten(), nn.Dropout(0.2), nn.Linear(192, 24), nn.ReLU(), nn.Linear(24, 1)
        )

    def forward(self, crops):
        return self.head(self.features(crops))


def folded(net):
    """The same net for use: batch normalisation folded into the convolutions."""
    net = net.eval()
    layers = list(net.features)
    out = []
    while layers:
        layer = layers.pop(0)
        if isinstance(layer, nn.Conv2d):
            layer = nn.utils.fuse_conv_bn_eval(layer, layers.pop(0))
        out.append(layer)
    head = [layer for layer in net.head if not isinstance(layer, nn.Dropout)]
    return nn.Sequential(*out, *head).eval()


def export(net, path):
    """Writes the net as ONNX: input `crop` [N, 3, 64, 64], output `logit` [N, 1]."""
    torch.onnx.export(
        folded(net), torch.zeros(1, 3, SIDE, SIDE), str(path), input_names=["crop"], output_names=["logit"],
        dynamic_axes={"crop": {0: "crops"}, "logit": {0: "crops"}}, opset_version=13, do_constant_folding=True,
    )
