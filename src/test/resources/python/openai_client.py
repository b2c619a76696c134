"""Asks a server with OpenAI's own client, and checks every answer.

Called by OpenAiClientTest with the server's address and key; the model behind it always writes
"So far so good.", four tokens.
"""

import sys

import openai

url, key = sys.argv[1:]
client = openai.OpenAI(base_url=url + "/v1", api_key=key, max_retries=0)
HI = [{"role": "user", "content": "hi"}]
TEXT = "So far so good."


def chat(**more):
    return client.chat.completions.create(model="anna-1", messages=HI, **more)


def refused(error, call, **expected):
    try:
        call()
    except error as e:
        for name, value in expected.items():
            assert getattr(e, name) == value, (name, getattr(e, name))
    else:
        raise AssertionError(f"no {error.__name__}")


# conversations
answer = chat(temperature=0.2, stop=["\n"], metadata={"person": "Kim"})
assert answer.choices[0].message.content == TEXT
assert answer.choices[0].message.role == "assistant"
assert answer.choices[0].finish_reason == "stop"
assert answer.usage.total_tokens == answer.usage.prompt_tokens + 4
assert answer.model == "anna-1" and answer.object == "chat.completion"
again = [HI[0], answer.choices[0].message.model_dump(), HI[0]]
assert client.chat.completions.create(model="org/base", messages=again).model == "org/base"

# streams
chunks = list(chat(stream=True, stream_options={"include_usage": True}))
text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
assert text == TEXT
assert chunks[0].choices[0].delta.role == "assistant"
assert chunks[-2].choices[0].finish_reason == "stop"
assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 4
assert all(c.usage is None for c in chunks[:-1])
with client.chat.completions.stream(model="anna-1", messages=HI, n=2, seed=1) as stream:
    stream.until_done()
    final = stream.get_final_completion()
assert [c.message.content for c in final.choices] == [TEXT, TEXT]

# several answers, seeds, logprobs, lengths
several = chat(n=3, seed=7, logprobs=True, top_logprobs=2, max_completion_tokens=2)
assert [c.index for c in several.choices] == [0, 1, 2]
assert {c.finish_reason for c in several.choices} == {"length"}
tokens = several.choices[0].logprobs.content
assert [t.token for t in tokens] == ["So", " far"]
assert tokens[0].logprob == -0.25 and len(tokens[0].top_logprobs) == 2
assert bytes(tokens[1].bytes).decode() == " far"

# what vLLM added, through the client's door for it
chat(extra_body={"repetition_penalty": 1.2, "top_k": 5, "min_p": 0.1, "truncation": "auto"})

# texts
texts = client.completions.create(model="anna-1", prompt=["a", "b"], n=2, echo=True)
assert [c.text for c in texts.choices] == ["a" + TEXT] * 2 + ["b" + TEXT] * 2
ids = client.completions.create(model="anna-1", prompt=[1, 2], logprobs=1, max_tokens=1)
assert ids.choices[0].logprobs.tokens == ["So"]
parts = client.completions.create(model="anna-1", prompt="a", stream=True)
assert "".join(p.choices[0].text for p in parts) == TEXT

# models
assert [m.id for m in client.models.list()] == ["anna-1", "org/base"]
assert client.models.retrieve("org/base").id == "org/base"
refused(openai.NotFoundError, lambda: client.models.retrieve("other"), code="model_not_found")

# errors
refused(openai.BadRequestError, lambda: chat(temperature=3), param="temperature")
refused(openai.BadRequestError, lambda: chat(tools=[]), code="unsupported_parameter")
refused(openai.BadRequestError, lambda: chat(extra_body={"x": 1}), code="unknown_parameter")
refused(
    openai.BadRequestError,
    lambda: client.completions.create(model="anna-1", prompt="x" * 2000),
    code="context_length_exceeded",
)
stranger = openai.OpenAI(base_url=url + "/v1", api_key="wrong" * 5, max_retries=0)
refused(openai.AuthenticationError, lambda: list(stranger.models.list()))
print("ok")
