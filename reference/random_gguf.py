"""Writes a GGUF file of a Llama shape with random weights, to measure how fast programs read and write with it.

    python reference/random_gguf.py OUT.gguf --tokenizer MODEL.gguf [--hidden 2048] [--layers 16]
        [--heads 32] [--kv-heads 8] [--intermediate 8192] [--vocabulary 128256]

The defaults are the shape of Llama 3.2 1B. Matrices are Q4_1, embeddings (and head, the same) Q8_0, norms
F32, as in the SmolLM2 file that the project is measured with; the tokenizer is taken from MODEL.gguf and
filled up with tokens that nothing uses. Needs gguf 0.17 or later and numpy.
"""
import argparse

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter

GROUP = 32  # numbers a block of Q4_1 and of Q8_0
UNUSED = 5  # llama.cpp's token type


def blocks(rng, rows, columns, scales, bytes_each):
    """Rows of blocks: half floats first, then random bytes."""
    count = rows * columns // GROUP
    head = np.tile(np.array(scales, dtype=np.float16).view(np.uint8), (count, 1))
    tail = rng.integers(0, 256, (count, bytes_each), dtype=np.uint8)
    return np.hstack([head, tail]).reshape(rows, -1)


def q4_1(rng, rows, columns):
    step = 2 * columns ** -0.5 / 15
    return blocks(rng, rows, columns, [step, -7.5 * step], GROUP // 2)


def q8_0(rng, rows, columns):
    return blocks(rng, rows, columns, [columns ** -0.5 / 128], GROUP)


def tokenizer(writer, path, vocabulary):
    for name, field in GGUFReader(path).fields.items():
        if not name.startswith("tokenizer."):
            continue
        value = field.contents()
        if name == "tokenizer.ggml.tokens":
            value = value + [f"<unused_{i}>" for i in range(vocabulary - len(value))]
        elif name == "tokenizer.ggml.token_type":
            value = value + [UNUSED] * (vocabulary - len(value))
        elif name == "tokenizer.ggml.scores":
            value = value + [0.0] * (vocabulary - len(value))
        if isinstance(value, list):
            writer.add_array(name, value)
        else:
            writer.add_key_value(name, value, GGUFValueType(field.types[0]))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out")
    p.add_argument("--tokenizer", required=True)
    for name, value in (("hidden", 2048), ("layers", 16), ("heads", 32), ("kv-heads", 8),
                        ("intermediate", 8192), ("vocabulary", 128256), ("seed", 1)):
        p.add_argument("--" + name, type=int, default=value)
    a = p.parse_args()
    rng = np.random.default_rng(a.seed)
    writer = GGUFWriter(a.out, "llama")
    writer.add_context_length(8192)
    writer.add_embedding_length(a.hidden)
    writer.add_block_count(a.layers)
    writer.add_feed_forward_length(a.intermediate)
    writer.add_head_count(a.heads)
    writer.add_head_count_kv(a.kv_heads)
    writer.add_rope_dimension_count(a.hidden // a.heads)
    writer.add_rope_freq_base(500_000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(a.vocabulary)
    tokenizer(writer, a.tokenizer, a.vocabulary)

    def matrix(name, rows, columns):
        writer.add_tensor(name + ".weight", q4_1(rng, rows, columns), raw_dtype=GGMLQuantizationType.Q4_1)

    def norm(name):
        writer.add_tensor(name + ".weight", np.ones(a.hidden, dtype=np.float32))

    writer.add_tensor("token_embd.weight", q8_0(rng, a.vocabulary, a.hidden), raw_dtype=GGMLQuantizationType.Q8_0)
    small = a.hidden // a.heads * a.kv_heads
    for i in range(a.layers):
        block = f"blk.{i}."
        norm(block + "attn_norm")
        matrix(block + "attn_q", a.hidden, a.hidden)
        matrix(block + "attn_k", small, a.hidden)
        matrix(block + "attn_v", small, a.hidden)
        matrix(block + "attn_output", a.hidden, a.hidden)
        norm(block + "ffn_norm")
        matrix(block + "ffn_gate", a.intermediate, a.hidden)
        matrix(block + "ffn_up", a.intermediate, a.hidden)
        matrix(block + "ffn_down", a.hidden, a.intermediate)
    norm("output_norm")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main()
