"""Ask with inspect_ai: `python ask_inspect.py QUESTIONS BASE_URL CONCURRENCY`.

Lean settings, in its favour: no display, no scoring, no log in real time.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from inspect_ai import Task
from inspect_ai import eval as evaluate
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig, get_model
from inspect_ai.solver import generate


def main(questions: list[str], base_url: str, concurrency: int) -> int:
    """How many questions were answered."""
    config = GenerateConfig(
        temperature=0.0, max_tokens=64, max_connections=concurrency, cache_prompt=False
    )
    model = get_model("openai-api/bench/m", base_url=base_url, api_key="k", config=config)
    samples = [Sample(input=question, target="") for question in questions]
    with tempfile.TemporaryDirectory() as folder:
        (log,) = evaluate(
            Task(dataset=MemoryDataset(samples), solver=generate()),
            model=model,
            display="none",
            log_level="warning",
            log_dir=folder,
            log_realtime=False,
            log_images=False,
            score=False,
            max_samples=concurrency,
        )
        return sum(bool(sample.output.completion) for sample in log.samples or ())


if __name__ == "__main__":
    path, address, limit = sys.argv[1:]
    print(main(json.loads(Path(path).read_text(encoding="utf-8")), address, int(limit)))
