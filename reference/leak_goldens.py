"""Makes the golden file of `understudy.evaluate.leak`: exposure and the area under the ROC curve.

Needs Python 3 only. Run from the project's root:

    python reference/leak_goldens.py

Exposure is computed from the definition, by sorting all secrets and looking for the planted one;
the area by counting pairs. All numbers come from SEED.
"""

import json
import math
import random
from pathlib import Path

SEED = 20261127
OUT = Path("src/test/resources/golden/evaluate/leak.json")


def exposure(loss, references):
    everything = sorted(references + [loss])
    places = [i + 1 for i, value in enumerate(everything) if value == loss]
    # the planted one stands among its equals: one for itself, half for each of the others
    rank = places[0] + (len(places) - 1) / 2
    return math.log2(len(everything)) - math.log2(rank)


def area(learned, others):
    points = 0.0
    for a in learned:
        for b in others:
            points += 1.0 if a < b else 0.5 if a == b else 0.0
    return points / (len(learned) * len(others))


def main():
    draw = random.Random(SEED)
    cases = []
    for count, shift in [(1, 0), (7, 2), (63, 0), (255, -3), (1000, 0), (1000, -9)]:
        references = [round(draw.gauss(20, 3), 2) for _ in range(count)]
        loss = round(draw.gauss(20 + shift, 3), 2)
        cases.append({"loss": loss, "references": references, "bits": exposure(loss, references)})
    tied = [1.0, 2.0, 2.0, 2.0, 3.0]
    cases.append({"loss": 2.0, "references": tied, "bits": exposure(2.0, tied)})
    areas = []
    for n, m, shift in [(1, 1, 0), (5, 9, 1), (40, 25, 0.5), (60, 60, 0)]:
        learned = [round(draw.gauss(3 - shift, 1), 1) for _ in range(n)]
        others = [round(draw.gauss(3, 1), 1) for _ in range(m)]
        areas.append({"learned": learned, "others": others, "auc": area(learned, others)})
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"exposures": cases, "areas": areas}) + "\n")


if __name__ == "__main__":
    main()
