"""Ask with lm-evaluation-harness: `python ask_lm_eval.py QUESTIONS BASE_URL CONCURRENCY`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from datasets import Dataset, DatasetDict
from lm_eval.api.task import ConfigurableTask
from lm_eval.evaluator import simple_evaluate
from lm_eval.models.openai_completions import LocalChatCompletion


def main(questions: list[str], base_url: str, concurrency: int) -> int:
    """How many questions were answered."""
    model = LocalChatCompletion(
        base_url=f"{base_url}/chat/completions",
        model="m",
        tokenizer_backend=None,
        num_concurrent=concurrency,
        max_retries=10,
    )
    rows = DatasetDict(test=Dataset.from_dict({"question": questions}))
    task = ConfigurableTask(
        config={
            "task": "bench",
            "custom_dataset": lambda **_: rows,
            "test_split": "test",
            "output_type": "generate_until",
            "doc_to_text": "{{question}}",
            "doc_to_target": "",
            "generation_kwargs": {"until": [], "max_gen_toks": 64},
            "metric_list": [{"metric": "bypass"}],
        }
    )
    results = simple_evaluate(
        model=model, tasks=[task], apply_chat_template=True, bootstrap_iters=0, log_samples=True
    )
    samples = results["samples"]["bench"] if results else []
    return sum(bool(sample["resps"][0][0]) for sample in samples)


if __name__ == "__main__":
    path, address, limit = sys.argv[1:]
    print(main(json.loads(Path(path).read_text(encoding="utf-8")), address, int(limit)))
