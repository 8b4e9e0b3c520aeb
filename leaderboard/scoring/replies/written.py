"""Thoughts that somebody wrote another way than the model: escaped, fenced, folded, as headings."""

# ruff: noqa: RUF001 -- the fullwidth signs are meant.

import re

from leaderboard.late import late_pattern
from leaderboard.scoring.replies.names import Kind, name_of_tag

_ESCAPED = late_pattern(
    r"(?:&lt;|＜|\\<)(?P<name>/?[A-Za-z][\w:|▁-]{0,40}(?: [A-Za-z]+)?)\s?(?:&gt;|＞|\\?>)"
)
_FENCED = late_pattern(
    r"^(?P<fence>```+|~~~+)[ ]?\w*(?:think|thought|reason)\w*[ \t]*\n(?P<thought>.*?)"
    r"(?:^(?P=fence)[ \t]*$|\Z)",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_FOLDED = late_pattern(
    r"<details\b(?:[^<>]*\btype=[\"']?(?:reasoning|thinking)\b[^<>]*>|[^<>]*>\s*<summary>[^<\w]{0,20}"
    r"(?:thought|thinking|reasoning|chain of thought)\b[^<]{0,80}</summary>)"
    r"(?P<thought>.*?)(?:</details>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
"""As chat pages export it: `<details type="reasoning">...</details>`."""
_HEADED = late_pattern(
    r"\A\s*(?P<mark>#{1,6}[ ]*|\*\*)(?P<name>thinking|thoughts?)(?: process)?:?\**:?[ \t]*\n",
    re.IGNORECASE,
)
"""As HuatuoGPT-o1 writes: `## Thinking ... ## Final Response ...`."""
_ANNOUNCED = late_pattern(
    r"\A\s*Here(?: is|\u2019s|'s|are| are) my (?:thought|thinking|reasoning)(?: process| steps)?:"
    r".*?Here(?: is|\u2019s|'s) my (?:final )?(?:response|answer|report):[ \t]*\n?",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
"""As Granite writes: `Here is my thought process: ... Here is my response: ...`."""
_FINAL_HEADING = late_pattern(
    r"^(?:#{1,6}[ ]*|\*\*)(?:the |my )?(?:final )?(?:response|answer|report|output)\b:?\**:?"
    r"[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_STAGE = late_pattern(r"\(Here (?P<end>begins|ends) the (?P<name>[A-Z]{3,20}) stage\)")
"""As LLaVA-CoT was taught before it had tags."""

_DONE_THINKING = late_pattern(
    r"\A\s*Thinking\.\.\.\n(?P<thought>.*?)\n\.\.\.done thinking\.", re.DOTALL
)
"""As a terminal shows it."""
_SOT = late_pattern(r"<\|sot\|>(?P<thought>.*?)<\|eot\|>(?=\s*[^\s<])", re.DOTALL)
"""A start of thought, for more is said behind its end; else `sot` starts a turn."""
_TILDES = {"]~!b[": "", "]~b]": "<|im_start|>", "[e~[": "<|im_end|>"}
_TILDE = late_pattern("|".join(map(re.escape, _TILDES)))
"""MiniMax's tokens, the only ones of their shape."""


def with_plain_marks(text: str) -> str:
    """Put the marks of a thought where it is told in another way; other text stays as it is."""
    if "&lt;" in text or "＜" in text or "\\<" in text:
        text = _ESCAPED.sub(_unescape, text)
    if "```" in text or "~~~" in text:
        text = _FENCED.sub(_as_thought, text)
    if "<details" in text:
        text = _FOLDED.sub(_as_thought, text)
    if "(Here " in text:
        text = _STAGE.sub(_as_tag, text)
    if "done thinking" in text:
        text = _DONE_THINKING.sub(_as_thought, text)
    if "<|sot|>" in text:
        text = _SOT.sub(_as_thought, text)
    if "~" in text:
        text = _TILDE.sub(lambda found: _TILDES[found[0]], text)
    if "my " in text[:40]:
        text = _ANNOUNCED.sub("", text)
    return _without_headed_thought(text)


def _unescape(found: re.Match[str]) -> str:
    kind = name_of_tag(found["name"]).kind
    is_mark = kind in (Kind.THOUGHT, Kind.SECTION_OF_THOUGHT, Kind.ANSWER_TAG)
    return f"<{found['name']}>" if is_mark else found[0]


def _as_thought(found: re.Match[str]) -> str:
    return f"<think>{found['thought']}</think>\n"


def _as_tag(found: re.Match[str]) -> str:
    return f"<{'/' if found['end'] == 'ends' else ''}{found['name']}>"


def _without_headed_thought(text: str) -> str:
    """Without a thought under a heading, which lasts to the heading of what is said, or else to
    the next one of its kind. Without either, `Thinking` is a thought that was cut off, while under
    `Thoughts` stands all that is said."""
    opening = _HEADED.match(text)
    if opening is None:
        return text
    next_heading = re.compile(rf"^{re.escape(opening['mark'].strip())}(?=\s?\w)", re.MULTILINE)
    end = _FINAL_HEADING.search(text, opening.end()) or next_heading.search(text, opening.end())
    if end is None:
        return "" if opening["name"].lower() == "thinking" else text
    return text[end.start() :]
