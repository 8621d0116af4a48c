"""What each fold's net says of the sources it never saw: `evaluate.py DATA OUT.csv CROPS [CROPS …] FOLDER`.

CROPS are prefixes of `measure-faces.js`; FOLDER holds what `train.py` wrote for the folds of one seed. Prints AUCs by source and
pooled; OUT.csv gets every crop's logit of the net that did not see its source.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from measures import MARKED, auc, equal_weights
from patches import Patches
from sources import FOLDS


def main():
    data, out, folder = sys.argv[1], sys.argv[2], Path(sys.argv[-1])
    faces = Patches(data, *sys.argv[3:-1])
    logit = np.full(len(faces), np.nan)
    for prefix, first in zip(sys.argv[3:-1], faces.first):
        for fold in FOLDS:
            said = folder / f"{fold}.pt-{Path(prefix).name}.npz"
            if said.exists():
                said = np.load(said)
                logit[first + said["chosen"]] = said["logit"]
    with open(out, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "detector", "label", "source", "logit"])
        for index in np.flatnonzero(~np.isnan(logit)):
            label = "live" if faces.label[index] else "attack"
            writer.writerow([faces.path[index], faces.detector[index], label, faces.source[index], f"{logit[index]:.5f}"])
    for detector in ("blazeface", "yunet"):
        print(detector)
        report(faces, logit, (faces.detector == detector) & ~np.isnan(logit))


def report(faces, logit, chosen):
    name = np.array([part_of(path, source) for path, source in zip(faces.path, faces.source)])
    label = faces.label
    for source in np.unique(name[chosen]):
        inside = chosen & (name == source)
        counts = f"{int((label[inside] == 1).sum())} live, {int((label[inside] == 0).sum())} attacks"
        area = auc(label[inside], logit[inside])
        teacher = auc(label[inside], faces.teacher[inside] @ [1.7 / 6.5, 0.8 / 6.2])
        means = [f"{logit[inside & (label == value)].mean():5.1f}" if (inside & (label == value)).any() else "    -" for value in (1, 0)]
        shown = "  -  " if area is None else f"{area:.3f} (MiniFASNet {teacher:.3f})"
        print(f"  {source:22s} {counts:24s} AUC {shown}  mean live {means[0]} attack {means[1]} {MARKED.get(source, '')}")
    if not chosen.any():
        return
    for title, left_out in (("pooled, sources equal", ("aksultan", "jtboing", "lestari crops")), ("and without confounded ones", tuple(MARKED))):
        inside = chosen & ~np.isin(name, left_out)
        weight = equal_weights(name[inside], label[inside])
        areas = [auc(label[inside & (name == s)], logit[inside & (name == s)]) for s in np.unique(name[inside])]
        areas = [area for area in areas if area is not None]
        theirs = auc(label[inside], faces.teacher[inside] @ [1.7 / 6.5, 0.8 / 6.2], weight)
        print(f"  {title}: AUC {auc(label[inside], logit[inside], weight):.3f} (MiniFASNet {theirs:.3f}), mean of the sources' {np.mean(areas):.3f}")


def part_of(path, source):
    """Crops of unknown cut and frames of the clips they were cut from are told apart."""
    return f"{source} crops" if path.startswith(("A/tranvanluyt/", "A/lestari/", "A/manikantha/")) else source


if __name__ == "__main__":
    main()
