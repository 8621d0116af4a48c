"""Lists what nets are judged by, labelled stills and clips: `list_pictures.py DATA`; or with `press` what they learn from, faces of LFW.

Synthetic talking heads (liveportrait, tps_driving) are re-encoded crops and say nothing about presentation attacks.
"""

import csv
import sys
from pathlib import Path

NOT_CAMERA = ("B/liveportrait/", "B/tps_driving/")
rows = list(csv.DictReader(open(Path(sys.argv[1]) / "manifest.csv")))
labelled = [row["path"] for row in rows if row["label"] in ("live", "print", "replay", "spoof") and not row["path"].startswith(NOT_CAMERA)]
press = [row["path"] for row in rows if row["label"] == "live_photo"]
print("\n".join(press if "press" in sys.argv[2:] else labelled))
