"""Reading what a judge replied: every question answered once, or a reason why not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from leaderboard.scoring.answers import REFUSAL
from leaderboard.scoring.atomic import Verdict
from leaderboard.scoring.replies import read_said

MAX_QUOTE = 1_000
_FENCE = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)


class BadReply(Exception):
    """The reply does not answer the questions; the message says how it fails."""


class Refused(Exception):
    """The model declined to answer."""


class QuotedVerdict(NamedTuple):
    """A verdict and the passage that is meant to show it, unchecked."""

    verdict: Verdict
    quote: str


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    verdict: Verdict
    quote: str


def read_reply(content: str, keys: Mapping[str, str]) -> dict[str, QuotedVerdict]:
    """The verdicts by question key; `keys` maps the ids of the prompt to them.

    Raises BadReply for anything but one object with exactly these ids, and Refused.
    """
    text = read_said(content).strip()
    raw = _find_object(text)
    if raw is None:
        if REFUSAL.search(text[:400].lower().replace("\u2019", "'")):
            raise Refused("the model declined")
        raise BadReply("no JSON object" if text else "nothing")
    missing, strange = keys.keys() - raw.keys(), raw.keys() - keys.keys()
    if missing or strange:
        raise BadReply(f"{len(missing)} questions unanswered, {len(strange)} never asked")
    try:
        answers = msgspec.convert(raw, dict[str, _Answer])
    except msgspec.ValidationError as error:
        raise BadReply(f"an answer has another form: {error}") from None
    return {
        keys[name]: QuotedVerdict(answer.verdict, answer.quote[:MAX_QUOTE])
        for name, answer in answers.items()
    }


def _find_object(text: str) -> dict[str, Any] | None:
    """The object that the whole text is, or else the last fenced or bare one in it."""
    for candidate in _candidates(text):
        try:
            raw = json.loads(candidate, object_pairs_hook=_without_repetition)
        except (ValueError, RecursionError):
            continue
        if isinstance(raw, dict):
            return raw
    return None


def _candidates(text: str) -> Iterator[str]:
    yield text
    yield from reversed(_FENCE.findall(text))
    end = text.rfind("}")
    start = text.find("{")
    if 0 <= start < end:
        yield text[start : end + 1]


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)
