"""Counts the tokens of made-up chat lines with four real tokenizers, for the test of the estimate
that is used where the tokenizer of an upstream server is not here.

Made with tokenizers 0.23.3, mistral-common 1.13.1 (which brings along its models' tokenizers) and
sentencepiece 0.2.3; never run by the build:

    python reference/token_counts.py SMOLLM2_FOLDER src/test/resources/golden/upstream
"""
import json
import os
import sys

import mistral_common
import sentencepiece
from mistral_common.tokens.tokenizers.tekken import Tekkenizer
from tokenizers import Tokenizer

from made_up_texts import CORPUS

MORE = [
    "ok", "lol", "yes", "no problem :)", "haha stop it", "omg 😂😂😂", "see you at 7:30?",
    "IDK, ASK YOUR BROTHER", "https://example.com/a/b?x=1&y=Zz9_k#top", "+49 30 1234567",
    "Kommst du noch? Ich hätte Überraschungen für die Größeren ;)", "hmmmmm not sure tbh",
    "Πού είσαι; Σε περιμένουμε όλοι", "Tea's ready, don't be late!!!", "(╯°□°)╯︵ ┻━┻",
    "👨‍👩‍👧‍👦 family dinner 🎂👍🏽❤️", "1,299.00 € or 1.300,50 $?", "a\nb\n\nc", "  two  blanks  ",
]


def main():
    folder, out = sys.argv[1:3]
    data = os.path.join(os.path.dirname(mistral_common.__file__), "data")
    smol = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    v1 = sentencepiece.SentencePieceProcessor(model_file=os.path.join(data, "tokenizer.model.v1"))
    v3 = sentencepiece.SentencePieceProcessor(
        model_file=os.path.join(data, "mistral_instruct_tokenizer_240323.model.v3"))
    tekken = Tekkenizer.from_file(os.path.join(data, "tekken_240911.json"))
    count = {
        "SmolLM2": lambda s: len(smol.encode(s, add_special_tokens=False).ids),
        "Mistral 7B v0.1": lambda s: len(v1.encode(s)),
        "Mistral 7B v0.3": lambda s: len(v3.encode(s)),
        "Mistral Nemo": lambda s: len(tekken.encode(s, False, False)),
    }
    lines = [line for line in CORPUS.strip().split("\n") if line.strip()] + MORE
    rows = [{"text": t, "tokens": {name: f(t) for name, f in count.items()}} for t in lines]
    with open(os.path.join(out, "token-counts.json"), "w", encoding="utf-8") as file:
        json.dump(rows, file, ensure_ascii=False, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
