"""What the net says of held-out pictures, by source and kind: `evaluate.py PICTURES NET.pt CROPS [CROPS …]`."""

import math
import sys
from collections import defaultdict

import numpy as np
import torch
from augment import plain_view
from crops import Crops
from net import MaskNet, folded
from split import source_of

LIMITS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]


def probabilities(net, pixels):
    """The mean log-odds of a crop and its mirror image, as the product takes it."""
    net = folded(net)
    out = []
    with torch.no_grad():
        for at in range(0, len(pixels), 256):
            crops = plain_view(pixels[at : at + 256])
            out.append(torch.sigmoid((net(crops) + net(crops.flip(3))) / 2)[:, 0].numpy())
    return np.concatenate(out)


def at_most(count, of, tail=0.025):
    """The upper end of the exact (Clopper–Pearson) 95 % interval of a share."""
    low, high = count / of, 1.0
    for _ in range(40):
        share = (low + high) / 2
        seen = sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count + 1))
        low, high = (share, high) if seen > tail else (low, share)
    return high


def limit_of(bare):
    """The limit by rule: the lowest of 0.5, 0.6, … from which the interval of bare faces called masked ends below 1 %; None
    where so few faces cannot tell."""
    fits = (limit for limit in LIMITS if limit >= 0.5 and at_most(int((bare >= limit).sum()), len(bare)) < 0.01)
    return next(fits, None)


def report(net, crops, split="test"):
    chosen = np.flatnonzero(crops.split == split)
    p = probabilities(net, crops.as_used(chosen))
    groups = defaultdict(list)
    for value, index in zip(p, chosen):
        kind = crops.kind[index]
        worn = {1: "worn", 0.5: "under nose", 0: "free"}[crops.label[index]]
        groups[(worn, kind if worn != "free" or kind != "plain" else "plain " + source_of(crops.source[index]))].append(value)
        groups[(worn, "all")].append(value)
    print(f"{split}: share called masked from each limit up")
    print(f"{'':44} n    " + " ".join(f"{limit:7}" for limit in LIMITS))
    for key in sorted(groups):
        values = np.array(groups[key])
        print(f"{key[0]:12} {key[1]:30} {len(values):5} " + " ".join(f"{(values >= limit).mean():7.4f}" for limit in LIMITS))
    bare = p[(crops.label[chosen] == 0) & (crops.kind[chosen] == "plain")]
    counts = [int((bare >= limit).sum()) for limit in LIMITS]
    print(f"bare faces called masked: {counts} of {len(bare)}; the limit by rule is {limit_of(bare)}")
    wrong = [(abs(v - crops.label[i]), v, crops.file[i], crops.kind[i], crops.source[i]) for v, i in zip(p, chosen) if crops.label[i] != 0.5]
    for _, value, file, kind, source in sorted(wrong, reverse=True)[:40]:
        print(f"{value:.3f} {kind} {file} {source}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    net = MaskNet()
    net.load_state_dict(torch.load(sys.argv[2]))
    report(net, Crops(sys.argv[1], *sys.argv[3:]))
