"""Where each picture comes from, what it is, and how far its label is believed."""

import csv
from pathlib import Path

SAME_SOURCE = {"pyimagesearch_zubair": "zubair", "lfw_krasserm": "lfw", "lfw_warmice": "lfw"}
"""Other names of a source; `vf_` marks frames of the clips of a source, which belong to it."""

FOLDS = {
    "nuaa": ["nuaa"],
    "celebaspoof": ["celebaspoof_reynara"],
    "tranvanluyt": ["tranvanluyt"],
    "webcams": ["alexcamargo", "balveer", "viguardieiro", "td_real"],
    "others": ["manikantha", "lestari", "zubair", "sakethbachu", "songhieng", "sdk_faceonlive", "proctoring_ai", "aksultan", "jtboing"],
}
"""Sources that are held out together; the faces of LFW are always trained on."""

SHARE = {"celebaspoof_reynara": 5, "nuaa": 3, "tranvanluyt": 2, "lfw": 3, "songhieng": 0.3, "sakethbachu": 0.5, "sdk_faceonlive": 0.1}
"""How often a source is looked at, 1 unless named: by how many people and cameras it shows."""


def source_of(path):
    name = path.split("/")[1].removeprefix("vf_")
    return SAME_SOURCE.get(name, name)


def is_believed(path):
    """Labels and crops of these are noise (issue 5): only the teachers' scores are learned from them."""
    return not path.startswith(("A/aksultan/", "A/jtboing/", "A/lestari/", "C/")) and not shows_holder(path)


def shows_holder(path):
    """The replay of zubair begins with its holder, whose live face is the largest there, and shows him again near its end."""
    if path.startswith("B/pyimagesearch_zubair/fake.mp4#"):
        milliseconds = int(path.split("#")[1])
        return milliseconds < 2000 or 7000 < milliseconds < 7900
    return path.startswith("A/vf_pyimagesearch_zubair/fake_00") and path[-5] in "123"


def subject_of(path, subject):
    """A person, or where nobody is named a clip, or else the picture itself."""
    if subject:
        return subject
    name = path.split("#")[0]
    if "/vf_" in name:
        return name.rsplit("_", 1)[0]
    return name


def read_manifest(data):
    return {row["path"]: row for row in csv.DictReader(open(Path(data) / "manifest.csv"))}
