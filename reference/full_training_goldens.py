"""Golden files for training all weights: of the tiny models that reference/model_goldens.py made, the gradient of every
weight by its length and five samples, and ten losses of AdamW over all of them.

    pip install torch==2.10.0 transformers==5.24.0
    python reference/full_training_goldens.py src/test/resources/golden/model

Deterministic: one thread, f32, eager attention. Norms and biases do not decay.
"""
import json, os, sys
import torch, transformers
from safetensors.torch import load_file

ROOT = sys.argv[1]
SAMPLES = 5


def short(value):
    return float("%.6g" % value)


def golden(folder):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    given = load_file(os.path.join(folder, "golden.safetensors"))
    ids = given["ids"].long()[None]
    labels = torch.where(given["scored"].bool(), ids[0], torch.tensor(-100))
    matrices = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    optimiser = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}],
                                  lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    gradients, losses = {}, []
    for step in range(10):
        logits = model(input_ids=ids).logits[0, :-1]
        loss = torch.nn.functional.cross_entropy(logits, labels[1:], ignore_index=-100)
        loss.backward()
        if step == 0:
            for name, p in model.named_parameters():
                flat = p.grad.flatten()
                samples = [short(flat[i * flat.numel() // SAMPLES]) for i in range(SAMPLES)]
                gradients[name] = {"norm": short(flat.norm()), "samples": samples}
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        losses.append(short(loss))
    with open(os.path.join(folder, "full.json"), "w") as out:
        json.dump({"losses": losses, "gradients": gradients}, out, separators=(",", ":"))


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in sorted(os.listdir(ROOT)):
        if os.path.isdir(os.path.join(ROOT, name, "adapter")):
            golden(os.path.join(ROOT, name))
