"""Makes what is learned from, once for all nets: `make_pool.py DATA OUT COUNT SEED SHARE PATCHES [PATCHES …]`.

PATCHES are prefixes that `measure-faces.js` wrote. OUT.u8 gets COUNT crops of 96×96 RGB bytes; OUT.npz for each one its source, subject,
label, what the teachers said of the picture, and whether it is a synthetic attack. SHARE of them are. One is made of live pictures
of one source alone, and so is a mixture.
"""

import sys

import numpy as np
import torch
import torch.nn.functional as F
from camera import blurred, exposed, filed
from patches import SIDE, Patches, shifted_rectangle
from sources import SHARE
from synthetic import KINDS, attack, grid

BATCH = 64
PLAIN = 0.6
"""So many are seen as the product sees them: what the teacher says of changed ones is worth less."""
NO_TARGET = np.nan
MIXTURE = 9
"""What is no picture of anything: two of one source laid over or into one another, for the teacher's word alone
(https://arxiv.org/abs/2106.05237: long lessons on much that both see alike)."""


def main():
    data, out, count, seed, share = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    np.random.seed(seed)
    rng = np.random.default_rng(seed)
    patches = Patches(data, *sys.argv[6:])
    weight = sampling_weights(patches)
    is_carrier = (patches.label == 1) & (patches.believed | (patches.source == "lfw"))
    carrier_weight = np.where(is_carrier, weight, 0)
    chosen, kinds = [], []
    mixtures = BATCH // 4 if len(set(patches.source)) == 1 else 0
    with open(f"{out}.u8", "wb") as file:
        for batch in range(count // BATCH):
            synthetic = int(round(BATCH * share))
            real = rng.choice(len(patches), BATCH - synthetic, p=weight)
            carriers = rng.choice(len(patches), synthetic, p=carrier_weight / carrier_weight.sum())
            parts = np.split(carriers, [int(synthetic * 0.4), int(synthetic * 0.85)])
            canvases = [sampled(patches, real, rng)(grid(len(real)))]
            for kind, some in zip(KINDS, parts):
                canvases.append(made_attack(patches, some, kind, rng))
            canvas = torch.cat(canvases)
            mixed = rng.permutation(BATCH)[:mixtures]
            canvas[mixed] = mixture(canvas[mixed], canvas[rng.permutation(BATCH)[:mixtures]])
            plain = rng.random(BATCH) < PLAIN
            canvas[~plain] = blurred(exposed(canvas[~plain]), 0.3, 0.4, 1.8)
            file.write(filed(canvas, rng, plain).tobytes())
            chosen += [*real, *carriers]
            kind = [0] * len(real) + [1 + KINDS.index(k) for k, some in zip(KINDS, parts) for _ in some]
            kinds += [MIXTURE if at in mixed else k for at, k in enumerate(kind)]
            if batch % 10 == 9:
                print((batch + 1) * BATCH, flush=True)
                file.flush()
                save(patches, np.array(chosen), np.array(kinds), out)
    save(patches, np.array(chosen), np.array(kinds), out)


def save(patches, chosen, kinds, out):
    np.savez(
        f"{out}.npz",
        source=patches.source[chosen], subject=patches.subject[chosen], kind=kinds,
        label=np.where(kinds > 0, 0, patches.label[chosen]),
        believed=(patches.believed[chosen] | (kinds > 0)) & (kinds != MIXTURE),
        teacher=np.where(kinds[:, None] > 0, NO_TARGET, patches.teacher[chosen]),
        patch=chosen,
    )


def sampling_weights(patches):
    """Each source has its share, half of it live where it has both, a half of either from clips where it has them, and each
    subject in it the same, nearly."""
    weight = np.zeros(len(patches))
    is_frame = np.array(["#" in path or "/vf_" in path for path in patches.path])
    for source in np.unique(patches.source):
        inside = patches.source == source
        labels = np.unique(patches.label[inside])
        for label in labels:
            parts = [inside & (patches.label == label) & (is_frame == frames) for frames in (False, True)]
            parts = [part for part in parts if part.any()]
            for chosen in parts:
                _, which, counts = np.unique(patches.subject[chosen], return_inverse=True, return_counts=True)
                each = 1 / counts[which] ** 0.75
                weight[chosen] = SHARE.get(source, 1) / len(labels) / len(parts) * each / each.sum()
    return weight / weight.sum()


def sampled(patches, index, rng, jitter=1.0):
    """A function from places of the crop, -1..1, to what the pictures show there; detectors' boxes vary a little."""
    pixels = np.stack([patches.pixels_of(i) for i in index])
    pixels = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    box = jittered(patches.box[index], rng, jitter)
    crop = shifted_rectangle(box, patches.size[index])
    patch = patches.patch[index]
    centre = (crop[:, :2] + crop[:, 2:] / 2 - patch[:, :2]) / patch[:, 2:] * 2 - 1
    scale = crop[:, 2:] / patch[:, 2:]
    flip = np.where(rng.random(len(index)) < 0.5, -1.0, 1.0)
    centre, scale = (torch.from_numpy(value).float().view(-1, 1, 1, 2) for value in (centre, scale))
    flip = torch.from_numpy(flip).float().view(-1, 1, 1)

    def picture(place):
        place = torch.stack([place[..., 0] * flip, place[..., 1]], -1)
        return F.grid_sample(pixels, centre + place * scale, mode="bilinear", padding_mode="reflection", align_corners=False)

    return picture


def jittered(box, rng, amount):
    size = box[:, 2:]
    centre = box[:, :2] + size / 2 + rng.normal(0, 0.05 * amount, size.shape) * size
    grown = np.exp(rng.normal(0, 0.1 * amount, (len(box), 1)) + rng.normal(0, 0.05 * amount, size.shape))
    return np.concatenate([centre - size * grown / 2, size * grown], 1)


def made_attack(patches, index, kind, rng):
    picture = sampled(patches, index, rng)
    others = sampled(patches, index, rng)(grid(len(index)).flip(1) * 0.4 + 1.4 * (torch.rand(len(index), 1, 1, 2) - 0.5).sign())
    others = F.interpolate(F.avg_pool2d(others, 4), scale_factor=4, mode="bilinear", align_corners=False)
    if kind == "cut-out":
        # Worn before the face of somebody else of the same source, as often as not.
        wearers = np.array([rng.choice(same_source(patches, i)) for i in index])
        worn = torch.rand(len(index), 1, 1, 1) < 0.6
        others = torch.where(worn, sampled(patches, wearers, rng, 0.5)(grid(len(index))), others)
    return attack(picture, grid(len(index)), others, kind)


def mixture(pictures, others):
    share = torch.rand(len(pictures), 1, 1, 1)
    middle = (torch.rand(len(pictures), 1, 1, 2) - 0.5) * 1.4
    inside = ((grid(len(pictures)) - middle).abs().amax(-1) < 0.25 + 0.6 * share[..., 0])[:, None]
    pasted = torch.where(inside, others, pictures)
    return torch.where(torch.rand(len(pictures), 1, 1, 1) < 0.5, pasted, share * pictures + (1 - share) * others)


def same_source(patches, index):
    return np.flatnonzero((patches.source == patches.source[index]) & (patches.label == 1) & (patches.detector == patches.detector[index]))


if __name__ == "__main__":
    main()
