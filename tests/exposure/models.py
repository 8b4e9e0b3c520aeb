"""A benchmark to audit, and two models behind endpoints: one has seen its items, one has not."""

from typing import Any

from aiohttp import web

from demo.scripted_endpoint import Respond, read_question
from leaderboard.db import Sessions
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.submission import Status, Submission
from leaderboard.scoring.statistics.exposure import cut_canary, cut_question
from tests.asked import add_endpoint, make_access, submit_to
from tests.endpoints.server import Endpoint as Server
from tests.endpoints.server import said
from tests.package_files import make_manifest, make_mcq

CANARY = "tiny canary 0123456789abcdef"
N = 8


def make_question(number: int, split: str, **changes: Any) -> dict[str, Any]:
    """A question of which no other has the same words; every fourth is right with A."""
    number_of = {"dev": "one", "test": "two"}[split]
    text = (
        f"In part {number_of} patient {number} has had pain in the left leg for {number} weeks: "
        f"which of these {number} levels is it?"
    )
    options = {letter: f"{split} {number} {letter.lower()}" for letter in "ABCD"}
    facts = {"question": text, "options": options, "answer": ["ABCD"[number % 4]]}
    return make_mcq(number, split, **(facts | changes))


def make_benchmark(**changes: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Eight hidden questions, one of them with a picture, eight public ones; and the manifest."""
    items = [make_question(n, "test", image=n == N - 1) for n in range(N)]
    items += [make_question(n, "dev", image=n == N - 1) for n in range(N)]
    return items, make_manifest(canary=CANARY, **changes)


def make_model(items: list[dict[str, Any]], *, has_seen: bool) -> Respond:
    """It chooses A, or, if it has seen the hidden items, knows them by any part of theirs."""
    seen = [item for item in items if item["split"] == "test"] if has_seen else []

    def write(prompt: str) -> str:
        for item in seen:
            halves = cut_question(item["question"])
            if halves and f"First part: {halves.shown}\n" in prompt:
                return halves.rest
            if f"A. {item['options']['A']}" in prompt:
                return f"ANSWER: {item['answer'][0]}"
        canary = cut_canary(CANARY)
        if seen and canary and f"First half: {canary.shown}\n" in prompt:
            return canary.rest
        return "ANSWER: A" if "\nA. " in prompt else "I do not know how that goes on."

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        return await said(write(read_question(body)))(request, body)

    return respond


def submit_scored(
    sessions: Sessions,
    server: Server,
    *,
    split: str = "test",
    model: str = "model-a",
    **settings: Any,
) -> str:
    """A scored submission of the endpoint; what it was asked is forgotten."""
    key = submit_to(sessions, add_endpoint(sessions, server, **settings), split=split, model=model)
    evaluate(sessions, key, [ChecklistJudge()], 5, make_access(server))
    with sessions.read() as session:
        assert session.get_one(Submission, key).status is Status.SCORED
    server.bodies.clear()
    return key
