"""Golden files for the model: tiny random models of each family, saved by transformers, with their
logits, the gradients of a LoRA adapter, and ten training losses.

    pip install torch==2.10.0 transformers==5.24.0 peft==0.21.2 safetensors
    python reference/model_goldens.py src/test/resources/golden/model

Deterministic: seed 7, one thread, f32, eager attention.
"""
import json, os, sys
import torch, transformers, peft
from safetensors.torch import save_file

OUT = sys.argv[1]
SHAPE = dict(vocab_size=160, hidden_size=48, intermediate_size=80, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=128, rms_norm_eps=1e-5, attn_implementation="eager")
FAMILIES = {
    "llama": transformers.LlamaConfig(**SHAPE, tie_word_embeddings=True, rope_theta=10000.0),
    "llama3": transformers.LlamaConfig(**SHAPE, head_dim=16, tie_word_embeddings=False, rope_parameters={
        "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 16}),
    "mistral": transformers.MistralConfig(**SHAPE, sliding_window=6, tie_word_embeddings=False),
}
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def build(name, config):
    torch.manual_seed(7)
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    for p in model.parameters():
        if p.dim() > 1:
            torch.nn.init.normal_(p, std=0.15)
        else:
            torch.nn.init.uniform_(p, 0.7, 1.3)
    folder = os.path.join(OUT, name)
    model.save_pretrained(folder)
    for extra in ("generation_config.json",):
        if os.path.exists(os.path.join(folder, extra)):
            os.remove(os.path.join(folder, extra))
    ids = torch.randint(0, config.vocab_size, (1, 40))
    scored = torch.zeros(40, dtype=torch.bool)
    scored[9:15] = True
    scored[21:33] = True
    golden = {"ids": ids[0].to(torch.int32), "scored": scored.to(torch.uint8)}
    with torch.no_grad():
        golden["logits"] = model(input_ids=ids).logits[0]
        golden["logits_first_24"] = model(input_ids=ids[:, :24]).logits[0]
    lora = peft.get_peft_model(model, peft.LoraConfig(r=4, lora_alpha=8, lora_dropout=0.0, target_modules=TARGETS,
                                                      task_type="CAUSAL_LM"))
    for n, p in lora.named_parameters():
        if "lora_B" in n:
            torch.nn.init.normal_(p, std=0.05)
    lora.save_pretrained(os.path.join(folder, "adapter"))
    with torch.no_grad():
        golden["adapter_logits"] = lora(input_ids=ids).logits[0]
    labels = torch.where(scored, ids[0], torch.tensor(-100))[None]
    trained = [p for p in lora.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=5e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
    losses = []
    for step in range(10):
        logits = lora(input_ids=ids).logits[0, :-1]
        loss = torch.nn.functional.cross_entropy(logits, labels[0, 1:], ignore_index=-100)
        loss.backward()
        if step == 0:
            for n, p in lora.named_parameters():
                if p.grad is not None:
                    golden["grad." + n.replace(".default", "")] = p.grad.clone()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    golden["losses"] = torch.tensor(losses, dtype=torch.float32)
    save_file({k: v.contiguous() for k, v in golden.items()}, os.path.join(folder, "golden.safetensors"))


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name, config in FAMILIES.items():
        build(name, config)
        readme = os.path.join(OUT, name, "adapter", "README.md")
        if os.path.exists(readme):
            os.remove(readme)
        path = os.path.join(OUT, name, "adapter", "adapter_config.json")
        text = json.load(open(path))
        text["base_model_name_or_path"] = "tiny-" + name
        json.dump(text, open(path, "w"), indent=1)
    manifest = {"script": "reference/model_goldens.py", "seed": 7, "torch": torch.__version__,
                "transformers": transformers.__version__, "peft": peft.__version__}
    json.dump(manifest, open(os.path.join(OUT, "manifest.json"), "w"), indent=1)
