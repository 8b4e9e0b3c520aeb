"""Who uses the site meanwhile: teams that send their work until it is taken, and readers."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import requests

from bench.drill.work import Kind, Piece

ANSWER_SECONDS = 30.0
PAUSE_SECONDS = 0.15
RETRY_SECONDS = 1.0
PUBLIC = (
    *("/", "/?measured=1", "/benchmarks", "/api/v1/benchmarks", "/judges"),
    *("/api/v1/rankings/tiny/test", "/healthz"),
)
NO_ANSWER = "no answer"


@dataclass
class Seen:
    """What visitors got: how often each status, and what nobody should ever get."""

    statuses: Counter[str] = field(default_factory=Counter)
    defects: list[str] = field(default_factory=list)
    dropped: list[tuple[float, str]] = field(default_factory=list)
    longest: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, answer: requests.Response | None, seconds: float) -> None:
        """Count an answer; None where the connection gave none."""
        with self._lock:
            self.longest = max(self.longest, seconds)
            if answer is None:
                self.statuses[NO_ANSWER] += 1
                self.dropped.append((time.monotonic(), what))
                return
            kept = "as of" if answer.headers.get("Age") and answer.ok else ""
            self.statuses[f"{answer.status_code} {kept}".strip()] += 1
            is_put_off = answer.status_code == 503 and "Retry-After" in answer.headers
            if answer.status_code >= 500 and not is_put_off:
                self.defects.append(f"{answer.status_code} {what}: {answer.text[:300]!r}")


class Visitors:
    """Threads that visit until `end`; each asks one web machine, and the other if it is gone."""

    def __init__(self, urls: Sequence[str], seed: int) -> None:
        self.seen = Seen()
        self.sent: dict[str, str] = {}
        self._urls = list(urls)
        self._seed = seed
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []

    def read(self, n: int, tokens: Mapping[str, str], work: Sequence[Piece]) -> None:
        """Begin to read: public pages, models' pages, and teams' own submissions."""
        for number in range(n):
            chance = random.Random(f"{self._seed}-reader-{number}")
            self._start(partial(self._go_on_reading, chance, tokens, work))

    def send(
        self, work: Sequence[Piece], tokens: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> None:
        """Begin to send these, each in a thread, until it is taken."""
        for piece in work:
            header = {"Authorization": f"Bearer {tokens[piece.person]}"}
            chance = random.Random(f"{self._seed}-{piece.model}")
            endpoint = endpoints.get(piece.model)
            self._start(partial(self._send_one, piece, header, endpoint, chance))

    def end(self) -> None:
        """Wait until all have gone."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _start(self, work: Callable[[], object]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _ask(
        self, chance: random.Random, method: str, path: str, **options: Any
    ) -> requests.Response | None:
        """An answer from either web machine, over a new connection; None if neither gives one."""
        urls = chance.sample(self._urls, len(self._urls))
        for url in urls:
            begun, answer = time.monotonic(), None
            options["headers"] = {**options.get("headers", {}), "Connection": "close"}
            with suppress(requests.RequestException), requests.Session() as session:
                session.trust_env = False
                session.cookies.update(options.pop("cookies", {}))
                answer = session.request(
                    method, url + path, timeout=ANSWER_SECONDS, allow_redirects=False, **options
                )
            self.seen.note(f"{method} {url}{path}", answer, time.monotonic() - begun)
            if answer is not None:
                return answer
        return None

    def _go_on_reading(
        self, chance: random.Random, tokens: Mapping[str, str], work: Sequence[Piece]
    ) -> None:
        while not self._ended.wait(PAUSE_SECONDS):
            sent = list(self.sent.items())
            kinds = chance.random()
            if kinds < 0.6 or not sent:
                self._ask(chance, "GET", chance.choice(PUBLIC))
            elif kinds < 0.8:
                self._ask(chance, "GET", f"/models/{chance.choice(sent)[0]}")
            else:
                model, key = chance.choice(sent)
                person = next(piece.person for piece in work if piece.model == model)
                header = {"Authorization": f"Bearer {tokens[person]}"}
                self._ask(chance, "GET", f"/api/v1/submissions/{key}", headers=header)

    def _send_one(
        self,
        piece: Piece,
        header: Mapping[str, str],
        endpoint: str | None,
        chance: random.Random,
    ) -> None:
        fields = {"benchmark": "tiny", "split": "test", "model": piece.model}
        while not self._ended.is_set():
            found = self._find_sent(piece, header, chance)
            if found is not None:
                self.sent[piece.model] = found
                return
            options: dict[str, Any] = {"data": fields, "headers": header}
            if piece.kind is Kind.ENDPOINT:
                options["data"] = {**fields, "endpoint": endpoint}
            else:
                options["files"] = {"file": ("predictions.jsonl", piece.content)}
            answer = self._ask(chance, "POST", "/api/v1/submissions", **options)
            if answer is not None and answer.status_code == 201:
                self.sent[piece.model] = answer.json()["id"]
                return
            if answer is not None and answer.status_code not in (409, 429, 503):
                self.seen.defects.append(f"{answer.status_code} to an upload: {answer.text[:300]}")
            self._ended.wait(RETRY_SECONDS)

    def _find_sent(
        self, piece: Piece, header: Mapping[str, str], chance: random.Random
    ) -> str | None:
        """Whether it was taken, though the answer was lost: a team looks before it sends again."""
        answer = self._ask(chance, "GET", "/api/v1/submissions?limit=200", headers=header)
        if answer is None or not answer.ok:
            return None
        rows = answer.json()["submissions"]
        return next((str(row["id"]) for row in rows if row["model"] == piece.model), None)
