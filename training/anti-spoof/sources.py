"""Where each picture comes from, and who it shows."""

import csv
from pathlib import Path

MARKED = {"aksultan": "noisy", "jtboing": "noisy", "lestari crops": "noisy", "balveer": "confounded", "manikantha crops": "confounded", "tranvanluyt crops": "confounded"}
"""Sources whose labels or crops are noise, or whose classes face width alone tells apart (AUC above 0.9)."""


def source_of(path):
    """Frames of the clips of a source, `vf_`, belong to it."""
    return path.split("/")[1].removeprefix("vf_")


def part_of(path):
    """Crops of unknown cut and frames of the clips they were cut from are told apart."""
    return source_of(path) + (" crops" if path.startswith(("A/tranvanluyt/", "A/lestari/", "A/manikantha/")) else "")


def shows_holder(path):
    """The replay of zubair begins with its holder, whose live face is the largest there, and shows him again near its end."""
    if path.startswith("B/pyimagesearch_zubair/fake.mp4#"):
        milliseconds = int(path.split("#")[1])
        return milliseconds < 2000 or 7000 < milliseconds < 7900
    return path.startswith("A/vf_pyimagesearch_zubair/fake_00") and path[-5] in "123"


def read_manifest(data):
    return {row["path"]: row for row in csv.DictReader(open(Path(data) / "manifest.csv"))}
