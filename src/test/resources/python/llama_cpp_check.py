"""Computes with an exported GGUF file as llama.cpp does; asked and answered in JSON.

python llama_cpp_check.py MODEL.gguf [ADAPTER.gguf]   standard input: {"ids": [...]}

Prints {"logits": [...]}, those of all positions one after another. Needs llama-cpp-python 0.3.36.
Keys and values are kept in f32, so that nothing but the order of sums is different.
"""

import json
import sys

from llama_cpp import Llama

F32 = 0  # of ggml's types

ids = json.load(sys.stdin)["ids"]
model = Llama(
    sys.argv[1],
    lora_path=sys.argv[2] if len(sys.argv) > 2 else None,
    n_ctx=256,
    n_threads=1,
    n_threads_batch=1,
    logits_all=True,
    type_k=F32,
    type_v=F32,
    verbose=False,
)
model.eval(ids)
print(json.dumps({"logits": model.scores[: len(ids)].astype(float).flatten().tolist()}))
