# SPDX-License-Identifier: Apache-2.0
"""Puts models/*.entry.json together to models/pack.json (format: docs/packs.md).

    python3 training/pack.py [MODELS_DIR]

An entry file holds one object with `role` and the keys of that role. Roles beside the networks:
`fusion` and `match`, the objects of that name at the top level. Networks of `spoof` keep the order
of their file names, which `fusion.terms` counts.
"""
import glob
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from common import onnx_write  # noqa: E402

NEEDED = ("detect", "spoof", "fusion")
BYTES_MAX = 8_000_000


def read_entries(folder):
    """{role: object}; spoof is a list. Hashes of the files are checked."""
    roles = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.entry.json"))):
        with open(path) as handle:
            entry = json.load(handle)
        role = entry.pop("role")
        if "file" in entry:
            found = onnx_write.sha256(os.path.join(folder, entry["file"]))
            if found != entry["sha256"]:
                raise ValueError("%s: %s has another sha256: %s" % (path, entry["file"], found))
        if role == "spoof":
            roles.setdefault(role, []).append(entry)
        elif role in roles:
            raise ValueError("%s: role %s is there twice" % (path, role))
        else:
            roles[role] = entry
    return roles


def main(folder):
    roles = read_entries(folder)
    missing = [role for role in NEEDED if role not in roles]
    if missing:
        raise SystemExit("%s: no entry for %s" % (folder, ", ".join(missing)))
    fusion, match = roles.pop("fusion"), roles.pop("match", None)
    pack = dict(format=1, name="bonafide", roles=roles, fusion=fusion)
    if match:
        pack["match"] = match
    files = {n["file"] for role in roles.values() for n in
             (role if isinstance(role, list) else [role])}
    size = sum(os.path.getsize(os.path.join(folder, name)) for name in files)
    if size > BYTES_MAX:
        raise SystemExit("%d bytes of networks, at most %d" % (size, BYTES_MAX))
    onnx_write.write_entry(os.path.join(folder, "pack.json"), pack)
    print("%s: %d networks, %d bytes" % (os.path.join(folder, "pack.json"), len(files), size))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else
         os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "models"))
