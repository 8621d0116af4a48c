"""Trains the net: `train.py PICTURES OUT CROPS [CROPS …]`.

CROPS are the prefixes that `measure-faces.js` wrote for PICTURES. Writes OUT/face-mask.onnx and OUT/face-mask.pt. The same
crops give the same net: seed and steps are fixed, and each thread has random numbers of its own.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from augment import augmented, without_face
from crops import Crops
from net import MaskNet, export

SEED = 52
BATCH = 64
STEPS = 4000
RATE = 3e-3
"""The rate falls to nothing, as a cosine."""
WARM_UP = 200
MEAN_OVER = 250
"""The net that is kept is the running mean of the weights over about so many steps."""
FACELESS_SHARE = 0.04
BOX_SHARE = 0.2
"""Crops that are laid by the box though the mesh is sure, so that the net is as good without one."""
UNDER_NOSE_WEIGHT = 0.5
SMOOTHING = 0.02


def main():
    pictures, out = sys.argv[1], Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    crops = Crops(pictures, *sys.argv[3:])
    training = np.flatnonzero((crops.split == "train") & crops.is_subject)
    print(f"{len(training)} crops to train on, {int((crops.label[training] > 0).sum())} of them masked", flush=True)
    net = trained(MaskNet(), crops, training)
    export(net, out / "face-mask.onnx")
    torch.save(net.state_dict(), out / "face-mask.pt")


def trained(net, crops, training):
    """The running mean of the weights, which is better than the last ones."""
    weight = sampling_weights(crops, training)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-3)
    average = MaskNet()
    average.load_state_dict(net.state_dict())
    net.train()
    start, losses = time.time(), []
    rng = np.random.default_rng(SEED)
    # Crops are augmented beside the training, in order, so that a second core halves the time.
    with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as beside:
        waiting = [beside.submit(batch_of, crops, training, weight, rng) for _ in range(3)]
        for step in range(STEPS):
            images, target, importance = waiting.pop(0).result()
            waiting.append(beside.submit(batch_of, crops, training, weight, rng))
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1, (step + 4) / WARM_UP) * 0.5 * (1 + np.cos(np.pi * step / STEPS))
            losses_of_batch = F.binary_cross_entropy_with_logits(net(images)[:, 0], target, reduction="none")
            loss = (losses_of_batch * importance).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            with torch.no_grad():
                keep = min(1 - 1 / MEAN_OVER, step / (step + 50))
                for mean, now in zip(average.state_dict().values(), net.state_dict().values()):
                    mean.lerp_(now, 1 - keep) if mean.is_floating_point() else mean.copy_(now)
            losses.append(loss.item())
            if (step + 1) % 100 == 0:
                minutes = (time.time() - start) / 60
                print(f"{minutes:5.1f} min, step {step + 1}, loss {np.mean(losses[-100:]):.4f}", flush=True)
    return average


def batch_of(crops, training, weight, rng):
    """Images, what is to be said of each, and how much each counts."""
    batch = rng.choice(training, BATCH, p=weight)
    by_box = (crops.presence[batch] < 0.5) | (rng.random(BATCH) < BOX_SHARE)
    pixels = crops.pixels[batch, by_box.astype(int)]
    label = crops.label[batch].copy()
    faceless = rng.random(BATCH) < FACELESS_SHARE
    if faceless.any():
        pixels[faceless] = without_face(pixels[faceless], rng)
        label[faceless] = 0
    target = torch.from_numpy((label > 0) * (1 - 2 * SMOOTHING) + SMOOTHING).float()
    importance = torch.from_numpy(np.where(label == 0.5, UNDER_NOSE_WEIGHT, 1.0)).float()
    return augmented(pixels, rng), target, importance


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
