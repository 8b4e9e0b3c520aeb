"""What a server of API version 1 answers, worked out by hand from the contract."""

from __future__ import annotations

from typing import Any

ME: dict[str, Any] = {
    "user": {"name": "Ada Byron", "email": "ada@example.org"},
    "teams": [{"slug": "north", "name": "Team North"}],
    "quotas": [],
    "day": {"limit": 50, "n_used": 50, "n_left": 0, "next_at": "2026-11-30T05:30:00Z"},
    "token": {
        "name": "laptop",
        "prefix": "abcdefgh",
        "scopes": ["read", "submit"],
        "expires_at": "2027-01-31T00:00:00Z",
    },
}

MINI: dict[str, Any] = {
    "slug": "spinebench-mini",
    "name": "SpineBench-Mini",
    "version": "1.0.0",
    "licence": "CC-BY-4.0",
    "notice": "For demonstration; not clinically validated.",
    "content_hash": "9f2c",
    "url": "https://example.org/benchmarks/spinebench-mini",
    "splits": [
        {"name": "dev", "answers": "public", "n_items": {"text": 28, "image": 14, "report": 4}},
        {"name": "test", "answers": "hidden", "n_items": {"text": 56, "image": 28, "report": 14}},
    ],
}

MINI_IN_FULL: dict[str, Any] = {
    **MINI,
    "taxonomy": {
        "subconditions": [{"key": "disc_herniation", "name": "Lumbar disc herniation"}],
        "axes": [{"key": "level", "name": "Level identification"}],
        "modalities": [{"key": "mri", "name": "MRI"}],
    },
    "rubric": {"sections": [{"key": "imaging", "name": "Structured Imaging Report"}]},
    "prompts": {"text": "{question}"},
}

MODEL: dict[str, Any] = {
    "slug": "my-vlm",
    "name": "My VLM",
    "team": "north",
    "organisation": "Lab North",
    "parameters_billion": 7.0,
    "open_weights": True,
    "licence": "Apache-2.0",
    "base_model": "Other-7B",
    "base": None,
    "variant": None,
    "url": None,
    "description": None,
}

VERDICT: dict[str, Any] = {
    "valid": True,
    "n_predictions": 98,
    "tracks": ["text", "image", "report"],
    "file_hash": "abc",
}

PROBLEMS = [
    {
        "line": 3,
        "id": "test-text-001",
        "message": "This id is on line 1 already.",
        "remedy": "Keep one of the two lines.",
    },
    {"line": None, "id": "test-text-002", "message": "There is no prediction.", "remedy": ""},
]


def submission(status: str = "queued", **facts: Any) -> dict[str, Any]:
    """Submission 42 in this state."""
    steps = {"queued": "waiting", "running": "rate", "scored": "done"}
    return {
        "id": "42",
        "benchmark": "spinebench-mini",
        "split": "test",
        "model": "my-vlm",
        "status": status,
        "step": steps.get(status, "rate"),
        "progress": {"n_done": 0, "n_total": 98},
        "file_name": "predictions.jsonl",
        "file_hash": "abc",
        "n_predictions": 98,
        "tracks": ["text", "image", "report"],
        "created_at": "2026-11-24T03:14:05Z",
        "finished_at": None,
        "failure": None,
        "endpoint": None,
        "decision": None,
        "events": [],
        "url": "https://example.org/submissions/42",
        **facts,
    }


def score(slice: str, name: str, value: float | None, **facts: Any) -> dict[str, Any]:
    """One score of the results."""
    known = value is not None
    return {
        "metric": "accuracy",
        "slice": slice,
        "name": name,
        "value": value,
        "low": 38.97 if known else None,
        "high": 64.42 if known else None,
        "n": 56,
        "k": 29 if known else None,
        "n_unscored": 0 if known else 14,
        "is_shrunk": False,
        **facts,
    }


RESULTS: dict[str, Any] = {
    "submission": "42",
    "benchmark": "spinebench-mini",
    "split": "test",
    "model": "my-vlm",
    "scores": [
        score("all", "overall", 49.96, metric="overall", k=None, n=98),
        score("track", "text", 51.79),
        score("track", "report", None, metric="report", n=14),
        score("subcondition", "disc_herniation", 44.4, n=6, k=3, is_shrunk=True),
        score("dimension", "patient_guidance", 3.25, metric="rating", low=2.5, high=4.0, k=None),
    ],
    "counts": {"answered": 80, "refused": 2, "ambiguous": 1, "unparsed": 1},
}


def reading(id: str, **facts: Any) -> dict[str, Any]:
    """One item of a submission, read as B by its last line."""
    item = {
        "id": id,
        "kind": "mcq",
        "track": "text",
        "question": "Where?",
        "options": {"A": "L3/L4", "B": "L4/L5"},
        "multiple": False,
        "subcondition": "disc_herniation",
        "axis": "level",
        "modality": None,
        "levels": [],
        "images": [],
    }
    answer = {
        "outcome": "answered",
        "letters": "B",
        "parser_version": "6",
        "is_outdated": False,
        "rule": "answer-line",
        "sentence": "A line in the form of the prompt names it.",
        "words": "ANSWER: B",
        "reader": None,
        "today": None,
    }
    verdict = {"is_right": False, "key": ["A"], "explanation": "", "precision": None}
    return {
        "item": item,
        "text": "ANSWER: B",
        "answer": answer,
        "verdict": verdict | {"recall": None, "errors": []},
        "judges": [],
        "reference_report": "",
        **facts,
    }


def items(*readings: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """One page of the items of a submission."""
    return {
        "submission": "42",
        "benchmark": "spinebench-mini",
        "version": "1.1.0",
        "split": "dev",
        "model": "my-vlm",
        "shows_key": True,
        "n": len(readings),
        "n_all": 10,
        "page": 1,
        "n_pages": 1,
        "readings": list(readings),
        **facts,
    }


def ranked(value: float) -> dict[str, Any]:
    """A score of the ranking, five below to five above."""
    return {"value": value, "low": value - 5, "high": value + 5, "n": 56}


def entry(rank: tuple[int, int], name: str, **facts: Any) -> dict[str, Any]:
    """One model of the ranking."""
    return {
        "rank_low": rank[0],
        "rank_high": rank[1],
        "model": {"slug": name.lower(), "name": name, "organisation": "Lab North"},
        "overall": ranked(51.84),
        "text": ranked(52.0),
        "image": ranked(48.26),
        "closed": ranked(50.5),
        "report": ranked(61.0),
        "report_provenance": None,
        "separable_from_leader": False,
        "coverage": 1.0,
        "n_unparsed": 4,
        "n_refused": 0,
        "n_ambiguous": 0,
        "n_unscored": 0,
        "n_attempts": 2,
        "saw_hidden_items": False,
        "submission": "42",
        "submitted_at": "2026-11-24T03:14:05Z",
        **facts,
    }


RANKING: dict[str, Any] = {
    "benchmark": "spinebench-mini",
    "version": "1.0.0",
    "split": "test",
    "release": None,
    "board": "overall",
    "ranked_at": "2026-11-24T03:15:00Z",
    "n_items": {"text": 56, "image": 28, "report": 14},
    "entries": [
        entry((1, 2), "My-VLM"),
        entry((1, 2), "Other"),
        entry(
            (3, 3), "TextOnly", overall=None, image=None, closed=None, report=None, coverage=0.57
        ),
    ],
}
