"""Writes what Hugging Face renders from the chat templates in golden/text/templates, and what
jinja2 makes of little templates, each with one feature.

Made with transformers 5.24.0, jinja2 3.1.6, tokenizers 0.23.3 (see templates/manifest.json).
Run after tokenizer_goldens.py; never run by the build:

    python reference/template_goldens.py src/test/resources/golden/text

The templates are written for this project to do what those of the model families do.
"""
import datetime
import glob
import json
import os
import sys

import jinja2
import tokenizers
import transformers
from tokenizers import Tokenizer
from transformers.utils import chat_template_utils as hf

DAY = datetime.datetime(2026, 3, 7, 9, 5, 4)

# template: bos, eos, and the tiny tokenizer whose control tokens it writes
FAMILIES = {
    "chatml": ("<|im_start|>", "<|im_end|>", "smollm"),
    "zephyr": ("<s>", "</s>", "llama2"),
    "llama3": ("<|begin_of_text|>", "<|eot_id|>", "llama3"),
    "llama32": ("<|begin_of_text|>", "<|eot_id|>", "llama3"),
    "mistral02": ("<s>", "</s>", "llama2"),
    "mistral03": ("<s>", "</s>", "mistral"),
    "qwen2": ("", "<|im_end|>", "qwen2"),
    "qwen3": ("", "<|im_end|>", "qwen2"),
    "phi3": ("<s>", "<|endoftext|>", "llama2"),
    "gemma": ("<bos>", "<eos>", "metaspace"),
    "marked": ("<|im_start|>", "<|im_end|>", "smollm"),
}

S, U, A = "system", "user", "assistant"
CONVERSATIONS = [
    [(U, "Are you coming over tonight?")],
    [(U, "Are you coming over tonight?"), (A, "Sure, at 7:30!")],
    [(S, "Two friends: Me and Ada."), (U, "Tea?"), (A, "Always.")],
    [(S, "Two friends: Me and Ada."), (U, "Tea?"), (A, "Always."), (U, "And cake?"), (A, "Two pieces 🎂")],
    [(U, "  blanks around  "), (A, " and here \n"), (U, "\ttab"), (A, "ok")],
    [(U, "Привет, ты где?"), (A, "今日は早く帰るね\nсейчас"), (U, "👨‍👩‍👧‍👦 😂"), (A, "हाँ 👍🏽")],
    [(U, "one\ntwo\n\nthree"), (A, "four\n\nfive")],
    [(U, "code: {{ 1 + 1 }} {% if x %} {# no #}"), (A, "$ echo '<b>' & \"quote\" \\n")],
    [(A, "I go first"), (U, "fine")],
    [(U, "a"), (U, "b"), (A, "c"), (A, "d")],
    [(U, "a"), (A, "b"), (S, "late system")],
]

SNIPPETS = [
    "{{ 1 + 2 * 3 ** 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** -1 }}",
    "{{ 1.0 }} {{ 1e3 }} {{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1.5e-7 }} {{ 3.0 * 2 }} {{ 10 / 5 }}",
    "{{ true }} {{ False }} {{ none }} {{ undefined_name }}|{{ [1, 'a', none, true] }} {{ {'k': 'v', 1: [2]} }}",
    "{{ 'a' 'b' ~ 1 ~ none ~ true }} {{ 'x' * 3 }} {{ 'it\\'s' }} {{ \"tab\\there\" }} {{ '\\u00e9\\x41' }}",
    "{{ ['it\\'s', 'say \"x\"', 'a\\nb'] }}",
    "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ 'a' < 'b' }} {{ [1] == [1] }} {{ {'a': 1} == {'a': 1} }}",
    "{{ 'b' in 'abc' }} {{ 'x' not in 'abc' }} {{ 2 in [1, 2] }} {{ 'k' in {'k': 1} }}",
    "{{ not true }} {{ not not 1 }} {{ 0 or 'x' }} {{ '' and 1 }}| {{ none or false }}",
    "{{ 'yes' if 1 else 'no' }} {{ 'yes' if 0 }}| {{ 'a' if false else 'b' if false else 'c' }}",
    "{{ 'abcdef'[1:3] }} {{ 'abcdef'[-2:] }} {{ 'abcdef'[::-1] }} {{ [1,2,3,4][1:] }} {{ [1,2,3,4][::2] }} {{ 'abc'[5:] }}|",
    "{{ 'añ😂b'[2] }} {{ 'añ😂b'[-1] }} {{ 'añ😂b'[1:3] }} {{ 'añ😂b' | length }}",
    "{{ items[0].name }} {{ items[-1]['name'] }} {{ items[9] }}| {{ items[0].missing }}|",
    "{{ items | map(attribute='name') | join(', ') }} {{ items | map('length') | list }}",
    "{{ items | selectattr('age', 'gt', 30) | map(attribute='name') | list }}",
    "{{ items | selectattr('name', 'equalto', 'Bo') | list | length }} {{ items | rejectattr('age') | list | length }}",
    "{{ [1, 0, 2, ''] | select | list }} {{ [1, 2, 3] | select('odd') | list }} {{ [1, 2, 3] | reject('odd') | list }}",
    "{{ '  x ' | trim }}| {{ 'xxaxx' | trim('x') }} {{ 'aBc' | upper }} {{ 'aBc' | lower }} {{ 'hello wORLD-foo' | title }}",
    "{{ 'hELLO wORLD' | capitalize }} {{ \"they're bill's\".title() }} {{ \"they're bill's\" | title }}",
    "{{ 'a-b-c' | replace('-', '+') }} {{ 'a-b-c' | replace('-', '+', 1) }} {{ 'a-b-c'.replace('-', '') }}",
    "{{ [3, 1, 2] | first }} {{ [3, 1, 2] | last }} {{ 'abc' | first }} {{ [] | first }}| {{ 'abc' | list }}",
    "{{ [3, 1, 2] | sort }} {{ ['b', 'A', 'c'] | sort }} {{ [1, 2] | reverse | list }} {{ 'abc' | reverse }}",
    "{{ ['a', 'A', 'b'] | unique | list }} {{ [1, 2, 3] | sum }} {{ [3, 1] | min }} {{ [3, 1] | max }}",
    "{{ '42' | int + 1 }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ 3.9 | int }} {{ '1.5' | float }} {{ -3 | abs }} {{ 2.567 | round(1) }}",
    "{{ 5 | string ~ 'x' }} {{ none | string }} {{ 2.5 | round }} {{ 3.5 | round }}",
    "{{ missing | default('d') }} {{ '' | default('d') }}| {{ '' | default('d', true) }} {{ none | d('x') }}",
    "{{ {'a': 1, 'b': [true, none, 'é\"<&>']} | tojson }}",
    "{{ {'a': 1, 'b': [1, {}]} | tojson(indent=2) }} {{ [] | tojson(indent=2) }} {{ 'x\\ny' | tojson }} {{ 1.0 | tojson }}",
    "{{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }} {% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k }}{{ v }}{% endfor %} {{ ({'b': 1} | items | list)[0][1] }}",
    "{{ 'a\\nb\\n\\nc' | indent }}| {{ 'a\\nb' | indent(2, true) }}| {{ 'a\\n\\nb' | indent(width=1, blank=true) }}|",
    "{{ missing is defined }} {{ 1 is defined }} {{ none is none }} {{ missing is none }} {{ missing is undefined }}",
    "{{ 'a' is string }} {{ 1 is string }} {{ 1 is number }} {{ true is number }} {{ true is boolean }} {{ 1 is boolean }}",
    "{{ {} is mapping }} {{ [] is mapping }} {{ [] is iterable }} {{ 1 is iterable }} {{ 'a' is sequence }} {{ {} is sequence }}",
    "{{ 1 is integer }} {{ 1.0 is integer }} {{ true is integer }} {{ 1.0 is float }} {{ 4 is even }} {{ 4 is odd }} {{ 9 is divisibleby 3 }}",
    "{{ 'a' is in ['a'] }} {{ 1 is not string }} {{ 'a' is eq 'a' }} {{ 1 is lt 2 }} {{ true is true }} {{ 1 is true }} {{ 'ab' is lower }}",
    "{% for i in range(3) %}{{ loop.index }}/{{ loop.length }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{% for i in [] %}x{% else %}none{% endfor %} {% for i in [1, 2, 3, 4] if i % 2 == 0 %}{{ loop.index0 }}:{{ i }} {% endfor %}",
    "{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }};{% endfor %} {{ {'a': 1}.get('a') }} {{ {'a': 1}.get('b', 'no') }} {{ {'a': 1}.get('b') }}",
    "{% for a in [1, 2, 3] %}{% if a == 2 %}{% continue %}{% endif %}{% if a == 3 %}{% break %}{% endif %}{{ a }}{% endfor %}",
    "{% for a in 'xyz' %}{{ loop.previtem }}<{{ a }}>{{ loop.nextitem }} {{ loop.revindex }} {{ loop.first }} {{ loop.cycle('o', 'e') }};{% endfor %}",
    "{% for a in [1, 2] %}{% for b in [3, 4] %}{{ loop.depth }}{{ a }}{{ b }} {% endfor %}{% endfor %}",
    "{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}",
    "{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }} {% set t = (1, 2) %}{{ t[0] }} {% if x is not defined %}{% set x = 5 %}{% endif %}{{ x }}",
    "{% set block %}a{{ 1 + 1 }}b{% endset %}[{{ block }}] {% set up | upper %}abc{% endset %}{{ up }}",
    "{% macro m(a, b='B') %}<{{ a }}{{ b }}>{% endmacro %}{{ m('x') }}{{ m('x', 'y') }}{{ m(b='q', a='p') }}",
    "{% macro fact(n) %}{% if n <= 1 %}1{% else %}{{ n * (fact(n - 1) | int) }}{% endif %}{% endmacro %}{{ fact(6) }}",
    "{% if a %}A{% elif items %}B{% else %}C{% endif %} {% if false %}x{% elif false %}y{% else %}z{% endif %}",
    "a\n{% if true %}\nb\n{% endif %}\nc\n", "a\n   {% if true %}\n  b\n   {%- endif %}\nc", "  {{- ' x ' -}}  \n y",
    "a {#- comment -#} b {# c #} d\n{# line #}\ne", "  {%+ if true %}x{% endif %}", "x{% raw %}{{ not }} {% this %}{% endraw %}y",
    "{% if true +%}\nx{% endif %}", "a\n\n{% set x = 1 %}\n\nb\n\n", "{%- for i in [1, 2] -%}\n {{ i }} \n{%- endfor -%}\n\n",
    "{{ ' a b '.strip() }} {{ 'xxa'.lstrip('x') }} {{ 'a  '.rstrip() }}| {{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }}",
    "{{ 'a,b,c'.split(',', 1) }} {{ 'x</think>y'.split('</think>')[-1] }} {{ 'a b c'.rsplit(' ', 1) }} {{ 'a b c d'.split(none, 2) }}",
    "{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abc'.upper() }} {{ '-'.join(['a', 'b']) }} {{ 'abcb'.find('b') }} {{ 'abcb'.count('b') }}",
    "{{ 'a\\nb\\r\\nc'.splitlines() }} {{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.txt'.removesuffix('.txt') }}",
    "{{ strftime_now('%d %b %Y %B %A %H:%M:%S %y %m %j %p %I %-d %%') }}",
    "{{ (1, 2, 3) | length }} {{ [[1, 2], [3]] | map('first') | list }} {{ [1, 2] + [3] }} {{ dict(a=1) }} {{ range(1, 7, 2) | list }}",
    "{{ items | map(attribute='nick', default='?') | list }} {{ 'a' ~ ('b' if true) }} {{ (1 + 2) * 3 }} {{ -2 ** 2 }} {{ 5 - -3 }}",
    "{% generation %}x{{ 1 }}{% endgeneration %}y",
    # what jinja2 refuses
    "{{ missing.attribute }}", "{{ missing['x'] }}", "{{ 'a' + 1 }}", "{{ 1 < 'a' }}", "{{ none.x.y }}", "{{ 'abc' | nofilter }}",
    "{{ 1 is notest }}", "{% if %}{% endif %}", "{{ 1 +", "{% for x in 5 %}{% endfor %}", "{{ raise_exception('no') }}", "{{ 1 / 0 }}",
    "{% unknown %}", "{{ missing() }}", "{% if true %}x", "{{ 'a'.append('b') }}", "{% set x.y = 1 %}",
]
VALUES = {"items": [{"name": "Ada", "age": 36}, {"name": "Bo", "age": 17, "nick": "B"}]}


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return DAY


def render(source, **values):
    return hf._compile_jinja_template(source).render(**values)


def conversation(source, turns, bos, eos, prompt):
    messages = [{"role": r, "content": c} for r, c in turns]
    try:
        return render(source, messages=messages, add_generation_prompt=prompt, bos_token=bos, eos_token=eos,
                      tools=None, documents=None, enable_thinking=False)
    except jinja2.TemplateError:
        return None


def main():
    out = sys.argv[1]
    hf.datetime = Clock
    folder = os.path.join(out, "templates")
    for path in sorted(glob.glob(os.path.join(folder, "*.jinja"))):
        name = os.path.basename(path)[:-len(".jinja")]
        bos, eos, tokenizer = FAMILIES[name]
        source = open(path, encoding="utf-8", newline="").read()
        t = Tokenizer.from_file(os.path.join(out, tokenizer, "tokenizer.json"))
        cases = []
        for turns in CONVERSATIONS:
            for prompt in (False, True):
                text = conversation(source, turns, bos, eos, prompt)
                cases.append({"lines": turns, "prompt": prompt, "text": text,
                              "ids": None if text is None else t.encode(text, add_special_tokens=False).ids})
        write(os.path.join(folder, name + ".json"), {"bos": bos, "eos": eos, "tokenizer": tokenizer, "cases": cases})
    snippets = []
    for source in SNIPPETS:
        try:
            snippets.append({"template": source, "text": render(source, **VALUES)})
        except Exception as e:  # what jinja2 and Python refuse in their many ways
            snippets.append({"template": source, "error": type(e).__name__})
    write(os.path.join(folder, "snippets.json"), {"values": VALUES, "snippets": snippets})
    write(os.path.join(folder, "manifest.json"), {
        "script": "reference/template_goldens.py", "transformers": transformers.__version__, "jinja2": jinja2.__version__,
        "tokenizers": tokenizers.__version__, "now": DAY.isoformat(), "seed": "none: nothing here is random"})


def write(path, value):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f, ensure_ascii=True, separators=(",", ":"))
        f.write("\n")


main()
