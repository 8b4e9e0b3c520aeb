"""JSON objects and answer tags, turned into lines that begin with FINAL_MARK."""

# ruff: noqa: E501 -- patterns stay on one line.

import json
import re
from collections.abc import Iterator

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.text import FINAL_END, FINAL_MARK

_ANSWER_KEY = late_pattern(
    r"(?:the|your|my|model|final|selected|chosen|correct|predicted|best|right)*"
    r"(?:(?:answer|choice|option|letter|prediction|selection|decision)s?"
    r"|ans|final|selected|chosen|predicted|response|pick|result|output|verdict|label"
    r"|答案|选项|正确答案|antwort|respuesta|réponse|resposta|risposta)"
    r"(?:letters?|choices?|options?|key|idx|index|label)?"
)
_TEXT_KEY = late_pattern(r"(?:(?:option|answer|choice)?text|value|content)")
_LONGEST_KEY = 40
_NOT_LETTERS = late_pattern(r"[\W_]+")
_LOOSE_KEY = late_pattern(
    r"[{,\n]\s{0,20}[\"']?(\w[\w -]{1,39})[\"']?\s?:\s?[\"']?([A-Za-z])[\"']?(?=\s{0,20}(?:[,}\n]|$))"
)
_LOOSE_STRING = late_pattern(
    r"[{,\n]\s{0,20}\"(\w[\w -]{1,39})\"\s?:\s?\"([^\"\n{}]{1,300})\"(?=\s{0,20}(?:[,}\n]|$))"
)
_OBJECT = late_pattern(r"\{[^{}]*(?:\}|$)")
_ANNOUNCES_FORMAT = late_pattern(
    r"(?:^|[.!?\n]\s?|\b(?:please|must|should|to|and)\s)(?:respond|reply|answer (?:with|in|as|using)"
    r"|return|output|format|write)\b[^.!?\n]{0,100}$",
    re.IGNORECASE,
)
"""Before a JSON object: it is the form that the question asks for, and not an answer."""
_FENCED = late_pattern(r"```[a-zA-Z]{0,10}\s*\n?")
_TAG = late_pattern(
    r"<\s?(/?)\s?(?:(?:final|your|my|the|selected|chosen|correct|predicted)[_-]?)?"
    r"(?:answers?|choice|option|letter|prediction|final|conclusion|selected|ans)(?:[_-]?(?:letter|option|choice))?\s?>"
    r"|\[(/?)(?:final[_ ])?answer\]",
    re.IGNORECASE,
)
_WRAPPER = late_pattern(r"</?(?:response|output|result|results|root|xml|solution)>", re.IGNORECASE)
_DOUBLE_BRACKET = late_pattern(r"\[\[\s?([^\[\]\n]{1,80}?)\s?\]\]")
_MAX_DEPTH = 5


def with_final_marks(text: str) -> str:
    """Replace the JSON object of a text, its answer tags and `[[B]]` by marked lines.

    Of a JSON object only the values of answer keys stay, so that a letter in its explanation is
    never read. JSON that has no answer key stays as it is; of JSON that does not parse, the answer
    keys that hold a short string are marked, where they are found.
    """
    if '{\\"' in text:
        text = text.replace('\\"', '"')
    if "{" in text or text.startswith("["):
        text = _with_json_answers(text)
    if "<" in text or "nswer]" in text or "NSWER]" in text:
        text = _TAG.sub(_mark_of_tag, text)
        text = _WRAPPER.sub("\n", text)
    if "[[" in text:
        text = _DOUBLE_BRACKET.sub(rf"{FINAL_MARK}\1{FINAL_END}", text)
    return text


def _mark_of_tag(tag: re.Match[str]) -> str:
    return FINAL_END + "\n" if tag[1] or tag[2] else "\n" + FINAL_MARK


def _with_json_answers(text: str) -> str:
    bare = _FENCED.sub("", text) if "```" in text else text
    start, end = bare.find("{"), bare.rfind("}") + 1
    if bare.lstrip().startswith("["):
        start, end = bare.find("["), max(end, bare.rfind("]") + 1)
    if start >= 0 and _ANNOUNCES_FORMAT.search(bare, max(0, start - 160), start):
        return bare[:start] + bare[end:] if end > start else text
    if start < 0:
        return text
    try:
        value = json.loads(bare[start:end], strict=False, object_pairs_hook=_unrepeated)
    except (ValueError, RecursionError):
        return _with_loose_answers(bare)
    answers = list(_answers(value, 0))
    if not answers:
        return bare[:start] + bare[end:] if _is_only_thought(value) else text
    marked = "".join(f"\n{FINAL_MARK}{' '.join(a.split())}{FINAL_END}\n" for a in answers)
    return bare[:start] + marked + bare[end:]


def _is_only_thought(value: object) -> bool:
    """Whether an object holds nothing but what a model thought: that answers nothing."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(_NOT_LETTERS.sub("", key[:_LONGEST_KEY]).lower() in _THOUGHT_KEYS for key in value)
    )


_THOUGHT_KEYS = frozenset({"thought", "thoughts", "thinking", "scratchpad", "chainofthought"})


def _unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object of `pairs`. Raises ValueError for one that says two things under one key."""
    held = dict(pairs)
    if len(held) != len(pairs):
        raise ValueError("a key stands twice")
    return held


def _with_loose_answers(text: str) -> str:
    """Mark the answer keys of what was meant as JSON."""
    return _OBJECT.sub(lambda found: _loose_marks(found[0]), text)


def _loose_marks(meant: str) -> str:
    held = {
        found.start(): found[2]
        for pattern in (_LOOSE_STRING, _LOOSE_KEY)
        for found in pattern.finditer(meant)
        if _is_answer_key(found[1])
    }
    marks = "".join(f"\n{FINAL_MARK}{held[at]}{FINAL_END}\n" for at in sorted(held))
    return marks or meant


def _is_answer_key(key: str) -> bool:
    plain = _NOT_LETTERS.sub("", key[:_LONGEST_KEY]).lower()
    return _ANSWER_KEY.fullmatch(plain) is not None


def _is_text_key(key: str) -> bool:
    return _TEXT_KEY.fullmatch(_NOT_LETTERS.sub("", key[:_LONGEST_KEY]).lower()) is not None


def _answers(value: object, depth: int) -> Iterator[str]:
    """Yield what each answer key of a JSON value holds, as text."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for member in value:
            if isinstance(member, dict):
                yield from _answers(member, depth + 1)
        return
    if not isinstance(value, dict):
        return
    if value and all(len(key) == 1 and isinstance(held, bool) for key, held in value.items()):
        yield ", ".join(key for key, held in value.items() if held)
        return
    beside = next((v for k, v in value.items() if _is_text_key(k)), None)
    for key, held in value.items():
        if _is_answer_key(key):
            if isinstance(held, dict):
                yield from _answers(held, depth + 1)
            elif (shown := _shown(held)) is not None:
                lone = len(shown) == 1 and isinstance(beside, str)
                yield f"{shown}) {beside}" if lone else shown
        elif isinstance(held, dict | list):
            yield from _answers(held, depth + 1)


def _shown(held: object) -> str | None:
    if isinstance(held, str):
        return held
    if isinstance(held, bool) or held is None:
        return None
    if isinstance(held, int | float):
        return str(held)
    if isinstance(held, list):
        parts = [_shown(part) for part in held]
        return ", ".join(part for part in parts if part is not None)
    return None
