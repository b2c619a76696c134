"""Makes the golden files of `understudy.weights`.

Pinned: Python 3.10 or later, numpy 2, gguf 0.19.0, safetensors 0.8.0. Run from the project's root:

    python reference/weights_goldens.py

The files are read by independent programs' eyes here: gguf and safetensors write them, numpy says
which floats are in them, and the Java tests must find the same bits. All numbers come from SEED.
"""

import json
import platform
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type
from importlib.metadata import version
from safetensors.numpy import save, save_file

SEED = 20261124
OUT = Path("src/test/resources/golden/weights")
ROWS, COLUMNS = 3, 64
QUANTISED = [Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0]
UNREAD = Type.TQ2_0  # a type that the program does not read, and says so
BLOCKS = [
    *(Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0, Type.IQ4_NL),
    *(Type.Q2_K, Type.Q3_K, Type.Q4_K, Type.Q5_K, Type.Q6_K, Type.IQ4_XS),
]
HALVES = {  # where the F16 of a block are, in bytes; all else is any bits
    **{t: [0] for t in (Type.Q4_0, Type.Q5_0, Type.Q8_0, Type.IQ4_NL, Type.IQ4_XS)},
    **{t: [0, 2] for t in (Type.Q4_1, Type.Q5_1, Type.Q4_K, Type.Q5_K)},
    **{Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q6_K: [208]},
}


def values(random: np.random.Generator) -> np.ndarray:
    """Rows of three sizes, with zeros and a subnormal, so that scales differ."""
    x = random.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    x *= np.array([[1.0], [300.0], [1e-4]], dtype=np.float32)
    x[0, :4] = [0.0, -0.0, 1e-40, 2.5]
    return x


def bits(x: np.ndarray) -> list[int]:
    return np.ascontiguousarray(x, dtype=np.float32).reshape(-1).view(np.int32).tolist()


def make_gguf(random: np.random.Generator) -> dict:
    path = OUT / "types.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("types")
    writer.add_uint8("test.u8", 200)
    writer.add_int8("test.i8", -7)
    writer.add_uint16("test.u16", 65535)
    writer.add_int16("test.i16", -32768)
    writer.add_uint32("test.u32", 4294967295)
    writer.add_int32("test.i32", -2147483648)
    writer.add_uint64("test.u64", 2**64 - 1)
    writer.add_int64("test.i64", -(2**63))
    writer.add_float32("test.f32", 0.1)
    writer.add_float64("test.f64", 0.1)
    writer.add_bool("test.bool", True)
    writer.add_string("test.string", "Grüße, 世界 👋")
    writer.add_array("test.strings", ["", "a", "Ġthe", "▁é", "👋"])
    writer.add_array("test.integers", [1, -2, 3])
    writer.add_array("test.floats", [0.5, -1.5])
    writer.add_array("test.bools", [True, False, True])
    expected = {}
    x = values(random)
    writer.add_tensor("plain.f32", x)
    expected["plain.f32"] = bits(x)
    for kind in QUANTISED:
        x = values(random)
        name = f"some.{kind.name.lower()}"
        stored = gguf.quants.quantize(x, kind)
        writer.add_tensor(name, stored, raw_dtype=kind)
        expected[name] = bits(gguf.quants.dequantize(stored, kind))
    cube = np.arange(2 * 3 * 4, dtype=np.float32).reshape(2, 3, 4)
    writer.add_tensor("cube.f32", cube)
    expected["cube.f32"] = bits(cube)
    unread = gguf.quants.quantize(np.ones((1, 256), np.float32), UNREAD)
    writer.add_tensor("unread", unread, raw_dtype=UNREAD)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return expected


def make_blocks(random: np.random.Generator) -> None:
    """Random blocks of every type, and beside each the floats that the reference makes of them.

    Every bit but those of the F16 is random, so that every place of every scale is used. The F16
    are the sizes that models have, and what is extreme: zeros of both signs, the smallest and
    largest subnormal, the largest number.
    """
    writer = gguf.GGUFWriter(OUT / "blocks.gguf", "llama")
    extreme = np.array([0x0000, 0x8000, 0x0001, 0x83FF, 0x7BFF, 0xFBFF], np.uint16)
    for kind in BLOCKS:
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        count = 3 * len(extreme) if elements == 32 else len(extreme) + 4
        raw = random.integers(0, 256, size=(count, size), dtype=np.uint8)
        for n, at in enumerate(HALVES[kind]):
            halves = (random.normal(size=count) * 0.01).astype(np.float16).view(np.uint16)
            halves[: len(extreme)] = np.roll(extreme, n)
            raw[:, at : at + 2] = halves.reshape(-1, 1).view(np.uint8)
        floats = gguf.quants.dequantize(raw, kind)
        assert np.isfinite(floats).all()
        writer.add_tensor(kind.name, raw, raw_dtype=kind)
        writer.add_tensor(f"{kind.name}.floats", floats.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make_safetensors(random: np.random.Generator) -> dict:
    tensors = {
        "b.weight": values(random),
        "a.weight": values(random).astype(np.float16),
        "scalar": np.array(1.5, dtype=np.float32),
        "empty": np.zeros((0, 4), dtype=np.float32),
        "ids": np.array([[1, -2], [3, 2**40]], dtype=np.int64),
        "flags": np.array([True, False, True]),
    }
    save_file(tensors, OUT / "types.safetensors", metadata={"format": "pt"})
    half = {k: v for k, v in tensors.items() if k in ("a.weight", "scalar")}
    rest = {k: v for k, v in tensors.items() if k not in half}
    folder = OUT / "sharded"
    folder.mkdir(exist_ok=True)
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    for name, part in zip(names, (half, rest)):
        save_file(part, folder / name, metadata={"format": "pt"})
    index = {
        "metadata": {"total_size": sum(v.nbytes for v in tensors.values())},
        "weight_map": {k: names[0] if k in half else names[1] for k in sorted(tensors)},
    }
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
    # what our writer must produce bit for bit: one dtype a width, so that the order is the same
    same = {"z": np.arange(6, dtype=np.float32).reshape(2, 3), "y": np.arange(3, dtype=np.int64)}
    (OUT / "writer.safetensors").write_bytes(save(same, metadata={"format": "pt"}))
    return {k: bits(v) for k, v in tensors.items() if v.dtype in (np.float32, np.float16)}


def make_bfloat16() -> list[list[int]]:
    """Pairs of float bits and the bfloat16 that rounding to nearest, ties to even, gives."""
    random = np.random.default_rng(SEED + 1)
    raw = random.integers(0, 2**32, size=400, dtype=np.uint64).astype(np.uint32)
    ties = (raw[:100] & np.uint32(0xFFFF0000)) | np.uint32(0x8000)
    x = np.concatenate([raw, ties, np.array([0, 1 << 31, 0x7F800000, 0x7F7FFFFF], np.uint32)])
    x = x[~np.isnan(x.view(np.float32))]
    rounded = gguf.quants.quantize(x.view(np.float32).reshape(1, -1), Type.BF16)
    return [x.tolist(), rounded.view(np.uint16).reshape(-1).tolist()]


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    golden = {
        "gguf": make_gguf(random),
        "safetensors": make_safetensors(random),
        "bfloat16": make_bfloat16(),
    }
    make_blocks(np.random.default_rng(SEED + 2))
    text = json.dumps(golden, separators=(",", ":")) + "\n"
    (OUT / "expected.json").write_text(text)
    manifest = {
        "script": "reference/weights_goldens.py",
        "seed": SEED,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "gguf": version("gguf"),
        "safetensors": version("safetensors"),
    }
    (OUT / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
