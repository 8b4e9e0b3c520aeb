"""Reading what a judge replied: every question answered once, or a reason why not.

Whatever form of reply the server was asked to enforce, nothing is taken on trust: some servers
drop a schema, or parts of it, without a word.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple

from leaderboard.json_text import make_storable
from leaderboard.late import late_pattern
from leaderboard.scoring.answers import REFUSAL
from leaderboard.scoring.atomic import Verdict
from leaderboard.scoring.replies import read_said

MAX_QUOTE = 1_000
MAX_SHOWN = 40
"""Characters of a wrong value that a reason repeats."""
MAX_PROBLEMS = 3
"""Problems that a reason names."""
MAX_READ = 200_000
MAX_STARTS = 1_000
"""Of a longer reply the end is searched, and of so many braces none further: it takes no time."""
_BETWEEN_WORDS = late_pattern(r"[\s_-]+")


class BadReply(Exception):
    """The reply does not answer the questions; the message says how it fails."""


class Refused(Exception):
    """The model declined to answer."""


class QuotedVerdict(NamedTuple):
    """A verdict and the passage that is meant to show it, unchecked."""

    verdict: Verdict
    quote: str


class Pairs(list[tuple[str, Any]]):
    """An object as it was written, with every key that it has."""


def read_reply(content: str, keys: Mapping[str, str]) -> dict[str, QuotedVerdict]:
    """The verdicts by question key; `keys` maps the ids of the prompt to them.

    Read from the last JSON object that answers any of them, wherever it stands in what the model
    said. What else an object or an answer holds is passed over. Raises BadReply, which names the
    questions that are not answered once with a verdict and a quote, and Refused.
    """
    raw = get_object(content, keys)
    problems = list(_find_strange(raw, keys))
    answers = {}
    for name, key in keys.items():
        given = [value for written, value in raw if written == name]
        try:
            answers[key] = _read_answer(given)
        except BadReply as problem:
            problems.append(f"{key} {problem}")
    if problems:
        n_more = len(problems) - MAX_PROBLEMS
        more = [f"{n_more} more"] if n_more > 0 else []
        raise BadReply("; ".join([*problems[:MAX_PROBLEMS], *more]))
    return answers


def get_object(content: str, names: Container[str]) -> Pairs:
    """The last JSON object in what the model said that has one of `names`, or else the last one.

    Raises Refused where it declined, and BadReply where there is no object.
    """
    text = content.strip()
    if not _is_object(text):
        text = read_said(content).strip()
    raw = _find_object(text, names)
    if raw is None:
        if REFUSAL.search(text[:400].lower().replace("\u2019", "'")):
            raise Refused("the model declined")
        raise BadReply("no JSON object" if text else "nothing")
    return raw


def _read_answer(given: list[Any]) -> QuotedVerdict:
    """The one answer to a question. Raises BadReply with what follows the question's name."""
    if len(given) != 1:
        raise BadReply("is answered twice" if given else "is not answered")
    if not isinstance(given[0], Pairs):
        raise BadReply(f"is answered by {_name_type(given[0])} in place of a verdict with a quote")
    pairs = [(name.strip().lower(), value) for name, value in given[0]]
    names = [name for name, _ in pairs if name in ("verdict", "quote")]
    if len(set(names)) < len(names):
        raise BadReply("has two verdicts or two quotes")
    fields = dict(pairs)
    verdict, quote = _read_verdict(fields.get("verdict")), fields.get("quote")
    if quote is None and verdict is not Verdict.YES:
        quote = ""  # none is asked for
    if not isinstance(quote, str):
        raise BadReply(f"has {_name_type(quote)} for a quote")
    return QuotedVerdict(verdict, make_storable(quote)[:MAX_QUOTE])


def _read_verdict(written: object) -> Verdict:
    if not isinstance(written, str):
        raise BadReply(f"has {_name_type(written)} for a verdict")
    word = _BETWEEN_WORDS.sub("_", written.strip().lower())
    if word not in set(Verdict):
        shown = "".join(char for char in written if char.isprintable())[:MAX_SHOWN]
        raise BadReply(f"has the verdict {shown!r}, which is none of {', '.join(Verdict)}")
    return Verdict(word)


def _name_type(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "an object" if isinstance(value, Pairs) else "a list"


def _find_strange(raw: Pairs, keys: Mapping[str, str]) -> Iterator[str]:
    """Answers to questions that were never asked: such a reply is about something else."""
    n = sum(
        name not in keys and isinstance(value, Pairs) and "verdict" in dict(value)
        for name, value in raw
    )
    if n:
        yield f"{n} answers to questions that were never asked"


def _find_object(text: str, names: Container[str]) -> Pairs | None:
    """The last object in `text` that has one of `names`, or else the last one."""
    found = [one for value in _find_values(text[-MAX_READ:]) for one in _unwrap(value)]
    fitting = [one for one in found if any(name in names for name, _ in one)]
    return next(reversed(fitting or found), None)


def _find_values(text: str) -> Iterator[Pairs]:
    """The outermost JSON objects in a text, in their order."""
    place = text.find("{")
    for _ in range(MAX_STARTS):
        if place < 0:
            return
        try:
            value, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            yield value
        place = text.find("{", end)


def _unwrap(value: Pairs) -> Iterator[Pairs]:
    """An object, and what it holds where that is one object alone: `{"answers": {...}}`."""
    yield value
    while len(value) == 1 and isinstance(value[0][1], Pairs):
        value = value[0][1]
        yield value


def _is_object(text: str) -> bool:
    """Whether a text is JSON as a whole: then marks in its quotes are no marks of the model."""
    if not text.startswith("{"):
        return False
    try:
        return _DECODER.raw_decode(text)[1] == len(text)
    except (ValueError, RecursionError):
        return False


_DECODER = json.JSONDecoder(object_pairs_hook=Pairs, strict=False)
