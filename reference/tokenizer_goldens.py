"""Writes the golden files of the tokenizers: tiny vocabularies of each family with the ids that
Hugging Face's tokenizers and SentencePiece give for made-up strings.

Made with Python 3, tokenizers 0.23.3, sentencepiece 0.2.3, gguf 0.19.0 (see manifest.json beside
the files). Never run by the build:

    python reference/tokenizer_goldens.py src/test/resources/golden/text
"""
import collections
import io
import json
import os
import sys

import gguf
import sentencepiece
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from made_up_texts import CORPUS, TORTURE

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
VOCABULARY = 900


def lines():
    return CORPUS.split("\n")


def common_lines():
    """The corpus with its 180 most frequent characters only. The trainer's own limit breaks ties by
    chance, and the files would differ from run to run."""
    counts = collections.Counter("".join(lines()))
    kept = set(sorted(counts, key=lambda c: (-counts[c], c))[:180])
    return ["".join(c if c in kept else " " for c in line) for line in lines()]


def byte_level(pre, specials, plain=(), normalizer=None, ignore_merges=False):
    t = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer:
        t.normalizer = normalizer
    t.pre_tokenizer = pre
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(lines(), trainers.BpeTrainer(
        vocab_size=VOCABULARY, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    t.add_special_tokens([AddedToken(s, normalized=False, special=True) for s in specials])
    t.add_tokens([AddedToken(s, normalized=False, special=False) for s in plain])
    return t


def smollm():
    return byte_level(
        pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                 pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]),
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])


def llama3():
    return byte_level(
        pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
                                 pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]),
        ["<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        ignore_merges=True)


def qwen2():
    return byte_level(
        pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN2), "isolated"),
                                 pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]),
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], plain=["<tool_call>", "</tool_call>"],
        normalizer=normalizers.NFC())


def characters(specials, normalizer, pre, decoder, metaspace_first=False):
    """A vocabulary of characters with byte tokens, trained on words that begin with the blank sign."""
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    trained.train_from_iterator(common_lines(), trainers.BpeTrainer(
        vocab_size=VOCABULARY, show_progress=False, special_tokens=["<unk>"]))
    model = json.loads(trained.to_str())["model"]
    first = ["<unk>", "<s>", "</s>"] + specials + [f"<0x{i:02X}>" for i in range(256)]
    pieces = first + [p for p in model["vocab"] if p not in first]
    t = Tokenizer(models.BPE(
        vocab={p: i for i, p in enumerate(pieces)}, merges=[tuple(m) for m in model["merges"]],
        unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if normalizer:
        t.normalizer = normalizer
    if pre:
        t.pre_tokenizer = pre
    t.decoder = decoder
    t.add_special_tokens([AddedToken(s, normalized=False, special=True) for s in ["<unk>", "<s>", "</s>"] + specials])
    return t


def sentencepiece_decoder():
    return decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                              decoders.Strip(" ", 1, 0)])


def llama2():
    return characters([], normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), None,
                      sentencepiece_decoder())


def mistral():
    return characters(["[INST]", "[/INST]"], None,
                      pre_tokenizers.Metaspace(prepend_scheme="first", split=False), sentencepiece_decoder())


def metaspace():
    return characters([], None, pre_tokenizers.Metaspace(prepend_scheme="always", split=True),
                      decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="always")]))


def without_specials(t):
    described = json.loads(t.to_str())
    described["added_tokens"] = [a for a in described["added_tokens"] if not a["special"]]
    return Tokenizer.from_str(json.dumps(described))


def cases(t):
    plain = without_specials(t)
    out = []
    for text in TORTURE:
        # tokenizers numbers added tokens anew where some were taken out
        ids = [t.token_to_id(plain.id_to_token(i)) for i in plain.encode(text, add_special_tokens=False).ids]
        out.append({"text": text, "ids": ids, "decoded": t.decode(ids, skip_special_tokens=True),
                    "controls": t.encode(text, add_special_tokens=False).ids})
    return out


def write(path, value):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=True, separators=(",", ":"))
        f.write("\n")


def tokenizer_json(out, name, t, pairs):
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    described = json.loads(t.to_str())
    if not pairs:  # the older of the two ways to write merges
        described["model"]["merges"] = [" ".join(m) for m in described["model"]["merges"]]
    write(os.path.join(folder, "tokenizer.json"), described)
    write(os.path.join(folder, "cases.json"), cases(t))


def gguf_file(path, family, pre, tokens, types, merges=None, scores=None, ends=(0, 0), prefix=None,
              architecture="llama"):
    w = gguf.GGUFWriter(path, architecture)
    w.add_tokenizer_model(family)
    w.add_tokenizer_pre(pre)
    w.add_token_list(tokens)
    w.add_token_types(types)
    if merges:
        w.add_token_merges(merges)
    if scores:
        w.add_token_scores(scores)
    w.add_bos_token_id(ends[0])
    w.add_eos_token_id(ends[1])
    if prefix is not None:
        w.add_add_space_prefix(prefix)
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def gguf_byte_level(out, name, pre, t):
    described = json.loads(t.to_str())
    ids = dict(described["model"]["vocab"])
    types = {}
    for a in described["added_tokens"]:
        ids[a["content"]] = a["id"]
        types[a["id"]] = gguf.TokenType.CONTROL if a["special"] else gguf.TokenType.USER_DEFINED
    tokens = sorted(ids, key=ids.get)
    end = ids.get("<|im_end|>", ids.get("<|eot_id|>"))
    gguf_file(os.path.join(out, name + ".gguf"), "gpt2", pre, tokens,
              [types.get(i, gguf.TokenType.NORMAL) for i in range(len(tokens))],
              merges=[" ".join(m) for m in described["model"]["merges"]], ends=(end, end), prefix=False)


def gguf_sentencepiece(out):
    """The ids here are SentencePiece's own."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines()), model_writer=model, model_type="bpe", vocab_size=900, byte_fallback=True,
        character_coverage=0.98, normalization_rule_name="identity", remove_extra_whitespaces=False,
        num_threads=1, minloglevel=2, max_sentencepiece_length=12)
    sp = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    size = sp.get_piece_size()
    types = [gguf.TokenType.UNKNOWN if sp.is_unknown(i) else gguf.TokenType.CONTROL if sp.is_control(i)
             else gguf.TokenType.BYTE if sp.is_byte(i) else gguf.TokenType.NORMAL for i in range(size)]
    gguf_file(os.path.join(out, "sentencepiece.gguf"), "llama", "default", [sp.id_to_piece(i) for i in range(size)],
              types, scores=[sp.get_score(i) for i in range(size)], ends=(1, 2), prefix=True)
    # SentencePiece ends a text at U+0000, and takes the sign itself for a blank as we do
    out_cases = [{"text": s, "ids": sp.encode(s), "decoded": sp.decode(sp.encode(s))}
                 for s in TORTURE if "\0" not in s]
    write(os.path.join(out, "sentencepiece.cases.json"), out_cases)


def gguf_gemma(out):
    """As Gemma's: no blank before a text, runs of line breaks and of blanks as tokens that users define."""
    runs = ["\n" * n for n in range(1, 5)] + ["▁" * n for n in range(2, 6)] + ["\t", "\t\t", "</div>"]
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines()), model_writer=model, model_type="bpe", vocab_size=900, byte_fallback=True,
        character_coverage=0.98, normalization_rule_name="identity", remove_extra_whitespaces=False, num_threads=1,
        minloglevel=2, max_sentencepiece_length=12, add_dummy_prefix=False, pad_id=0, eos_id=1, bos_id=2, unk_id=3,
        pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>", control_symbols=["<start_of_turn>", "<end_of_turn>"],
        user_defined_symbols=runs)
    sp = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    pieces = [sp.id_to_piece(i) for i in range(sp.get_piece_size())]
    types = [gguf.TokenType.UNKNOWN if sp.is_unknown(i) else gguf.TokenType.CONTROL if sp.is_control(i)
             else gguf.TokenType.BYTE if sp.is_byte(i) else gguf.TokenType.USER_DEFINED if p in runs
             else gguf.TokenType.NORMAL for i, p in enumerate(pieces)]
    # llama.cpp's converter writes the blanks of tokens that users define as blanks
    tokens = [p.replace("▁", " ") if p in runs else p for p in pieces]
    gguf_file(os.path.join(out, "gemma.gguf"), "llama", "default", tokens, types,
              scores=[sp.get_score(i) for i in range(len(pieces))], ends=(2, 1), prefix=False, architecture="gemma3")
    more = ["a  b   c      d", "\n\n\n\n\n\n", "x\t\ty </div> z", " one", "  ", "▁▁ sign"]
    write(os.path.join(out, "gemma.cases.json"), [
        {"text": s, "ids": sp.encode(s), "decoded": sp.decode(sp.encode(s))} for s in TORTURE + more if "\0" not in s])


def main():
    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    byte = {"smollm": smollm(), "llama3": llama3(), "qwen2": qwen2()}
    for name, t in byte.items():
        tokenizer_json(out, name, t, pairs=name != "qwen2")
    for name, t in {"llama2": llama2(), "mistral": mistral(), "metaspace": metaspace()}.items():
        tokenizer_json(out, name, t, pairs=name != "llama2")
    gguf_byte_level(out, "smollm", "smollm", byte["smollm"])
    gguf_byte_level(out, "llama3", "llama-bpe", byte["llama3"])
    gguf_byte_level(out, "qwen2", "qwen2", byte["qwen2"])
    gguf_sentencepiece(out)
    gguf_gemma(out)
    with open(os.path.join(out, "manifest.json"), "w") as f:
        json.dump({"script": "reference/tokenizer_goldens.py", "tokenizers": tokenizers.__version__,
                   "sentencepiece": sentencepiece.__version__, "gguf": "0.19.0", "seed": "none: nothing here is random",
                   "vocabulary": VOCABULARY}, f, indent=1)
        f.write("\n")


main()
