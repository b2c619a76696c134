"""Loads a model folder with transformers and writes the logits of token ids, one line a token.

    python folder_logits.py FOLDER ID ID ...
"""
import sys

import torch
import transformers

folder, ids = sys.argv[1], [int(word) for word in sys.argv[2:]]
model, loading = transformers.AutoModelForCausalLM.from_pretrained(
    folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
assert not loading["missing_keys"] and not loading["unexpected_keys"] and not loading["mismatched_keys"], loading
with torch.no_grad():
    for row in model(input_ids=torch.tensor([ids])).logits[0]:
        print(*("%.6g" % value for value in row))
