r"""Scores the rows of `understudy evaluate --rows` with llama.cpp: a GGUF file that was exported, or a
base and an exported adapter, as the programs judge them that people will run them in.

pip install --no-binary llama-cpp-python llama-cpp-python==0.3.36 numpy
understudy evaluate RUN --rows rows.jsonl --scores-only
understudy export RUN --as gguf --type F16 --out clone
python reference/llama_cpp_scores.py --rows rows.jsonl --model clone/model.gguf \
    --expected HOME/runs/RUN/report/heldout.json --within 0.01

Prints one JSON line; ends with 1 where --within is not kept, in all or in any row of 100 tokens or
more. No text is printed but the answer to --ask.
"""

import argparse
import json
import math
import sys
from importlib.metadata import version

import numpy as np
from llama_cpp import Llama

LONG_ROW = 100  # scored tokens; a shorter row's mean loss hangs on a few roundings


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", required=True, help="written by evaluate --rows")
    parser.add_argument("--model", required=True, help="GGUF file of a whole model")
    parser.add_argument("--lora", help="GGUF adapter to use with it")
    parser.add_argument("--expected", help="report/heldout.json of the run")
    parser.add_argument(
        "--key", default="nats_after", help="which of its losses: nats_after or nats_before"
    )
    parser.add_argument("--within", type=float, help="largest relative difference, such as 0.01")
    parser.add_argument("--dataset", help="heldout.jsonl: compare the ids of each conversation too")
    parser.add_argument("--ask", help="a message to answer, through the file's own chat template")
    parser.add_argument(
        "--longest", type=int, default=1 << 20, help="leave out rows of more tokens than this"
    )
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def nats(model: Llama, ids: list[int], scored: list[int]) -> float:
    """Sum over the scored tokens of -ln p(token | those before it)."""
    wanted = [i for i in range(1, len(ids)) if scored[i]]
    model.reset()
    model.eval(ids[: wanted[-1]])
    total = 0.0
    for i in wanted:
        row = model.scores[i - 1].astype(np.float64)
        top = row.max()
        total += top + math.log(np.exp(row - top).sum()) - row[ids[i]]
    return total


def same_ids(model: Llama, path: str, rows: list[dict]) -> dict:
    """How many conversations llama.cpp renders and reads as the run did: its own tokenizer, and the
    chat template of the file in the Jinja of llama-cpp-python."""
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    def literal(token: int) -> str:
        return model.detokenize([token], special=True).decode() if token >= 0 else ""

    formatter = Jinja2ChatFormatter(
        template=model.metadata["tokenizer.chat_template"],
        bos_token=literal(model.token_bos()),
        eos_token=literal(model.token_eos()),
        add_generation_prompt=False,
    )
    equal = texts = 0
    conversations = [json.loads(line) for line in open(path, encoding="utf-8")]
    for row, conversation in zip(rows, conversations, strict=True):
        lines = [{"role": m["role"], "content": m["content"]} for m in conversation["messages"]]
        text = formatter(messages=lines).prompt
        texts += text == conversation["input"]
        equal += model.tokenize(text.encode(), add_bos=False, special=True) == row["ids"]
    return {"conversations": len(rows), "same_text": texts, "same_ids": equal}


def main() -> None:
    asked = arguments()
    everything = [json.loads(line) for line in open(asked.rows, encoding="utf-8")]
    used = [i for i, row in enumerate(everything) if len(row["ids"]) <= asked.longest]
    rows = [everything[i] for i in used]
    longest = max(len(row["ids"]) for row in rows)
    model = Llama(
        asked.model,
        lora_path=asked.lora,
        n_ctx=longest + 1,
        n_batch=512,
        n_threads=asked.threads,
        n_threads_batch=asked.threads,
        logits_all=True,
        verbose=False,
    )
    result = {
        "llama_cpp_python": version("llama-cpp-python"),
        "model": asked.model.rsplit("/", 1)[-1],
        "lora": bool(asked.lora),
    }
    losses = []
    for i, row in enumerate(rows):
        print(f"row {i + 1} of {len(rows)}", end="\r", file=sys.stderr)
        losses.append(nats(model, row["ids"], row["scored"]) if any(row["scored"]) else 0.0)
    tokens = [sum(row["scored"]) for row in rows]
    characters = sum(row["characters"] for row in rows)
    result["own_tokens"] = sum(tokens)
    result["nats_per_token"] = round(sum(losses) / sum(tokens), 5)
    result["bpc"] = round(sum(losses) / math.log(2) / characters, 4)
    passed = True
    if asked.expected:
        with open(asked.expected, encoding="utf-8") as file:
            report = json.load(file)["per_row"]
        if len(report) != len(everything):
            sys.exit("error: the report is of other rows; run evaluate --rows again")
        expected = [report[i][asked.key] for i in used]
        change = [
            mine / theirs - 1 if theirs else 0.0
            for mine, theirs in zip(losses, expected, strict=True)
        ]
        large = [abs(c) for c, n in zip(change, tokens, strict=True) if n >= LONG_ROW]
        result["expected_nats_per_token"] = round(sum(expected) / sum(tokens), 5)
        result["change"] = round(sum(losses) / sum(expected) - 1, 5)
        result["largest_change_of_a_row"] = round(max(map(abs, change)), 5)
        result["of_a_long_row"] = round(max(large, default=0.0), 5)
        if asked.within is not None:
            passed = bool(max(abs(result["change"]), result["of_a_long_row"]) <= asked.within)
            result["pass"] = passed
    if asked.dataset:
        result.update(same_ids(model, asked.dataset, everything))
    if asked.ask:
        model.reset()
        answer = model.create_chat_completion(
            [{"role": "user", "content": asked.ask}], max_tokens=40, temperature=0.0
        )
        result["answer"] = answer["choices"][0]["message"]["content"]
        result["finish"] = answer["choices"][0]["finish_reason"]
    print(json.dumps(result))
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
