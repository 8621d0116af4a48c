"""Which pictures train and which are held out: by source and by person, never by picture."""

import re
import zlib

HELD_OUT_SOURCES = {
    "A/tranvanluyt", "A/vf_tranvanluyt", "A/alexcamargo", "A/songhieng", "A/sdk_faceonlive", "A/sdk_recognito",
    "A/sakethbachu", "A/balveer", "A/manikantha", "A/vf_manikantha", "D/faceapi_multi", "D/proctoring_faces", "D/liveportrait_masks",
}

REAL_MASKS = {"A/sdk_faceonlive/att_7.jpg"}
"""Somebody who really wears one: looked at by hand and in `test/data/face-mask.test.ts`."""

CELEBA_HELD_OUT = [(30, 43), (108, 149), (214, 250)]
"""celebaspoof_reynara is sorted by person, and so numbered; these runs of numbers are held out."""


def source_of(path):
    return "/".join(path.split("/")[:2])


def describe(path):
    """Split and person; None for a picture that is not used."""
    if path in REAL_MASKS:
        return None
    source = source_of(path)
    name = path.rsplit("/", 1)[-1]
    if source.startswith("C/"):
        person = re.sub(r"_\d+\.\w+$", "", name)
        return ("test" if zlib.crc32(person.encode()) % 5 == 0 else "train"), f"lfw/{person}"
    if source not in ("A/celebaspoof_reynara", "A/songhieng", "A/sdk_faceonlive", "A/sdk_recognito") and source[0] == "A":
        # Frames of one recording are nearly one picture.
        if zlib.crc32(path.encode()) % (2 if source == "A/nuaa" else 4):
            return None
    if source == "A/nuaa":
        person = path.split("/")[3]
        return ("train" if person <= "0008" else "test"), f"nuaa/{person}"
    if source == "A/celebaspoof_reynara":
        number = int(name.split(".")[0])
        held_out = any(low <= number <= high for low, high in CELEBA_HELD_OUT)
        return ("test" if held_out else "train"), f"celeba/{number}"
    if source in HELD_OUT_SOURCES:
        return "test", source
    if source.startswith("A/"):
        return "train", source
    return None
