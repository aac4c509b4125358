# SPDX-License-Identifier: Apache-2.0
"""docs/accuracy.md from reports of `bonafide evaluate pad --json`; called by accuracy.sh.

usage: accuracy.py REPORT.json...     prints Markdown
"""
import json
import sys


def rate(r):
    if not r["of"]:
        return ""
    return f"{100 * r['rate']:.1f} ({100 * r['low']:.1f}-{100 * r['high']:.1f}), {r['errors']}/{r['of']}"


def estimate(e, percent=True):
    if e["value"] is None:
        return ""
    if percent:
        return f"{100 * e['value']:.1f} ({100 * e['low']:.1f}-{100 * e['high']:.1f})"
    return f"{e['value']:.4f}"


def table(report):
    facts, whole = report["facts"], report["whole"]
    out = [f"## Pack `{facts['pack']}` ({facts['pack_sha256'][:12]})", "",
           f"{report['pictures']} pictures of {facts['manifest']} (SHA-256 {facts['manifest_sha256'][:12]}), threshold "
           f"{report['threshold']} on `live`, {facts['when'][:10]}.", "",
           "| | BPCER % | APCER % | no decision, bona fide % | ACER %, failures as errors | AUC |", "|---|---|---|---|---|---|"]
    for part in [whole] + report["parts"]:
        out.append(f"| {part['name']} | {rate(part['bpcer'])} | {rate(part['apcer'])} | "
                   f"{rate(part['live_failure_to_acquire'])} | {estimate(part['acer_failures_as_errors'])} | "
                   f"{estimate(part['auc'], False)} |")
    out += ["", "| attack kind | APCER % | no decision % |", "|---|---|---|"]
    out += [f"| {name} | {rate(k['apcer'])} | {rate(k['failure_to_acquire'])} |" for name, k in whole["kinds"].items()]
    mean = report["mean_acer_of_sources_failures_as_errors"]
    out += ["", f"Mean ACER of the {report['sources_with_both_classes']} sources with both classes, failures as errors: "
            f"**{estimate(mean)} %**.", ""]
    return "\n".join(out)


print("""# Accuracy

Made by `tools/accuracy.sh` (which runs `bonafide evaluate pad`) on the shared test pictures; rates in percent with 95 % intervals (Wilson; means
MOVER), then errors and counts. Terms after ISO/IEC 30107-3, definitions in [evaluate.md](evaluate.md).

What these numbers do not prove: frames of one sitter are alike, so the true uncertainty is larger than the intervals; there is no silicone mask, no
injected video and no generated face among the pictures; weights and threshold of the reference pack were chosen by its makers on these very pictures
(on other cameras it falls to an ACER of about 13 %); the built-in networks were trained on sources `nuaa` (without two sitters) and `mixed` (without its
masks). No built-in network was trained on the webcam and phone sources and no weight or threshold was fitted to them, but they were looked at
some twenty times while methods were tried (`training/LOOKS.md`), so they are no blind test; [models.md](models.md) has cameras that are.
""")
for name in sys.argv[1:]:
    with open(name) as handle:
        print(table(json.load(handle)))
