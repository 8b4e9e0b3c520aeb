"""A model endpoint without a model: answers by a seeded rule from the question's text alone.

`python -m demo.scripted_endpoint` serves the chat completions API on loopback and prints its base
URL. It stands in for a model where none is installed, and for slow and faulty servers in bench/.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
import re
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

HOST = "127.0.0.1"
MODEL = "scripted-rule"
LABEL = "Scripted answer: a rule wrote this, no model."
HEADINGS = (
    "Structured Imaging Report",
    "AI-Assisted Diagnosis",
    "Treatment Recommendations",
    "Risk & Prognosis Management",
    "Reasoning & Disclaimer",
)
MAX_REQUEST_BYTES = 64 * 1024 * 1024

_OPTION = re.compile(r"^([A-J])[.)] ", re.MULTILINE)

Respond = Callable[[web.Request, Any], Awaitable[web.StreamResponse]]


def write_answer(question: str, seed: int) -> str:
    """A letter among the lettered options, else a report that says nothing; always the same."""
    letters = sorted(set(_OPTION.findall(question)))
    if letters:
        digest = hashlib.sha256(f"{seed}:{question}".encode()).digest()
        return f"{LABEL}\nANSWER: {letters[digest[0] % len(letters)]}"
    return "\n\n".join(f"## {heading}\n{LABEL}" for heading in HEADINGS)


def read_question(body: Any) -> str:
    """The texts of the last message; pictures are not looked at."""
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part["type"] == "text")


def make_completion(text: str, *, model: str = MODEL, question: str = "") -> dict[str, Any]:
    """A chat completion; a token counts as four characters."""
    n_prompt, n_completion = len(question) // 4, len(text) // 4
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": n_prompt,
            "completion_tokens": n_completion,
            "total_tokens": n_prompt + n_completion,
        },
    }


def make_application(respond: Respond) -> web.Application:
    """An application that hands the decoded body of each chat completion to `respond`."""

    async def complete(request: web.Request) -> web.StreamResponse:
        return await respond(request, msgspec.json.decode(await request.read()))

    application = web.Application(client_max_size=MAX_REQUEST_BYTES)
    application.router.add_post("/v1/chat/completions", complete)
    return application


def make_rule(seed: int, latency: tuple[float, float], fault_share: float) -> Respond:
    """Answer after a while between the two seconds of `latency`; a share of requests gets a 500."""
    chance = random.Random(seed)

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        await asyncio.sleep(chance.uniform(*latency))
        if chance.random() < fault_share:
            return web.json_response({"error": {"message": "a scripted fault"}}, status=500)
        question = read_question(body)
        completion = make_completion(write_answer(question, seed), question=question)
        return web.Response(body=msgspec.json.encode(completion), content_type="application/json")

    return respond


async def serve(application: web.Application, port: int) -> None:
    """Serve on loopback until cancelled; the first line printed is the base URL."""
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port, backlog=1024).start()
        print(f"http://{HOST}:{runner.addresses[0][1]}/v1", flush=True)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def main(arguments: list[str]) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m demo.scripted_endpoint", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument(
        "--seed", type=int, default=0, help="a different seed gives different answers"
    )
    parser.add_argument(
        "--latency", type=float, nargs=2, default=(0.0, 0.0), metavar="SECONDS", help="from, to"
    )
    parser.add_argument("--faults", type=float, default=0.0, help="share of requests that get 500")
    options = parser.parse_args(arguments)
    rule = make_rule(options.seed, tuple(options.latency), options.faults)
    try:
        asyncio.run(serve(make_application(rule), options.port))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
