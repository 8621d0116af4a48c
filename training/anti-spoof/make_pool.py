"""Makes what is learned from, once for all nets: `make_pool.py DATA OUT COUNT SEED PATCHES`.

PATCHES is what `measure-faces.js` wrote of live faces. OUT.u8 gets COUNT crops of 96×96 RGB bytes; OUT.npz for each one its kind
(0 a face, 1 to 3 a synthetic attack, 9 a mixture), and what the teachers said of the picture.
"""

import sys

import numpy as np
import torch
import torch.nn.functional as F
from camera import blurred, exposed, filed
from patches import SIDE, Patches, shifted_rectangle
from pool import MIXTURE
from synthetic import KINDS, attack, grid

BATCH = 64
PLAIN = 0.6
"""So many are seen as the product sees them: what the teacher says of changed ones is worth less."""
SYNTHETIC = 29
MIXED = 16
"""So many of a batch are synthetic attacks, and so many, of all kinds, become mixtures."""


def main():
    data, out, count, seed, prefix = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    np.random.seed(seed)
    rng = np.random.default_rng(seed)
    patches = Patches(data, prefix)
    weight = sampling_weights(patches)
    chosen, kinds = [], []
    with open(f"{out}.u8", "wb") as file:
        for batch in range(count // BATCH):
            index = rng.choice(len(patches), BATCH, p=weight)
            faces, carriers = index[SYNTHETIC:], index[:SYNTHETIC]
            parts = np.split(carriers, [int(SYNTHETIC * 0.4), int(SYNTHETIC * 0.85)])
            canvases = [made_attack(patches, some, kind, rng) for kind, some in zip(KINDS, parts)]
            canvas = torch.cat([*canvases, sampled(patches, faces, rng)(grid(len(faces)))])
            kind = np.repeat([*range(1, 1 + len(KINDS)), 0], [*map(len, parts), len(faces)])
            mixed = rng.permutation(BATCH)[:MIXED]
            canvas[mixed] = mixture(canvas[mixed], canvas[rng.permutation(BATCH)[:MIXED]])
            kind[mixed] = MIXTURE
            plain = rng.random(BATCH) < PLAIN
            canvas[~plain] = blurred(exposed(canvas[~plain]), 0.3, 0.4, 1.8)
            file.write(filed(canvas, rng, plain).tobytes())
            chosen += [*index]
            kinds += [*kind]
            if batch % 100 == 99:
                print((batch + 1) * BATCH, flush=True)
    chosen, kinds = np.array(chosen), np.array(kinds)
    np.savez(f"{out}.npz", kind=kinds, teacher=np.where(kinds[:, None] > 0, np.nan, patches.teacher[chosen]))


def sampling_weights(patches):
    """Each person nearly the same, however many pictures there are of them."""
    _, which, counts = np.unique(patches.subject, return_inverse=True, return_counts=True)
    each = 1 / counts[which] ** 0.75
    return each / each.sum()


def sampled(patches, index, rng, jitter=1.0):
    """A function from places of the crop, -1..1, to what the pictures show there; detectors' boxes vary a little."""
    pixels = np.array(patches.pixels[index])
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
        # Worn before the face of somebody else, as often as not.
        wearers = rng.choice(len(patches), len(index))
        worn = torch.rand(len(index), 1, 1, 1) < 0.6
        others = torch.where(worn, sampled(patches, wearers, rng, 0.5)(grid(len(index))), others)
    return attack(picture, grid(len(index)), others, kind)


def mixture(pictures, others):
    share = torch.rand(len(pictures), 1, 1, 1)
    middle = (torch.rand(len(pictures), 1, 1, 2) - 0.5) * 1.4
    inside = ((grid(len(pictures)) - middle).abs().amax(-1) < 0.25 + 0.6 * share[..., 0])[:, None]
    pasted = torch.where(inside, others, pictures)
    return torch.where(torch.rand(len(pictures), 1, 1, 1) < 0.5, pasted, share * pictures + (1 - share) * others)


if __name__ == "__main__":
    main()
