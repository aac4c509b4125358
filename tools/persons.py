# SPDX-License-Identifier: Apache-2.0
"""How often two different persons pass the 3-D test as one: the pairs of LFW fold 1, and the same persons on other days beside them.

usage: persons.py PROGRAM PACK DATA      DATA: folder of the shared pictures, with lfw/pairs.csv
"""
import csv
import json
import os
import subprocess
import sys


def motion(program, pack, pair):
    """The motion score of a check of two pictures, 0..1, higher = one live head that turned; None where no test was made."""
    said = subprocess.run([program, "check", "--json", "--models", pack, *pair], capture_output=True, text=True, check=False)
    if said.returncode > 2:
        raise SystemExit(said.stderr.strip())
    faces = [image["faces"][0] if image["faces"] else {} for image in json.loads(said.stdout)["images"]]
    return faces[1].get("motion") if len(faces) == 2 else None


def main(program, pack, data):
    tested, passed = {"0": 0, "1": 0}, {"0": 0, "1": 0}
    with open(os.path.join(data, "lfw", "pairs.csv"), encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            score = motion(program, pack, [os.path.join(data, row[side]) for side in "ab"])
            if score is not None:
                tested[row["same"]] += 1
                passed[row["same"]] += score >= 0.5
    print(f"different persons: {passed['0']} of {tested['0']} pass; one person on other days: {passed['1']} of {tested['1']}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
