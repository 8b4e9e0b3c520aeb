"""What differs between two runs of the same code, replaced by a word for what it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bench.crawl.read import Answer

DAY = r"\d{4}-\d{2}-\d{2}"
CLOCK = r"\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}| UTC)?"
RULES = (
    # Days and times, also those that no run moves: nothing in them tells the two apart.
    (re.compile(rf"{DAY}(?:[T ]{CLOCK})?"), "<time>"),
    (re.compile(r"(\b(?:year|month)\s*= \{)\d+"), r"\1<number>"),
    # Addresses on this machine: every run has other ports.
    (re.compile(r"\b(127\.0\.0\.1|localhost):\d+"), r"\1:<port>"),
    # Ids of the feed follow from those of submissions.
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<uuid>"),
    # Hashes of static files; those of packages and predictions stay, for no run changes them.
    (re.compile(r"([?&](?:amp;)?v=)[0-9a-f]+"), r"\1<hash>"),
    # Commitments and their roots, whose salts are random.
    (
        re.compile(
            r"""("(?:commitment|root|salt)": ?"|<dt>Root</dt><dd><code[^>]*>)[0-9a-f]{64}"""
        ),
        r"\1<hash>",
    ),
    # A worker's name, and how a token of the API begins.
    (re.compile(r"\b[0-9a-f]{32}\b"), "<worker>"),
    (re.compile(r"""\bsbk_\w{8}|(?<="prefix": ")\w+"""), "<token>"),
    # How long the evaluation took.
    (re.compile(r"\b[\d.]+ \w+(?= after it was (?:sent|submitted))"), "<duration>"),
    (re.compile(r'(?<="per_second": )[\d.]+'), "<number>"),
    (re.compile(r"""(csrf[_-]token"[^>]*?(?:value|content)=")[^"]*"""), r"\1<token>"),
)
_SUBMISSION = re.compile(r"[2-9a-hjkmnp-z]{10}")
_ENDPOINT = re.compile(r"[0-9a-f]{12}")


def name_ids(answers: Iterable[Answer]) -> dict[str, str]:
    """A word for every random id of a submission or an endpoint, from answers of the API.

    The hash of what an endpoint was asked is one of them, for it holds the endpoint's port.
    A submission is named for its model (and its number among those of the model, if it has
    several), an endpoint for its name: so the words stay when the order of anything changes.
    """
    ids: dict[str, str] = {}
    for answer in answers:
        if answer.kind == "application/json" and answer.address.startswith("/api/"):
            for made in _walk(json.loads(answer.body)):
                _add(ids, *_find_submission(made))
                _add(ids, *_find_endpoint_hash(made))
                _add(ids, *_find_endpoint(made))
    return ids


def _find_submission(made: Mapping[str, Any]) -> tuple[str, str]:
    model = made.get("model")
    slug = model.get("slug") if isinstance(model, dict) else model
    key = made.get("submission") or made.get("id")
    if isinstance(slug, str) and isinstance(key, str) and _SUBMISSION.fullmatch(key):
        return key, f"<submission of {slug}"
    return "", ""


def _find_endpoint_hash(made: Mapping[str, Any]) -> tuple[str, str]:
    key, slug = made.get("file_hash"), made.get("model")
    if made.get("endpoint") and isinstance(key, str) and isinstance(slug, str):
        return key, f"<hash of the endpoint run of {slug}"
    return "", ""


def _find_endpoint(made: Mapping[str, Any]) -> tuple[str, str]:
    key, name = made.get("endpoint") or made.get("id"), made.get("name")
    if isinstance(name, str) and isinstance(key, str) and _ENDPOINT.fullmatch(key):
        return key, f"<endpoint {name}"
    return "", ""


def _add(ids: dict[str, str], key: str, words: str) -> None:
    if key and key not in ids:
        n_same = sum(name.startswith((f"{words}>", f"{words},")) for name in ids.values())
        ids[key] = f"{words}, {n_same + 1}>" if n_same else f"{words}>"


def _walk(value: Any) -> Iterable[Mapping[str, Any]]:
    """Every object in `value`, outer ones first."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _walk(one)


def normalise(text: str, ids: Mapping[str, str]) -> str:
    """`text` with a word in place of whatever another run would write differently."""
    if ids:
        known = re.compile(rf"\b(?:{'|'.join(map(re.escape, ids))})\b")
        text = known.sub(lambda found: ids[found[0]], text)
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return text
