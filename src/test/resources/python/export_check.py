"""Loads exported folders as transformers does; asked and answered in JSON.

python export_check.py FOLDER   standard input: {"ids": [...], "texts": [...], "chats": [...]}

Prints {"logits": [...], "texts": [[ids], ...], "chats": [[ids], ...]}; a part that was not asked
for is left out. Needs transformers 5.24 and torch 2.10.
"""

import json
import sys

asked = json.load(sys.stdin)
answer = {}
if "ids" in asked:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32)
    with torch.no_grad():
        answer["logits"] = model(torch.tensor([asked["ids"]])).logits[0].flatten().tolist()
if "texts" in asked or "chats" in asked:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
    answer["texts"] = [
        tokenizer.encode(text, add_special_tokens=False) for text in asked.get("texts", [])
    ]
    answer["chats"] = [
        tokenizer.apply_chat_template(
            [{"role": role, "content": content} for role, content in chat],
            add_generation_prompt=True,
            return_dict=False,
        )
        for chat in asked.get("chats", [])
    ]
print(json.dumps(answer))
