"""A tiny random chat model in Hugging Face form for the tests of the packaged program: llama shape,
a byte-level tokenizer trained on a few made-up lines, ChatML as its template.

    pip install torch==2.10.0 transformers==5.24.0 tokenizers==0.23.3 safetensors
    python reference/tiny_chat_model.py src/test/resources/golden/tiny-chat

Deterministic: seed 7, one thread, f32. Every text here was written for this project.
"""
import json, os, sys
import tokenizers, torch, transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

OUT = sys.argv[1]
SEED = 7
SPECIAL = ["<|im_start|>", "<|im_end|>"]
LINES = """
system user assistant
You are Robin, chatting with Kim, your sister. Monday, 4 March 2024.
You are Robin, chatting with Noor, your neighbour. Sunday, 10 March 2024.
are you coming to the lake tomorrow or shall we go on Sunday?
sure, the lake it is, I bring bread and you bring the blue boat
did you feed the cat, and where is the key of the garden house?
the key is under the stone, the cat had two dinners again
soup at seven? I also have plums and far too much rice
soup sounds good, see you at seven, do not forget the plums
kommst du morgen mit an den See oder erst am Sonntag?
klar, ich bringe Brot mit und du bringst das blaue Boot
hast du die Katze gefüttert, und wo liegt der Schlüssel?
der Schlüssel liegt unter dem Stein, die Katze hat zweimal gegessen
""".strip().splitlines()
TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def write(name, value):
    with open(os.path.join(OUT, name), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)
        file.write("\n")


def tokenizer():
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(LINES, trainers.BpeTrainer(
        vocab_size=400, min_frequency=2, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    bpe.save(os.path.join(OUT, "tokenizer.json"), pretty=False)
    write("tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|im_start|>", "eos_token": "<|im_end|>",
        "pad_token": "<|im_end|>", "clean_up_tokenization_spaces": False, "model_max_length": 4096,
        "added_tokens_decoder": {str(bpe.token_to_id(t)): {
            "content": t, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True,
        } for t in SPECIAL}})
    with open(os.path.join(OUT, "chat_template.jinja"), "w", encoding="utf-8") as file:
        file.write(TEMPLATE)
    return bpe


def model(bpe):
    torch.manual_seed(SEED)
    end = bpe.token_to_id("<|im_end|>")
    config = transformers.LlamaConfig(
        vocab_size=bpe.get_vocab_size(), hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=4096, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_theta=10000.0, bos_token_id=bpe.token_to_id("<|im_start|>"), eos_token_id=end, pad_token_id=end)
    llama = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    for p in llama.parameters():
        if p.dim() > 1:
            torch.nn.init.normal_(p, std=0.1)
    llama.save_pretrained(OUT)
    write("generation_config.json", {"eos_token_id": end, "pad_token_id": end})


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    os.makedirs(OUT, exist_ok=True)
    model(tokenizer())
    write("manifest.json", {"script": "reference/tiny_chat_model.py", "seed": SEED, "torch": torch.__version__,
                            "transformers": transformers.__version__, "tokenizers": tokenizers.__version__})
