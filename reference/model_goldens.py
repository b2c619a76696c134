"""Golden files for the model: tiny random models of each family, saved by transformers, with their
logits, the gradients of a LoRA adapter, and ten training losses.

    pip install torch==2.10.0 transformers==5.24.0 peft==0.21.2 safetensors gguf==0.19.0
    python reference/model_goldens.py src/test/resources/golden/model

Families with little in common with llama are smaller, have weights that are exact in bf16, and lie beside their folder's
files as `model.gguf` too, under the names and with the changes that llama.cpp's converter makes.
Deterministic: seed 7, one thread, f32, eager attention.
"""
import json, os, sys
import gguf, numpy, torch, transformers, peft
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
SMALL = dict(vocab_size=96, hidden_size=32, intermediate_size=64, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=128, rms_norm_eps=1e-6, attn_implementation="eager")
IDS = dict(pad_token_id=0, bos_token_id=1, eos_token_id=2)
SMALL_FAMILIES = {
    "llama_bias": transformers.LlamaConfig(**SMALL, num_hidden_layers=2, attention_bias=True, mlp_bias=True,
                                           tie_word_embeddings=False),
    "qwen2": transformers.Qwen2Config(**SMALL, num_hidden_layers=2, tie_word_embeddings=True),
    "qwen2_window": transformers.Qwen2Config(**SMALL, num_hidden_layers=3, tie_word_embeddings=False,
                                             use_sliding_window=True, sliding_window=6, max_window_layers=1),
    "qwen3": transformers.Qwen3Config(**SMALL, num_hidden_layers=2, head_dim=16, tie_word_embeddings=True),
    "gemma3": transformers.Gemma3TextConfig(
        **SMALL, **IDS, num_hidden_layers=4, head_dim=16, query_pre_attn_scalar=24, sliding_window=6,
        layer_types=["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={"full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 1000000.0},
                         "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}),
    "phi3": transformers.Phi3Config(**SMALL, **IDS, num_hidden_layers=2, sliding_window=6, tie_word_embeddings=False),
}
FUSED = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def start(model, config):
    """Numbers that no part of the model hides: norms and biases that change something."""
    for name, p in model.named_parameters():
        if p.dim() > 1 or name.endswith(".bias"):
            torch.nn.init.normal_(p, std=0.15)
        elif config.model_type == "gemma3_text":
            torch.nn.init.uniform_(p, -0.3, 0.3)
        else:
            torch.nn.init.uniform_(p, 0.7, 1.3)


def build(name, config, small):
    torch.manual_seed(7)
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    start(model, config)
    folder = os.path.join(OUT, name)
    if small:
        with torch.no_grad():
            for p in model.parameters():
                p.copy_(p.bfloat16())
        weights = {k: v for k, v in model.state_dict().items() if k != "lm_head.weight" or not config.tie_word_embeddings}
        model.save_pretrained(folder, state_dict={k: v.bfloat16() for k, v in weights.items()})
        if not getattr(config, "use_sliding_window", False):  # no key of GGUF says which layers have one
            write_gguf(os.path.join(folder, "model.gguf"), config, weights)
    else:
        model.save_pretrained(folder)
    for extra in ("generation_config.json",):
        if os.path.exists(os.path.join(folder, extra)):
            os.remove(os.path.join(folder, extra))
    ids = torch.randint(0, config.vocab_size, (1, 40))
    scored = torch.zeros(40, dtype=torch.bool)
    scored[9:15] = True
    scored[21:33] = True
    golden = {"ids": ids[0].to(torch.int32), "scored": scored.to(torch.uint8),
              "parameters": torch.tensor([model.num_parameters()], dtype=torch.int32)}
    with torch.no_grad():
        golden["logits"] = model(input_ids=ids).logits[0]
        golden["logits_first_24"] = model(input_ids=ids[:, :24]).logits[0]
    lora = peft.get_peft_model(model, peft.LoraConfig(r=4, lora_alpha=8, lora_dropout=0.0, task_type="CAUSAL_LM",
                                                      target_modules=FUSED if name == "phi3" else TARGETS))
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


PARTS = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.qkv_proj": "attn_qkv", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
         "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
         "mlp.gate_up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm",
         "post_attention_layernorm": "ffn_norm"}
GEMMA_PARTS = {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
               "post_feedforward_layernorm": "post_ffw_norm"}


def gguf_name(name, gemma):
    fixed = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
             "lm_head.weight": "output.weight"}
    if name in fixed:
        return fixed[name]
    layer, part = name.removeprefix("model.layers.").split(".", 1)
    part, kind = part.rsplit(".", 1)
    return "blk.%s.%s.%s" % (layer, {**PARTS, **(GEMMA_PARTS if gemma else {})}[part], kind)


def write_gguf(path, config, weights):
    """Large tensors in BF16, small ones in F32; q and k of llama permuted, norms of gemma with their 1 added."""
    arch = {"gemma3_text": "gemma3"}.get(config.model_type, config.model_type)
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer = gguf.GGUFWriter(path, arch)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    rope = config.rope_parameters
    if arch == "gemma3":
        writer.add_sliding_window_pattern([kind == "sliding_attention" for kind in config.layer_types])
        writer.add_attention_scale(config.query_pre_attn_scalar ** -0.5)
        writer.add_rope_freq_base_swa(rope["sliding_attention"]["rope_theta"])
        rope = rope["full_attention"]
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    if arch in ("gemma3", "phi3"):
        writer.add_sliding_window(config.sliding_window)
    writer.add_rope_freq_base(rope["rope_theta"])
    for name, weight in weights.items():
        value = weight.numpy()
        heads = 0
        if arch == "llama" and ".q_proj." in name:
            heads = config.num_attention_heads
        if arch == "llama" and ".k_proj." in name:
            heads = config.num_key_value_heads
        if heads:
            value = value.reshape(heads, 2, head // 2, -1).swapaxes(1, 2).reshape(value.shape)
        if arch == "gemma3" and "norm" in name:
            value = value + 1
        if value.ndim > 1:
            packed = gguf.quants.quantize(numpy.ascontiguousarray(value), gguf.GGMLQuantizationType.BF16)
            writer.add_tensor(gguf_name(name, arch == "gemma3"), packed, raw_dtype=gguf.GGMLQuantizationType.BF16)
        else:
            writer.add_tensor(gguf_name(name, arch == "gemma3"), numpy.ascontiguousarray(value))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name, config in {**FAMILIES, **SMALL_FAMILIES}.items():
        build(name, config, name in SMALL_FAMILIES)
        readme = os.path.join(OUT, name, "adapter", "README.md")
        if os.path.exists(readme):
            os.remove(readme)
        path = os.path.join(OUT, name, "adapter", "adapter_config.json")
        text = json.load(open(path))
        text["base_model_name_or_path"] = "tiny-" + name
        text["target_modules"].sort()  # a set in PEFT, in another order each time
        json.dump(text, open(path, "w"), indent=1)
    manifest = {"script": "reference/model_goldens.py", "seed": 7, "torch": torch.__version__,
                "transformers": transformers.__version__, "peft": peft.__version__, "gguf": "0.19.0"}
    json.dump(manifest, open(os.path.join(OUT, "manifest.json"), "w"), indent=1)
