# SPDX-License-Identifier: Apache-2.0
"""Error rates of eval_rates against python3-sklearn on random scores with ties; agreement to 1e-9."""
import subprocess
import sys

try:
    import numpy as np
    from sklearn.metrics import roc_auc_score, roc_curve
except ImportError:
    print("left out: needs python3-sklearn")
    sys.exit(77)


def expected(label, score):
    fpr, tpr, _ = roc_curve(label, score, drop_intermediate=False)
    fnr = 1 - tpr
    out = {"auc": roc_auc_score(label, score), "acer": np.min((fpr + fnr) / 2)}
    # From "nothing accepted" down: the first point where no more bona fide are rejected than attacks accepted.
    i = np.argmax(fnr <= fpr)
    gap, before = fpr[i] - fnr[i], fnr[i - 1] - fpr[i - 1]
    out["eer"] = fnr[i] + (fnr[i - 1] - fnr[i]) * gap / (gap + before)
    for percent in (1, 5, 10):
        out[f"apcer@{percent}"] = fpr[fnr <= percent / 100].min()
    out["tar@0.01"] = tpr[fpr <= 0.01].max()
    return out


worst = 0.0
for seed in range(40):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 3000))
    label = rng.integers(0, 2, n)
    label[:2] = 0, 1
    score = rng.normal(label * rng.uniform(0.2, 3), 1)
    if seed % 2:
        score = np.round(score, 1)
    text = "\n".join(f"{a} {b!r}" for a, b in zip(label.tolist(), score.tolist()))
    run = subprocess.run([sys.argv[1]], input=text, capture_output=True, text=True, check=True)
    ours = {k: float(v) for k, v in (line.split() for line in run.stdout.splitlines())}
    for key, value in expected(label, score).items():
        worst = max(worst, abs(ours[key] - value))
        if abs(ours[key] - value) > 1e-9:
            sys.exit(f"seed {seed}, {key}: ours {ours[key]!r}, sklearn {value!r}")
print(f"largest difference {worst:.2e} over 40 sets")
