"""Where a model's raw output holds marks: told by their shape alone."""

# ruff: noqa: RUF001 -- the fullwidth bars of DeepSeek's tokens are meant.

import re

from leaderboard.late import late_pattern

MARK = late_pattern(
    r"<[|｜]\s?(?P<bars>/?[A-Za-z][^<>|｜\n]{0,47}?)\s?[|｜]>"
    r"|<[|｜](?P<opening>/?[A-Za-z][\w▁:.-]{0,39})>"
    r"|<(?P<closing>/?[A-Za-z][\w▁:.-]{0,39})[|｜]>"
    r"|\[[|｜](?P<square>/?[A-Za-z][\w ]{0,39})[|｜]\]"
    r"|<<(?P<sys>/?[A-Z]{2,10})>>"
    r"|<\s?(?P<tag>/?\s?[A-Za-z][\w:▁-]{0,39})(?:\s[^<>\n]{0,200})?\s?/?>"
    r"|◁\s?(?P<triangle>/?[A-Za-z][\w:▁-]{0,39})\s?▷"
    r"|\[\s?(?P<bracket>/?[A-Za-z][A-Za-z_]{2,24}\d{0,3})\s?\]"
    r"|\[(?P<phrase>(?i:begin|end|start)(?: [A-Za-z]{2,12}){1,3})\]"
)
"""A mark of some shape; whether it is one, its name says (see `names`)."""

ROLE = late_pattern(
    r"[ \t]*+(?:\n[ \t]*+)?(?P<role>assistant|model|ai|bot|chatbot|user|human|system|tool|developer"
    r"|observation|function|ipython|environment)\b"
    r"(?:[ \t]*+(?::[ \t]*+)?\n|[^\S\n]*+(?=<)|[ \t]*+$"
    r"|(?:[ \t]++(?:to|name)=[^\n<]{1,60})(?:\n|(?=<)))",
    re.IGNORECASE,
)
"""The name of who speaks, right behind a token that opens a turn."""

PLAIN_ROLE = late_pattern(r"\s*(?:user|human)\s?:", re.IGNORECASE)
"""Another's turn behind a separator: `<sep> human:`."""

CHANNEL_ROLE = late_pattern(
    r"[ \t]*\n?(?P<name>think\w*|thoughts?|reasoning|analysis|final|answer|response)[ \t]*(?:\n|$)"
)
"""A channel in the place of who speaks: `<|im_start|>think`, `<|im_start|>answer`."""

CHANNEL_HEADER = late_pattern(
    r"\s*(?P<name>final|analysis|commentary|thoughts?|[A-Za-z]{0,24})"
    r"(?:[^\n<]{0,60}(?:<[|｜]constrain[|｜]>[^\n<{]{0,40})?<[|｜]message[|｜]>"
    r"|[^\S\n]*\n|[^\S\n]*)"
)
"""The name of a channel behind its token, with all that stands before its message."""

MESSAGE_HEADER = late_pattern(
    r"\s*+(?:assistant\s*+)?(?P<name>final|analysis|commentary)\b[^\n{}]{0,60}\s*$", re.IGNORECASE
)
"""The header of a message whose channel's token a server has taken away."""

_OPENING_CHANNEL = late_pattern(
    r"\A\s*(?:assistant)?(?P<name>analysis|commentary|final)"
    r"(?=[^\sa-z:,.;()\[\]|*-]|\s(?=[\s\S]*?assistant(?:final|analysis|commentary"
    r"|\s{1,2}(?:final|analysis|commentary)\s*\n)))"
    r"|\A\s*assistant(?P<joined>analysis|commentary|final)"
)
_NEXT_CHANNEL = late_pattern(r"assistant\s{0,2}(?P<name>final|analysis|commentary)"
                           r"(?:[^\S\n]?(?:json|JSON)(?=\s?[{\[]))?")  # fmt: skip
_JOINED_CHANNEL = late_pattern(r"assistant(?P<name>final|analysis|commentary)"
                             r"(?:[^\S\n]?(?:json|JSON)(?=\s?[{\[]))?")  # fmt: skip
_OPENING_THOUGHT = late_pattern(r"\A\s*thought\n")
_OPENING_ROLE = late_pattern(r"\A\s*(?:assistant|model)(?:[ \t]*\n+(?=\S)|(?=<[|｜]?channel))")
_STRIPPED_TURN = late_pattern(
    r"\n(?:user|assistant|human)[ \t]*+(?:\n|$)|(?<=[\w.)\]}*!?])(?:assistant|user)\n\n"
)
_TURN_BEFORE_MODEL = late_pattern(r"(?<=[\w.)\]}*!?])user\n")
"""A turn of the user where a line `model` follows."""
_PLAIN_TURN = late_pattern(
    r"^[ \t]*(?:\#{1,4}[ ]*|\*\*|\[)?(?:user|human)\]?[ ]?:|\#\#\#[ ]?(?:human|user|instruction):",
    re.IGNORECASE | re.MULTILINE,
)
"""How models without tokens for turns go on: `Human:`, `### Instruction:`."""
_WORTH_A_LOOK = late_pattern(r"[<◁]|\[\s?[|｜/A-Za-z]{3}")


def may_hold_marks(text: str) -> bool:
    """Whether a closer look at the text is worth while."""
    return _WORTH_A_LOOK.search(text) is not None


def before_plain_turn(said: str) -> str:
    """What is said before somebody else's turn is written out in plain words."""
    lower = said.lower()
    if "user" not in lower and "human" not in lower and "instruction:" not in lower:
        return said
    for turn in _PLAIN_TURN.finditer(said):
        if any(map(str.isalnum, said[: turn.start()])):
            return said[: turn.start()]
    return said


def with_stripped_marks(text: str) -> str:
    """Put back the tokens that a server has stripped from channels and turns, leaving their names:
    `analysis...assistantfinal...`, `thought\\n...`, `...assistant\\n\\n...`."""
    if opening := _OPENING_CHANNEL.match(text):
        name = opening["name"] or opening["joined"]
        text = f"<|channel|>{name}<|message|>{text[opening.end() :]}"
        return _NEXT_CHANNEL.sub(_channel, text)
    if "assistant" in text:
        text = _JOINED_CHANNEL.sub(_channel, text)
    text = _OPENING_ROLE.sub("", text)
    text = _OPENING_THOUGHT.sub("<|channel>thought\n", text)
    if "<|" in text or "_of_turn" in text or ("user" not in text and "assistant" not in text):
        return text
    turns = (
        _STRIPPED_TURN.search(text),
        _TURN_BEFORE_MODEL.search(text, 0, max(0, text.rfind("\nmodel\n") + 1)),
    )
    start = min((turn.start() for turn in turns if turn), default=0)
    return text[:start] if any(map(str.isalnum, text[:start])) else text


def _channel(found: re.Match[str]) -> str:
    return f"<|end|><|start|>assistant<|channel|>{found['name']}<|message|>"
