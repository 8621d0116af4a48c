"""How nets rank pictures of sources that they were not trained on: `evaluate.py DATA CROPS NET.pt [NET.pt …]`.

CROPS is what `measure-faces.js` wrote of labelled pictures. Prints areas under the curve by source and pooled, of each net and of
MiniFASNet's pair.
"""

import sys

import numpy as np
import torch
from measures import auc, equal_weights
from net import AntiSpoofNet, evidence_of
from patches import Patches
from pool import SIDE, as_input
from sources import MARKED, part_of, shows_holder

NOISY = tuple(name for name, mark in MARKED.items() if mark == "noisy")


def main():
    data, prefix, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    faces = Patches(data, prefix)
    crops = np.memmap(f"{prefix}-crops.u8", np.uint8, "r").reshape(-1, 2, SIDE, SIDE, 3)[:, 0]
    logits = [logits_of(file, crops) for file in files] + [evidence_of(faces.teacher)]
    part = np.array([part_of(path) for path in faces.path])
    used = ~np.array([shows_holder(path) for path in faces.path])
    row("", "", *(f"net {at + 1}" for at in range(len(files))), "MiniFASNet")
    for name in np.unique(part[used]):
        inside = used & (part == name)
        counts = f"{int((faces.label[inside] == 1).sum())} live, {int((faces.label[inside] == 0).sum())} attacks"
        row(f"{name} {MARKED.get(name, '')}", counts, *(auc(faces.label[inside], said[inside]) for said in logits))
    for title, left_out in (("pooled, sources equal, without noisy", NOISY), ("and without confounded ones", tuple(MARKED))):
        inside = used & ~np.isin(part, left_out)
        weight = equal_weights(part[inside], faces.label[inside])
        row(title, "", *(auc(faces.label[inside], said[inside], weight) for said in logits))


def row(name, counts, *areas):
    shown = [area if isinstance(area, str) else "-" if area is None else f"{area:.3f}" for area in areas]
    print(f"{name:40s}{counts:26s}" + "".join(f"{text:>12s}" for text in shown))


def logits_of(file, crops):
    net = AntiSpoofNet()
    net.load_state_dict(torch.load(file))
    net = net.eval().to(memory_format=torch.channels_last)
    with torch.no_grad():
        batches = [net(as_input(torch.from_numpy(np.array(crops[at : at + 64])))) for at in range(0, len(crops), 64)]
    return torch.cat(batches).numpy()


if __name__ == "__main__":
    main()
