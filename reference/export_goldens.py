"""Blocks of floats quantised by the GGUF project's own package, for the way into GGUF files.

pip install gguf==0.19.0 numpy safetensors
python reference/export_goldens.py
"""

import json
import platform
from importlib.metadata import version
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import save_file

OUT = Path("src/test/resources/golden/export")
SEED = 20261127
Type = gguf.GGMLQuantizationType


def floats() -> np.ndarray:
    """Rows of 64: of several sizes, with ties, halves, equal magnitudes, and zeros."""
    random = np.random.default_rng(SEED)
    rows = [random.normal(0, s, 64) for s in (1e-7, 1e-3, 0.02, 1, 30, 2000)] * 4
    rows.append(np.zeros(64))
    rows.append(np.tile([1.0, -1.0], 32))
    rows.append(np.tile([-1.0, 1.0], 32))
    rows.append(np.arange(-32, 32) / 4)
    rows.append(np.arange(64) * 127 / 63 - 0.5)
    rows.append(np.where(np.arange(64) == 5, 254.0, np.arange(64) + 0.5))
    rows.append(random.integers(-8, 8, 64) * 0.125)
    return np.array(rows, np.float32)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    x = floats()
    tensors = {"x": x}
    for kind in (Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0):
        tensors[kind.name] = gguf.quants.quantize(x, kind).view(np.uint8)
    save_file(tensors, OUT / "quantized.safetensors")
    manifest = {
        "script": "reference/export_goldens.py",
        "seed": SEED,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "gguf": version("gguf"),
    }
    (OUT / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
