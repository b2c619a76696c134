"""Makes the golden files of `understudy.tensor`'s NF4 and dynamic 8-bit numbers.

Pinned: torch 2.10.0, bitsandbytes 0.50.2, numpy 2. Run from the project's root:

    python reference/quantization_goldens.py

Each case has its input as the bits of f32 numbers, and what bitsandbytes makes of it when it
quantises with `compress_statistics=True` and dequantises to f32. All numbers come from SEED.
"""

import json
from pathlib import Path

import bitsandbytes.functional as bnb
import numpy as np
import torch

SEED = 20261125
OUT = Path("src/test/resources/golden/tensor/nf4.json")


def bits(x: torch.Tensor) -> list[int]:
    return x.detach().reshape(-1).numpy().view(np.int32).tolist()


def case(name: str, x: torch.Tensor) -> dict:
    # as one row: the CPU kernel of this version takes the wrong scales where a block crosses rows
    packed, state = bnb.quantize_4bit(
        x.reshape(1, -1), blocksize=64, compress_statistics=True, quant_type="nf4"
    )
    back = bnb.dequantize_4bit(packed, state)
    return {"name": name, "shape": list(x.shape), "input": bits(x), "floats": bits(back)}


def main() -> None:
    torch.manual_seed(SEED)
    spread = torch.randn(16, 64) * torch.rand(16, 1) * 3
    zeros = torch.randn(4, 64)
    zeros[1] = 0
    ties = torch.linspace(-1, 1, 256).reshape(4, 64)
    cases = [
        case("weights of a model", torch.randn(16, 64) * 0.02),
        case("rows of many sizes", spread),
        case("blocks across rows", torch.randn(8, 96) * 0.1),
        case("a last block of 16", torch.randn(5, 48)),
        case("a block of zeros", zeros),
        case("even steps", ties),
        case("more than 256 blocks", (torch.randn(280, 64) * 20).round() / 64),
    ]
    maps = {
        "signed": bits(bnb.create_dynamic_map(signed=True)),
        "unsigned": bits(bnb.create_dynamic_map(signed=False)),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"maps": maps, "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
