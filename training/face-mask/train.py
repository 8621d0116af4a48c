"""Trains the net: `train.py PICTURES OUT CROPS [CROPS …]`; some ten minutes on one free core.

CROPS are the prefixes that `measure-faces.js` wrote for PICTURES. Writes OUT/face-mask.onnx and OUT/face-mask.pt.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from augment import augmented, without_face
from crops import Crops
from evaluate import report
from net import MaskNet, export

SEED = 52
BATCH = 64
CYCLES = [{"steps": 1350, "rate": 3e-3, "faceless": 0.0}, {"steps": 560, "rate": 1.2e-3, "faceless": 0.05}]
"""Steps, the rate that each cycle begins with (it falls to nothing, as a cosine), and the share that shows no face."""
WARM_UP = 200
BOX_SHARE = 0.2
"""Crops that are laid by the box though the mesh is sure, so that the net is as good without one."""
UNDER_NOSE_WEIGHT = 0.2
SMOOTHING = 0.01


def main():
    pictures, out = sys.argv[1], Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    crops = Crops(pictures, *sys.argv[3:])
    training = np.flatnonzero(crops.split == "train")
    net = MaskNet()
    for number, cycle in enumerate(CYCLES):
        net = train_cycle(net, crops, training, cycle, WARM_UP if number == 0 else 20, rng)
        export(net, out / "face-mask.onnx")
        torch.save(net.state_dict(), out / "face-mask.pt")
    report(net, crops)


def train_cycle(net, crops, training, cycle, warm_up, rng):
    """Trains for some steps; returns the running mean of the weights, which is better than the last ones."""
    weight = sampling_weights(crops, training)
    optimiser = torch.optim.AdamW(net.parameters(), lr=cycle["rate"], weight_decay=1e-3)
    average = MaskNet()
    average.load_state_dict(net.state_dict())
    start, losses = time.time(), []
    for step in range(cycle["steps"]):
        for group in optimiser.param_groups:
            decay = 0.5 * (1 + np.cos(np.pi * step / cycle["steps"]))
            group["lr"] = cycle["rate"] * min(1, (step + 4) / warm_up) * decay
        loss = loss_of(net, crops, rng.choice(training, BATCH, p=weight), cycle["faceless"], rng)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            keep = min(0.998, step / (step + 50))
            for mean, now in zip(average.state_dict().values(), net.state_dict().values()):
                mean.lerp_(now, 1 - keep) if mean.is_floating_point() else mean.copy_(now)
        losses.append(loss.item())
        if (step + 1) % 100 == 0:
            print(f"{(time.time() - start) / 60:5.1f} min, step {step + 1}, loss {np.mean(losses[-100:]):.4f}", flush=True)
    return average


def loss_of(net, crops, batch, faceless_share, rng):
    by_box = (crops.presence[batch] < 0.5) | (rng.random(BATCH) < BOX_SHARE)
    pixels = crops.pixels[batch, by_box.astype(int)]
    label = crops.label[batch].copy()
    faceless = rng.random(BATCH) < faceless_share
    if faceless.any():
        pixels[faceless] = without_face(pixels[faceless], rng)
        label[faceless] = 0
    target = torch.from_numpy((label > 0) * (1 - 2 * SMOOTHING) + SMOOTHING).float()
    weight = torch.from_numpy(np.where(label == 0.5, UNDER_NOSE_WEIGHT, 1.0)).float()
    net.train()
    losses = F.binary_cross_entropy_with_logits(net(augmented(pixels, rng))[:, 0], target, reduction="none")
    return (losses * weight).mean()


def sampling_weights(crops, training):
    """Half of what is seen wears a mask, and of what does not, each kind has its share; a picture of somebody who
    is in many counts for less."""
    label, kind = crops.label[training], crops.kind[training]
    group = np.where(label > 0, "worn", np.where(kind == "plain", "plain", np.char.partition(kind.astype(str), "-")[:, 0]))
    share = {"worn": 0.46, "plain": 0.2, "low": 0.12, "beard": 0.07, "hand": 0.07, "shadow": 0.03}
    subject = np.array(["/".join(crops.subject[i].split("/")[:2]) for i in training])
    _, which, counts = np.unique(subject, return_inverse=True, return_counts=True)
    weight = 1 / np.sqrt(counts[which])
    for name in np.unique(group):
        inside = group == name
        weight[inside] *= share.get(name, 0.02) / weight[inside].sum()
    return weight / weight.sum()


if __name__ == "__main__":
    main()
