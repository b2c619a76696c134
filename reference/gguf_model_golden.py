"""Golden files for loading models from GGUF: one tiny llama as a Hugging Face folder and as GGUF files.

    pip install torch==2.10.0 transformers==5.24.0 safetensors gguf==0.19.0
    python reference/gguf_model_golden.py src/test/resources/golden/model/gguf

Rows of q and k are permuted as llama.cpp's converter does it; sizes are multiples of 32 for Q8_0, norms stay F32.
`rope.gguf` carries divisors of the rotary speeds, the way llama.cpp stores Llama 3's scaling.
Deterministic: seed 11, one thread, f32, eager attention.
"""
import json, math, os, sys
import gguf, numpy, torch, transformers
from safetensors.torch import save_file

OUT = sys.argv[1]
LAYERS, HEADS, KV = 2, 4, 2
PARTS = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
         "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}
LLAMA3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
          "high_freq_factor": 4.0, "original_max_position_embeddings": 32}


def config(**more):
    return transformers.LlamaConfig(
        vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=LAYERS, num_attention_heads=HEADS,
        num_key_value_heads=KV, max_position_embeddings=128, rms_norm_eps=1e-5, attn_implementation="eager",
        tie_word_embeddings=False, **more)


def gguf_name(name):
    fixed = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
             "lm_head.weight": "output.weight"}
    if name in fixed:
        return fixed[name]
    layer, part = name.removeprefix("model.layers.").removesuffix(".weight").split(".", 1)
    return "blk.%s.%s.weight" % (layer, PARTS[part])


def interleaved(weight, heads):
    """Partners of a rotary pair side by side instead of in the two halves of a head."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def permuted(name, weight):
    heads = HEADS if "q_proj" in name else KV if "k_proj" in name else 0
    return interleaved(weight, heads) if heads else weight


def write(name, weights, quantised, divisors=None):
    writer = gguf.GGUFWriter(os.path.join(OUT, name), "llama")
    writer.add_context_length(128)
    writer.add_embedding_length(32)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(64)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    for key, weight in weights.items():
        if quantised and weight.ndim > 1:
            packed = gguf.quants.quantize(permuted(key, weight), gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(gguf_name(key), packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(gguf_name(key), numpy.ascontiguousarray(permuted(key, weight)))
    if divisors is not None:
        writer.add_tensor("rope_freqs.weight", divisors)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def llama3_divisors(size):
    """What llama.cpp's converter stores: by how much each pair of a head is slowed."""
    low = LLAMA3["original_max_position_embeddings"] / LLAMA3["low_freq_factor"]
    high = LLAMA3["original_max_position_embeddings"] / LLAMA3["high_freq_factor"]
    divisors = []
    for i in range(size // 2):
        wave = 2 * math.pi * LLAMA3["rope_theta"] ** (2 * i / size)
        if wave < high:
            divisors.append(1.0)
        elif wave > low:
            divisors.append(LLAMA3["factor"])
        else:
            smooth = (LLAMA3["original_max_position_embeddings"] / wave - 1) / 3
            divisors.append(1 / ((1 - smooth) / LLAMA3["factor"] + smooth))
    return numpy.array(divisors, dtype=numpy.float32)


def rounded(weight):
    packed = gguf.quants.quantize(weight, gguf.GGMLQuantizationType.Q8_0)
    return gguf.quants.dequantize(packed, gguf.GGMLQuantizationType.Q8_0)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(11)
    os.makedirs(OUT, exist_ok=True)
    model = transformers.AutoModelForCausalLM.from_config(config(), dtype=torch.float32)
    for p in model.parameters():
        if p.dim() > 1:
            torch.nn.init.normal_(p, std=0.2)
        else:
            torch.nn.init.uniform_(p, 0.7, 1.3)
    model.save_pretrained(OUT)
    os.remove(os.path.join(OUT, "generation_config.json"))
    weights = {k: v.detach().numpy().copy() for k, v in model.state_dict().items()}
    ids = torch.randint(0, 64, (1, 48))
    golden = {"ids": ids[0].to(torch.int32)}
    with torch.no_grad():
        golden["logits"] = model(input_ids=ids).logits[0]
        stretched = transformers.AutoModelForCausalLM.from_config(config(rope_parameters=LLAMA3), dtype=torch.float32)
        stretched.load_state_dict(model.state_dict())
        golden["rope_logits"] = stretched(input_ids=ids).logits[0]
        for p in model.parameters():
            if p.dim() > 1:
                p.copy_(torch.from_numpy(rounded(p.numpy())))
        golden["q8_logits"] = model(input_ids=ids).logits[0]
    save_file({k: v.contiguous() for k, v in golden.items()}, os.path.join(OUT, "golden.safetensors"))
    write("f32.gguf", weights, False)
    write("rope.gguf", weights, False, llama3_divisors(8))
    write("q8_0.gguf", weights, True)
    manifest = {"script": "reference/gguf_model_golden.py", "seed": 11, "torch": torch.__version__,
                "transformers": transformers.__version__, "gguf": "0.19.0"}
    json.dump(manifest, open(os.path.join(OUT, "manifest.json"), "w"), indent=1)
