#!/bin/sh
# Chat templates of well-known models leave out whole messages of a valid chat, without an error.
#
# Version: templates in trl 1.16.0 (copies of the models' own), rendered with jinja2 3.1.6 and the
#   settings of transformers (trim_blocks, lstrip_blocks, sandbox). Seen 2026-11-30.
# Source: the templates themselves, trl/chat_templates/*.jinja: roles they do not know fall through
#   an if chain; deepseek_r1_distill keeps the last system message, gptoss the first; qwen3 sets
#   content that is a list to ""; idefics3 loops over content as parts, and characters are none.
# For whoever evaluates models: a judge's instruction sent as "developer", or split over two system
#   messages, or a question sent in the other of the two legal shapes of content, can be gone, and
#   the model answers something. llama.cpp's server (xllamacpp 2026.10.11549) renames "developer"
#   and turns shapes, but loses the same one of two system messages.
# SpineBench: sends one system message, first, and never "developer" (leaderboard/judges/prompt.py,
#   manner.py); the connection test and a judge's self-check read real answers before anything counts.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet jinja2==3.1.6
"$work/venv/bin/pip" install --quiet --no-deps trl==1.16.0
cd "$work"
"$work/venv/bin/python" - <<'END'
import sysconfig
from pathlib import Path

import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

FOLDER = Path(sysconfig.get_paths()["purelib"], "trl", "chat_templates")
QUESTION = {"role": "user", "content": "QUESTION"}
PARTS = {"role": "user", "content": [{"type": "text", "text": "QUESTION"}]}
FIRST, SECOND = ({"role": "system", "content": word} for word in ("ONE", "TWO"))
CHATS = {
    "developer": [{"role": "developer", "content": "ONE"}, QUESTION],
    "two system messages": [FIRST, SECOND, QUESTION],
    "text as a string": [QUESTION],
    "text as a list of parts": [PARTS],
}
EXPECTED = {
    "developer": "cohere2 deepseek_r1_distill deepseekv3 glm4moe phi3 phi3_5 qwen2_5 qwen3",
    "two system messages": "deepseek_r1_distill gptoss",
    "text as a string": "idefics3",
    "text as a list of parts": "qwen3",
}


def render(name, messages):
    """The prompt; None where the template refuses."""
    place = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols])
    place.globals |= {"raise_exception": lambda words: 1 / 0, "strftime_now": lambda form: "today"}
    try:
        template = place.from_string((FOLDER / f"{name}.jinja").read_text())
        return template.render(messages=messages, add_generation_prompt=True, bos_token="", eos_token="")
    except Exception:
        return None


changed = False
for kind, messages in CHATS.items():
    words = [word for word in ("ONE", "TWO", "QUESTION") if word in str(messages)]
    for name in EXPECTED[kind].split():
        prompt = render(name, messages)
        lost = [word for word in words if prompt is not None and word not in prompt]
        print(f"{kind}, {name}: lost {lost}")
        changed = changed or not lost
raise SystemExit("The behaviour has changed." if changed else 0)
END
