"""Trains one net: `train.py POOL OUT.pt SEED STEPS [FOLD]`; with FOLD its sources (`sources.py`) are never looked at."""

import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from net import AntiSpoofNet
from pool import Pool, as_input, varied
from sources import FOLDS

BATCH = 64
RATE = 3e-3
"""The rate falls to nothing, as a cosine."""
WARM_UP = 150
MEAN_OVER = 200
"""The net that is kept is the running mean of the weights over about so many steps."""
SMOOTHING = 0.04
DISTILLATION = 0.5
TEACHERS = 0.3


def main():
    pool, out, seed, steps = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    held_out = FOLDS[sys.argv[5]] if len(sys.argv) > 5 else []
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    net = trained(AntiSpoofNet(), Pool(pool, held_out), seed, steps)
    torch.save(net.state_dict(), out)


def target_of(teacher):
    """Both teachers' logits as one, in proportions of issue 5: 1.7 and 0.8 for standardised logits (6.5 and 6.2 wide on
    the development data); webcams' faces are live from about -1 on."""
    return (1.7 * (teacher[:, 0] + 1) / 6.5 + 0.8 * (teacher[:, 1] + 1) / 6.2).clamp(-2.2, 2.2) * 2


def loss_of(logit, teachers, known):
    label, teacher = known["label"].float(), known["teacher"].float()
    taught = ~teacher[:, 0].isnan()
    teacher = torch.nan_to_num(teacher)
    target = target_of(teacher)
    # A teacher that contradicts a believed label is wrong there.
    agrees = taught & (~known["believed"] | ((target > 0) == (label > 0.5)))
    smooth = label * (1 - 2 * SMOOTHING) + SMOOTHING
    by_label = F.binary_cross_entropy_with_logits(logit, smooth, reduction="none") * known["believed"]
    by_teacher = F.smooth_l1_loss(logit, target, reduction="none") * agrees
    aside = F.smooth_l1_loss(teachers, (teacher / 4).clamp(-4, 4), reduction="none").mean(1) * taught
    return (by_label + DISTILLATION * by_teacher + TEACHERS * aside).mean()


def trained(net, pool, seed, steps):
    """The running mean of the weights, which is better than the last ones."""
    net = net.to(memory_format=torch.channels_last).train()
    decayed = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.03}, {"params": others, "weight_decay": 0}])
    average = AntiSpoofNet()
    average.load_state_dict(net.state_dict())
    rng = np.random.default_rng(seed)
    start, losses = time.time(), []
    for step in range(steps):
        pixels, known = pool.batch(BATCH, rng)
        crops = varied(as_input(pixels), rng).to(memory_format=torch.channels_last)
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / WARM_UP) * 0.5 * (1 + np.cos(np.pi * step / steps))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logit, teachers = net(crops)
        loss = loss_of(logit.float(), teachers.float(), known)
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
