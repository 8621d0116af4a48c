"""The net: inverted residuals (MobileNetV2, https://arxiv.org/abs/1801.04381) on a crop, one number out. The early ones are fused,
their expansion is a full 3×3 convolution (EfficientNetV2, https://arxiv.org/abs/2104.00298): half the time on a processor."""

import torch
from torch import nn

SIDE = 96
STEM = (16, 24)
"""Two plain convolutions, each halving: cheap, and the place where texture is seen."""
BLOCKS = [
    # channels, stride, expansion, fused
    (24, 1, 2, True), (24, 1, 2, True),
    (48, 2, 2, True), (48, 1, 3, False), (48, 1, 3, False),
    (80, 2, 4, False), (80, 1, 3, False), (80, 1, 3, False),
]
FEATURES = 128
TEACHERS = 2


def convolution(channels, out, size, stride=1, groups=1):
    return [nn.Conv2d(channels, out, size, stride, size // 2, groups=groups, bias=False), nn.BatchNorm2d(out)]


class InvertedResidual(nn.Module):
    def __init__(self, channels, out, stride, expansion, fused):
        super().__init__()
        wide = channels * expansion
        apart = [*convolution(channels, wide, 1), nn.ReLU(), *convolution(wide, wide, 3, stride, wide)]
        self.is_residual = stride == 1 and channels == out
        self.layers = nn.Sequential(
            *(convolution(channels, wide, 3, stride) if fused else apart), nn.ReLU(),
            *convolution(wide, out, 1),
        )

    def forward(self, maps):
        return maps + self.layers(maps) if self.is_residual else self.layers(maps)


class AntiSpoofNet(nn.Module):
    """Crops `[N, 3, 96, 96]`, RGB in -1..1, to the log-odds of a bona fide presentation `[N]`; in training also to what
    each teacher says `[N, 2]`."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for out in STEM:
            layers += [*convolution(channels, out, 3, 2), nn.ReLU()]
            channels = out
        for out, stride, expansion, fused in BLOCKS:
            layers.append(InvertedResidual(channels, out, stride, expansion, fused))
            channels = out
        layers += [*convolution(channels, FEATURES, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        self.features = nn.Sequential(*layers)
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(FEATURES, 1)
        self.teachers = nn.Linear(FEATURES, TEACHERS)

    def forward(self, crops):
        features = self.dropout(self.features(crops))
        logit = self.head(features)[:, 0]
        return (logit, self.teachers(features)) if self.training else logit
