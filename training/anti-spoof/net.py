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
TEACHERS = 3
FOURS = 4
"""The teachers' logits are learned over so many."""


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
    """Crops `[N, 3, 96, 96]`, RGB in -1..1, to the log-odds of a bona fide presentation `[N]`; in training to what the labels say `[N]` and
    the teachers say `[N, 3]`: V2 and V1SE of the picture as it was, V2 of the crop as it is; all in fours."""

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
        if not self.training:
            return self.answer()(features)[:, 0]
        return self.head(features)[:, 0], self.teachers(features)

    def answer(self):
        """The follower's head, one linear layer. What labels teach ranks unseen sources less well: they are few."""
        layer = nn.Linear(FEATURES, 1)
        layer.weight.data = FOURS * self.teachers.weight.data[2:]
        layer.bias.data = FOURS * self.teachers.bias.data[2:]
        return layer


def evidence_of(teachers):
    """Both teachers' logits `[N, 2]` as one: 1.7 and 0.8 for standardised logits (6.5 and 6.2 wide on the development data), as a
    trial had fitted them; webcams' faces are live from about -1 on."""
    return 2 * (1.7 * (teachers[:, 0] + 1) / 6.5 + 0.8 * (teachers[:, 1] + 1) / 6.2)
