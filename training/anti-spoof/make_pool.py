"""Makes what is learned from, once for all nets: `make_pool.py DATA OUT COUNT SEED SHARE PATCHES [PATCHES …]`.

PATCHES are prefixes that `measure-faces.js` wrote. OUT.u8 gets COUNT crops of 96×96 RGB bytes, each as another camera might have
taken it; OUT.npz for each one its source, subject, label, target of the teachers, and whether it is a synthetic attack.
SHARE of them are synthetic attacks. One is made of one live picture, before its own surroundings or painted ones, so that no other source's pixels are in it.
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
NO_TARGET = np.nan


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
    with open(f"{out}.u8", "wb") as file:
        for batch in range(count // BATCH):
            synthetic = int(round(BATCH * share))
            real = rng.choice(len(patches), BATCH - synthetic, p=weight)
            carriers = rng.choice(len(patches), synthetic, p=carrier_weight / carrier_weight.sum())
            parts = np.split(carriers, [int(synthetic * 0.4), int(synthetic * 0.85)])
            canvases = [exposed(sampled(patches, real, rng)(grid(len(real))))]
            for kind, some in zip(("print", "screen", "cut-out"), parts):
                canvases.append(exposed(made_attack(patches, some, kind, rng), 0.7))
            canvas = blurred(torch.cat(canvases), 0.3, 0.4, 1.8)
            file.write(filed(canvas, rng).tobytes())
            chosen += [*real, *carriers]
            kinds += [0] * len(real) + [1 + KINDS.index(k) for k, some in zip(("print", "screen", "cut-out"), parts) for _ in some]
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
        believed=patches.believed[chosen] | (kinds > 0),
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
    return attack(picture, grid(len(index)), others, kind)


if __name__ == "__main__":
    main()
