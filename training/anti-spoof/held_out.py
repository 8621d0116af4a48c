"""The product's crops of sources that a net never saw, and what it says of them."""

import json

import numpy as np
import torch
from pool import SIDE, as_input
from sources import shows_holder, source_of


def held_out_crops(prefix, sources):
    """Crops `[N, 96, 96, 3]` of the sources, and which ones of the file of `prefix` they are."""
    rows = [json.loads(line) for line in open(f"{prefix}.jsonl")]
    paths = [row["path"] for row in rows if row["found"]]
    crops = np.memmap(f"{prefix}-crops.u8", np.uint8, "r").reshape(-1, 2, SIDE, SIDE, 3)
    paths = paths[: len(crops)]
    chosen = np.array([at for at, path in enumerate(paths) if source_of(path) in sources and not shows_holder(path)], int)
    return crops[chosen, 0], chosen


def logits_of(net, crops):
    net = net.eval().to(memory_format=torch.channels_last)
    with torch.no_grad():
        batches = [net(as_input(torch.from_numpy(crops[at : at + 64]))) for at in range(0, len(crops), 64)]
    return torch.cat(batches).numpy() if batches else np.zeros(0, np.float32)
