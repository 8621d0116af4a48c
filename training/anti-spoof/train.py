"""Trains one net: `train.py POOL OUT.pt SEED PHASE FOLD START.pt [CROPS …]`.

The sources of FOLD (`sources.py`) are never looked at; `none` holds out nothing, `all` everything but LFW. START is the net to go on from,
which must not have seen the fold's sources either, or `-`. CROPS are prefixes of `measure-faces.js`; beside OUT.pt is written what the net
says of those of the held-out sources.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from held_out import held_out_crops, logits_of
from net import FOURS, AntiSpoofNet, evidence_of
from pool import Pool, as_input, varied
from sources import FOLDS

BATCH = 64


@dataclass(frozen=True)
class Phase:
    steps: int
    rate: float
    """Where the rate of learning begins; it falls to nothing, as a cosine."""
    labels: bool
    """Whether labels, and what the teachers said of the picture itself, are learned as well."""


PHASES = {
    "start": Phase(steps=12000, rate=3e-3, labels=True),
    "follow": Phase(steps=4000, rate=2e-3, labels=False),
    "fold": Phase(steps=1500, rate=1.5e-3, labels=False),
}
WARM_UP = 150
MEAN_OVER = 200
"""The net that is kept is the running mean of the weights over about so many steps."""
SMOOTHING = 0.04
DISTILLATION = 0.5
"""What the teachers' word on the picture itself counts for, beside the label's 1 and the follower's 1."""
ASIDE = 0.3


def main():
    folder, out, seed, phase, fold, start = sys.argv[1], sys.argv[2], int(sys.argv[3]), PHASES[sys.argv[4]], sys.argv[5], sys.argv[6]
    held_out = {**FOLDS, "none": [], "all": sum(FOLDS.values(), [])}[fold]
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    net = AntiSpoofNet()
    if start != "-":
        net.load_state_dict(torch.load(start))
    net = trained(net, Pool(folder, held_out), seed, phase)
    torch.save(net.state_dict(), out)
    # What the net says of its held-out sources, at once: nobody can mix up later which net saw what.
    for prefix in sys.argv[7:]:
        pixels, chosen = held_out_crops(prefix, held_out)
        np.savez(f"{out}-{Path(prefix).name}.npz", chosen=chosen, logit=logits_of(net, pixels))


def loss_of(logit, teachers, known, labels):
    followed = F.smooth_l1_loss(teachers[:, 2], known["as_seen"].clamp(-16, 16) / FOURS)
    return followed + lessons_of(logit, teachers, known) if labels else followed


def lessons_of(logit, teachers, known):
    """What labels teach, and the teachers by their word on the picture as it was."""
    label, teacher = known["label"].float(), known["teacher"].float()
    taught = ~teacher[:, 0].isnan()
    teacher = torch.nan_to_num(teacher)
    target = evidence_of(teacher).clamp(-4.4, 4.4)
    # Faces of LFW that both teachers call live are taken for it.
    believed = known["believed"] | (known["is_press"] & taught & (target > 0))
    # A teacher that contradicts a believed label is wrong there.
    agrees = taught & (~believed | ((target > 0) == (label > 0.5)))
    smooth = label * (1 - 2 * SMOOTHING) + SMOOTHING
    by_label = F.binary_cross_entropy_with_logits(logit, smooth, reduction="none") * believed
    by_teacher = F.smooth_l1_loss(logit, target, reduction="none") * agrees
    aside = F.smooth_l1_loss(teachers[:, :2], (teacher / FOURS).clamp(-4, 4), reduction="none").mean(1) * taught
    return (by_label + DISTILLATION * by_teacher + ASIDE * aside).mean()


def trained(net, pool, seed, phase):
    """The running mean of the weights, which is better than the last ones."""
    net = net.to(memory_format=torch.channels_last).train()
    decayed = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.03}, {"params": others, "weight_decay": 0}])
    average = AntiSpoofNet()
    average.load_state_dict(net.state_dict())
    rng = np.random.default_rng(seed)
    start, losses = time.time(), []
    for step in range(phase.steps):
        pixels, known = pool.batch(BATCH, rng)
        crops = varied(as_input(pixels), rng).to(memory_format=torch.channels_last)
        for group in optimiser.param_groups:
            group["lr"] = phase.rate * min(1, (step + 1) / WARM_UP) * 0.5 * (1 + np.cos(np.pi * step / phase.steps))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logit, teachers = net(crops)
        loss = loss_of(logit.float(), teachers.float(), known, phase.labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        keep = min(1 - 1 / MEAN_OVER, step / (step + 50))
        with torch.no_grad():
            for mean, now in zip(average.state_dict().values(), net.state_dict().values()):
                mean.lerp_(now, 1 - keep) if mean.is_floating_point() else mean.copy_(now)
        losses.append(loss.item())
        if (step + 1) % 100 == 0:
            print(f"{(time.time() - start) / 60:5.1f} min, step {step + 1}, loss {np.mean(losses[-100:]):.4f}", flush=True)
    return average.eval()


if __name__ == "__main__":
    main()
