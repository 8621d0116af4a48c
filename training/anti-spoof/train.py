"""Trains one net: `train.py POOL OUT.pt SEED PHASE START.pt`; START is the net to go on from, or `-`."""

import sys
import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from net import FOURS, AntiSpoofNet, evidence_of
from pool import MIXTURE, Pool, as_input, varied

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
    "follow": Phase(steps=24000, rate=2.5e-3, labels=False),
}
WARM_UP = 150
MEAN_OVER = 200
"""The net that is kept is the running mean of the weights over about so many steps."""
SMOOTHING = 0.04
DISTILLATION = 0.5
"""What the teachers' word on the picture itself counts for, beside the label's 1 and the follower's 1."""
ASIDE = 0.3


def main():
    folder, out, seed, phase, start = sys.argv[1], sys.argv[2], int(sys.argv[3]), PHASES[sys.argv[4]], sys.argv[5]
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    net = AntiSpoofNet()
    if start != "-":
        net.load_state_dict(torch.load(start))
    torch.save(trained(net, Pool(folder), seed, phase).state_dict(), out)


def loss_of(logit, teachers, known, labels):
    followed = F.smooth_l1_loss(teachers[:, 2], known["as_seen"].clamp(-16, 16) / FOURS)
    return followed + lessons_of(logit, teachers, known) if labels else followed


def lessons_of(logit, teachers, known):
    """What labels teach, and the teachers by their word on the picture as it was."""
    kind, teacher = known["kind"], known["teacher"].float()
    taught = ~teacher[:, 0].isnan()
    teacher = torch.nan_to_num(teacher)
    target = evidence_of(teacher).clamp(-4.4, 4.4)
    # Synthetic attacks are attacks, and faces that the teachers call live are live. The others' labels nobody knows.
    live = (taught & (target > 0)).float()
    labelled = (live > 0) | ((kind > 0) & (kind < MIXTURE))
    by_label = F.binary_cross_entropy_with_logits(logit, live * (1 - 2 * SMOOTHING) + SMOOTHING, reduction="none") * labelled
    by_teacher = F.smooth_l1_loss(logit, target, reduction="none") * taught
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
