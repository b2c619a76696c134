"""Makes the golden file of `understudy.evaluate`'s formulas.

Pinned: numpy 2. Run from the project's root:

    python reference/voice_goldens.py

Everything is written from the definitions with numpy alone, by other ways than the program's: the
logistic regression by Newton's method on the full matrix, Student's and the normal distribution by
adding up their densities. All numbers come from SEED.
"""

import json
import math
from pathlib import Path

import numpy as np

SEED = 20261127
OUT = Path("src/test/resources/golden/evaluate/voice.json")
PLACES = 1 << 16


def jensen_shannon(p: np.ndarray, q: np.ndarray) -> float:
    p, q = p / p.sum(), q / q.sum()
    m = (p + q) / 2
    entropy = lambda x: -(x[x > 0] * np.log2(x[x > 0])).sum()
    return float(math.sqrt(max(0.0, entropy(m) - (entropy(p) + entropy(q)) / 2)))


def cohen(a: np.ndarray, b: np.ndarray) -> float:
    na, nb = len(a), len(b)
    pooled = ((na - 1) * a.var(ddof=1) + (nb - 1) * b.var(ddof=1)) / (na + nb - 2)
    return float((a.mean() - b.mean()) / math.sqrt(pooled))


def wilson(hits: int, n: int) -> list[float]:
    """The two shares p for which hits/n lies z standard errors of p away: by bisection."""
    z, seen = 1.959963984540054, hits / n
    ends = []
    for low, high, sign in ((0.0, seen, 1), (seen, 1.0, -1)):
        for _ in range(200):
            p = (low + high) / 2
            outside = abs(seen - p) > z * math.sqrt(p * (1 - p) / n)
            if (sign == 1) == outside:
                low = p
            else:
                high = p
        ends.append((low + high) / 2)
    return ends


def student(degrees: int) -> float:
    """The 97.5% point, from the density added up in steps."""
    t = np.linspace(0, 60, 6_000_001)
    density = (1 + t * t / degrees) ** (-(degrees + 1) / 2)
    scale = math.gamma((degrees + 1) / 2) / math.gamma(degrees / 2) / math.sqrt(degrees * math.pi)
    area = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)]) * (t[1] - t[0])
    return float(np.interp(0.475, area * scale, t))


def features(text: str) -> dict[int, float]:
    text = "\u0002" + text + "\u0003"
    counts: dict[int, int] = {}
    for n in range(1, 5):
        for i in range(len(text) - n + 1):
            value = 0x811C9DC5
            for byte in text[i : i + n].encode():
                value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
            place = value % PLACES
            counts[place] = counts.get(place, 0) + 1
    weights = {place: math.log(1 + count) for place, count in counts.items()}
    length = math.sqrt(sum(w * w for w in weights.values()))
    return {place: weights[place] / length for place in sorted(weights)}


def logistic(x: np.ndarray, y: np.ndarray, c: float) -> np.ndarray:
    """Newton's method to the minimum; the bias last and not held down."""
    n, d = x.shape
    wide = np.hstack([x, np.ones((n, 1))])
    held = np.diag([1.0] * d + [0.0])
    weight = c * np.where(y > 0, n / (2 * (y > 0).sum()), n / (2 * (y < 0).sum()))
    w = np.zeros(d + 1)
    for _ in range(100):
        s = 1 / (1 + np.exp(y * (wide @ w)))
        gradient = held @ w - wide.T @ (weight * y * s)
        hessian = held + wide.T @ (wide * (weight * s * (1 - s))[:, None])
        w = w - np.linalg.solve(hessian, gradient)
    return w


def main() -> None:
    random = np.random.default_rng(SEED)
    pairs = []
    for size in (2, 5, 40):
        p, q = random.poisson(3, size).astype(float) + (np.arange(size) == 0), random.poisson(
            2, size
        ).astype(float) + (np.arange(size) == size - 1)
        pairs.append({"p": p.tolist(), "q": q.tolist(), "distance": jensen_shannon(p, q)})
    a, b = random.normal(3, 2, 30), random.normal(2, 1, 25)
    x, y = random.normal(0, 1, (60, 6)).round(3), np.where(random.random(60) < 0.3, 1.0, -1.0)
    x[:, 0] += y
    texts = ["haha ok", "Sooo good!!\nyes", "na ja… 😂 gut", "aaaaaa"]
    golden = {
        "jensen_shannon": pairs,
        "cohen": {"a": a.tolist(), "b": b.tolist(), "d": cohen(a, b)},
        "wilson": [
            {"hits": h, "of": n, "interval": wilson(h, n)} for h, n in ((7, 20), (1, 50), (99, 240))
        ],
        "student": [{"degrees": d, "point": student(d)} for d in (4, 5, 9, 18, 60)],
        "logistic": {
            "x": x.tolist(),
            "y": y.tolist(),
            "fits": [{"c": c, "weights": logistic(x, y, c).tolist()} for c in (0.1, 3.0)],
        },
        "grams": [
            {
                "text": t,
                "places": list(features(t)),
                "values": list(features(t).values()),
            }
            for t in texts
        ],
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(golden, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
