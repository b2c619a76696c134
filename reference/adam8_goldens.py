"""Makes the golden file of the 8-bit optimiser: a plain program, one number after the other.

Pinned: numpy 2, bitsandbytes 0.50.2 (for the two dynamic maps only). From the project's root:

    python reference/adam8_goldens.py

Numbers start as sin(0.37 i) / 10, gradients are 0.01 (1 + i mod 7) cos(0.11 i + t); after STEPS
steps of AdamW, whose state goes through 8 bits in blocks of 256 after each, every STRIDE-th number
is written down.
"""

import json
import math
from pathlib import Path

import bitsandbytes.functional as bnb
import numpy as np

SIZE, STEPS, STRIDE = 1500, 8, 7
RATE, DECAY = 0.01, 0.1
OUT = Path("src/test/resources/golden/train/adam8.json")


def through_8_bits(values: np.ndarray, numbers: np.ndarray, positive: bool) -> np.ndarray:
    out = np.zeros_like(values)
    for begin in range(0, len(values), 256):
        block = values[begin : begin + 256]
        largest = np.float32(np.abs(block).max())
        if largest == 0:
            continue
        for i, value in enumerate(block):
            scaled = np.float32(value * np.float32(np.float32(1) / largest))
            best = int(np.argmin(np.abs(numbers.astype(np.float64) - np.float64(scaled))))
            if positive and scaled > 0:
                best = max(best, 1)
            out[begin + i] = numbers[best] * largest
    return out


def main() -> None:
    signed = bnb.create_dynamic_map(signed=True).numpy()
    unsigned = bnb.create_dynamic_map(signed=False).numpy()
    p = np.array([math.sin(0.37 * i) / 10 for i in range(SIZE)], dtype=np.float32)
    m = np.zeros(SIZE, dtype=np.float32)
    v = np.zeros(SIZE, dtype=np.float32)
    for t in range(1, STEPS + 1):
        g = np.array(
            [0.01 * (1 + i % 7) * math.cos(0.11 * i + t) for i in range(SIZE)], dtype=np.float32
        )
        m = (m + (g - m) * np.float32(0.1)).astype(np.float32)
        v = (v * np.float32(0.999) + g * g * np.float32(0.001)).astype(np.float32)
        root = np.sqrt(v) / math.sqrt(1 - 0.999**t) + 1e-8
        p = (p * (1 - RATE * DECAY) - RATE / (1 - 0.9**t) * (m / root)).astype(np.float32)
        m = through_8_bits(m, signed, False)
        v = through_8_bits(v, unsigned, True)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps([float(x) for x in p[::STRIDE]]) + "\n")


if __name__ == "__main__":
    main()
