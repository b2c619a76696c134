"""Records what an OpenAI-compatible server really answers, for the tests of `--upstream`.

Start a server on this machine with a small model, then, once for each server:

    python reference/record_upstream.py http://127.0.0.1:PORT NAME MODEL \
        --version VERSION --command "HOW IT WAS STARTED" [--key KEY] [--long WORDS]

writes src/test/resources/golden/upstream/NAME/*.http (the status line, the headers and the body
as they came, chunked encoding taken off) and manifest.json beside them. All texts in the requests
are made up here. Python's standard library only; never run by the build.
"""
import argparse
import datetime
import http.client
import json
import os
import platform
import sys
import urllib.parse

CHAT = [
    {"role": "system", "content": "Ada writes to her friend Bo."},
    {"role": "user", "content": "Tea at four?"},
]
PROMPT = (
    "<|im_start|>system\nAda writes to her friend Bo.<|im_end|>\n"
    "<|im_start|>user\nTea at four?<|im_end|>\n<|im_start|>assistant\n"
)


def cases(model, long_words):
    greedy = {"model": model, "temperature": 0, "seed": 7, "max_tokens": 12}
    usage = {"stream": True, "stream_options": {"include_usage": True}}
    chat = "/v1/chat/completions"
    text = "/v1/completions"
    long_text = "tea " * long_words
    return {
        "models": ("GET", "/v1/models", None),
        "version": ("GET", "/version", None),
        "props": ("GET", "/props", None),
        "info": ("GET", "/info", None),
        "api-version": ("GET", "/api/version", None),
        "chat": ("POST", chat, {**greedy, "messages": CHAT}),
        "chat-stream": ("POST", chat, {**greedy, "messages": CHAT, **usage}),
        "chat-logprobs": (
            "POST",
            chat,
            {**greedy, "messages": CHAT, **usage, "logprobs": True, "top_logprobs": 2},
        ),
        "chat-emoji": (
            "POST",
            chat,
            {
                **greedy,
                **usage,
                "max_tokens": 40,
                "messages": [
                    {"role": "user", "content": "Say exactly: Früh ☕ и поздно 🎂👩‍👩‍👧 今日は"}
                ],
            },
        ),
        "completions": ("POST", text, {**greedy, "prompt": PROMPT}),
        "completions-stream": ("POST", text, {**greedy, "prompt": PROMPT, **usage}),
        "completions-stop": (
            "POST",
            text,
            {**greedy, "prompt": PROMPT, **usage, "max_tokens": 40, "stop": [".", "!"]},
        ),
        "completions-logprobs": (
            "POST",
            text,
            {**greedy, "prompt": PROMPT, **usage, "logprobs": 2},
        ),
        "completions-ids": (
            "POST",
            text,
            {**greedy, "prompt": [1, 9690, 198, 2, 198, 1, 520, 9531, 198], **usage},
        ),
        "extensions": (
            "POST",
            chat,
            {
                **greedy,
                "messages": CHAT,
                **usage,
                "top_k": 20,
                "min_p": 0.05,
                "repetition_penalty": 1.1,
                "repeat_penalty": 1.1,
            },
        ),
        "unknown-model": ("POST", chat, {**greedy, "model": "no-such", "messages": CHAT}),
        "unknown-model-completions": (
            "POST",
            text,
            {**greedy, "model": "no-such", "prompt": PROMPT, **usage},
        ),
        "too-long": (
            "POST",
            chat,
            {**greedy, "messages": [{"role": "user", "content": long_text}], **usage},
        ),
        "too-long-completions": ("POST", text, {**greedy, "prompt": long_text, **usage}),
        "wrong-key": ("POST", chat, {**greedy, "messages": CHAT}),
        "wrong-type": ("POST", chat, {**greedy, "messages": CHAT, "temperature": "warm"}),
        "no-such-path": ("POST", "/v1/none", {}),
    }


def record(base, method, path, body, key):
    url = urllib.parse.urlsplit(base)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=300)
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    if key:
        headers["Authorization"] = "Bearer " + key
    data = None if body is None else json.dumps(body).encode()
    connection.request(method, path, data, headers)
    reply = connection.getresponse()
    content = reply.read()
    lines = [f"HTTP/1.1 {reply.status} {reply.reason}"]
    for name, value in reply.getheaders():
        if name.lower() not in ("transfer-encoding", "content-length", "connection", "keep-alive"):
            lines.append(f"{name}: {value}")
    connection.close()
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + content, reply.status


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("base")
    arguments.add_argument("name")
    arguments.add_argument("model")
    arguments.add_argument("--version", required=True)
    arguments.add_argument("--command", required=True)
    arguments.add_argument("--key", default="")
    arguments.add_argument("--long", type=int, default=1500, help="words of the prompt too long")
    arguments.add_argument("--skip", default="", help="cases left out, comma-separated")
    arguments.add_argument("--hide", default="", help="path of this machine, written as MODEL")
    given = arguments.parse_args()
    folder = os.path.join("src/test/resources/golden/upstream", given.name)
    os.makedirs(folder, exist_ok=True)
    requests = {}
    for case, (method, path, body) in cases(given.model, given.long).items():
        if case in given.skip.split(","):
            continue
        key = "wrong" if case == "wrong-key" else given.key
        try:
            whole, status = record(given.base, method, path, body, key)
        except (OSError, http.client.HTTPException) as e:
            print(f"{case}: {e}", file=sys.stderr)
            continue
        if given.hide:
            whole = whole.replace(given.hide.encode(), b"MODEL")
        with open(os.path.join(folder, case + ".http"), "wb") as out:
            out.write(whole)
        fields = None if body is None else {k: v for k, v in body.items() if k != "model"}
        if case.startswith("too-long"):
            fields = f"'tea ' {given.long} times"
        requests[case] = {"method": method, "path": path, "body": fields, "status": status}
        print(case, status, len(whole))
    manifest = {
        "server": given.name,
        "version": given.version,
        "command": given.command,
        "model": given.model.replace(given.hide, "MODEL") if given.hide else given.model,
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        "requests": requests,
    }
    with open(os.path.join(folder, "manifest.json"), "w", encoding="utf-8") as out:
        json.dump(manifest, out, indent=1, ensure_ascii=False)
        out.write("\n")


if __name__ == "__main__":
    main()
