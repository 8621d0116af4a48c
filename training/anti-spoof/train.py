"""Trains one net: `train.py POOL OUT.pt SEED PHASE FOLD [START.pt TEACHER.onnx CROPS …]`.

The sources of FOLD (`sources.py`) are never looked at; `none` holds out nothing, `all` everything but LFW. START is a net
to go on from, which must not have seen the fold's sources either. TEACHER
is MiniFASNet V2, followed on the crops as they are. CROPS are prefixes of `measure-faces.js`; beside OUT.pt is written what the net says of those of the held-out sources.
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
    distillation: float
    """What the teachers' word counts for, beside the label's 1."""
    press: int
    """How often faces of LFW are looked at, beside once: the scenes of the other sources are few."""
    press_is_live: bool
    """Whether the faces of LFW that both teachers call live are taken for it; else they teach by the teachers alone."""


PHASES = {
    "start": Phase(steps=900, rate=3e-3, distillation=0.5, press=1, press_is_live=False),
    "first": Phase(steps=800, rate=3e-3, distillation=0.5, press=1, press_is_live=False),
    "second": Phase(steps=600, rate=2.5e-3, distillation=1, press=3, press_is_live=True),
}
WARM_UP = 150
MEAN_OVER = 200
"""The net that is kept is the running mean of the weights over about so many steps."""
SMOOTHING = 0.04
TEACHERS = 0.3
FOLLOWED = 1


def main():
    folder, out, seed, phase = sys.argv[1], sys.argv[2], int(sys.argv[3]), PHASES[sys.argv[4]]
    held_out = {**FOLDS, "none": [], "all": sum(FOLDS.values(), [])}[sys.argv[5]]
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    net = AntiSpoofNet()
    if len(sys.argv) > 6:
        net.load_state_dict(widened(torch.load(sys.argv[6])))
    crops = Pool(folder, held_out, phase.press)
    if len(sys.argv) > 7:
        crops.score(sys.argv[7])
    net = trained(net, crops, seed, phase)
    torch.save(net.state_dict(), out)
    # What the net says of its held-out sources, at once: nobody can mix up later which net saw what.
    for prefix in sys.argv[8:]:
        pixels, chosen = held_out_crops(prefix, held_out)
        np.savez(f"{out}-{Path(prefix).name}.npz", chosen=chosen, logit=logits_of(net, pixels))


def widened(state):
    """The first nets had no third teacher."""
    for name, value in list(state.items()):
        if name.startswith("teachers.") and len(value) == 2:
            state[name] = torch.cat([value, value[:1]])
    return state


def loss_of(logit, teachers, known, phase):
    label, teacher = known["label"].float(), known["teacher"].float()
    taught = ~teacher[:, 0].isnan()
    teacher = torch.nan_to_num(teacher)
    target = evidence_of(teacher).clamp(-4.4, 4.4)
    believed = known["believed"]
    if phase.press_is_live:
        believed = believed | (known["is_press"] & taught & (target > 0))
    # A teacher that contradicts a believed label is wrong there.
    agrees = taught & (~believed | ((target > 0) == (label > 0.5)))
    smooth = label * (1 - 2 * SMOOTHING) + SMOOTHING
    by_label = F.binary_cross_entropy_with_logits(logit, smooth, reduction="none") * believed
    by_teacher = F.smooth_l1_loss(logit, target, reduction="none") * agrees
    aside = F.smooth_l1_loss(teachers[:, :2], (teacher / FOURS).clamp(-4, 4), reduction="none").mean(1) * taught
    seen = ~known["as_seen"].isnan()
    as_seen = torch.nan_to_num(known["as_seen"]).clamp(-16, 16) / FOURS
    followed = F.smooth_l1_loss(teachers[:, 2], as_seen, reduction="none") * seen
    return (by_label + phase.distillation * by_teacher + TEACHERS * aside + FOLLOWED * followed).mean()


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
        loss = loss_of(logit.float(), teachers.float(), known, phase)
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
