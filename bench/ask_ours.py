"""Ask with our engine: `python -m bench.ask_ours QUESTIONS BASE_URL CONCURRENCY`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from leaderboard.endpoints.engine.address import read_policy
from leaderboard.endpoints.engine.progress import ItemOutcome, Progress
from leaderboard.endpoints.engine.requests import ItemRequest, Message
from leaderboard.endpoints.engine.run import collect
from leaderboard.endpoints.engine.settings import Budget, EndpointSettings


def main(questions: list[str], base_url: str, concurrency: int) -> int:
    """How many questions were answered."""
    answered: list[str] = []

    def sink(batch: Sequence[ItemOutcome], progress: Progress) -> None:
        answered.extend(outcome.key for outcome in batch if outcome.prediction)

    collect(
        EndpointSettings(
            base_url=base_url, model="m", key="k", max_tokens=64, concurrency=concurrency
        ),
        [ItemRequest(str(n), (Message("user", (q,)),)) for n, q in enumerate(questions)],
        sink,
        Budget(),
        lambda: False,
        n_total=len(questions),
        policy=read_policy([base_url.split("/")[2]], allow_http=False),
    )
    return len(answered)


if __name__ == "__main__":
    path, address, limit = sys.argv[1:]
    print(main(json.loads(Path(path).read_text(encoding="utf-8")), address, int(limit)))
