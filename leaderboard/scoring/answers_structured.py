"""JSON objects and answer tags, turned into lines that begin with FINAL_MARK."""

# ruff: noqa: E501 -- patterns stay on one line.

import json
import re
from collections.abc import Iterator

from leaderboard.scoring.answers_text import FINAL_END, FINAL_MARK

_ANSWER_KEYS = frozenset(
    "answer answers choice choices option selected selectedoption selectedoptions selection letter "
    "letters finalanswer finalanswers finaloption finaloptions finalchoice correctanswer "
    "correctanswers correctoption correctoptions correctchoice prediction predicted "
    "predictedanswer ans selectedanswer selectedletter answerletter answerchoice choiceletter "
    "optionletter response youranswer myanswer chosen chosenoption pick result output "
    "finaldecision verdict label 答案 选项 正确答案 antwort respuesta réponse resposta risposta".split()
)
_TEXT_KEYS = frozenset("text optiontext answertext choicetext value content".split())
_NOT_LETTERS = re.compile(r"[\W_]+")
_FENCED = re.compile(r"```[a-zA-Z]{0,10}\s*\n?")
_TAG = re.compile(
    r"<\s?(/?)\s?(?:(?:final|your|my|the|selected|chosen|correct|predicted)[_-]?)?"
    r"(?:answers?|choice|option|letter|prediction|final|selected|ans)(?:[_-]?(?:letter|option|choice))?\s?>",
    re.IGNORECASE,
)
_WRAPPER = re.compile(r"</?(?:response|output|result|results|root|xml|solution)>", re.IGNORECASE)
_DOUBLE_BRACKET = re.compile(r"\[\[\s?([^\[\]\n]{1,80}?)\s?\]\]")
_MAX_DEPTH = 5


def with_final_marks(text: str) -> str:
    """Replace the JSON object of a text, its answer tags and `[[B]]` by marked lines.

    Of a JSON object only the values of answer keys stay, so that a letter in its explanation is
    never read. JSON that does not parse, or has no answer key, stays as it is.
    """
    if "{" in text or text.startswith("["):
        text = _with_json_answers(text)
    if "<" in text:
        text = _TAG.sub(lambda tag: FINAL_END + "\n" if tag[1] else "\n" + FINAL_MARK, text)
        text = _WRAPPER.sub("\n", text)
    if "[[" in text:
        text = _DOUBLE_BRACKET.sub(rf"{FINAL_MARK}\1{FINAL_END}", text)
    return text


def _with_json_answers(text: str) -> str:
    bare = _FENCED.sub("", text) if "```" in text else text
    start, end = bare.find("{"), bare.rfind("}") + 1
    if bare.lstrip().startswith("["):
        start, end = bare.find("["), max(end, bare.rfind("]") + 1)
    if start < 0 or end <= start:
        return text
    try:
        value = json.loads(bare[start:end], strict=False)
    except (ValueError, RecursionError):
        return text
    answers = list(_answers(value, 0))
    if not answers:
        return text
    marked = "".join(f"\n{FINAL_MARK}{' '.join(a.split())}{FINAL_END}\n" for a in answers)
    return bare[:start] + marked + bare[end:]


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
    beside = next((v for k, v in value.items() if _plain(k) in _TEXT_KEYS), None)
    for key, held in value.items():
        if _plain(key) in _ANSWER_KEYS:
            if isinstance(held, dict):
                yield from _answers(held, depth + 1)
            elif (shown := _shown(held)) is not None:
                lone = len(shown) == 1 and isinstance(beside, str)
                yield f"{shown}) {beside}" if lone else shown
        elif isinstance(held, dict | list):
            yield from _answers(held, depth + 1)


def _plain(key: str) -> str:
    return _NOT_LETTERS.sub("", key).lower()


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
