"""What a model wrote, made plain: one alphabet, no mark-up, what the model itself says."""

# ruff: noqa: E501, RUF001 -- patterns stay on one line; other scripts' characters are meant.

import re
import unicodedata

from leaderboard.late import late_pattern
from leaderboard.scoring.replies import read_said

FINAL_MARK = "\ue000"
"""Stands before what the model marked as its final answer by a box, a tag or a JSON key."""

FINAL_END = "\ue001"
"""Stands where such a mark closes."""

_INVISIBLE = late_pattern(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ue000-\uf8ff\x00-\x08\x0e-\x1f\x7f\U000e0000-\U000e0fff]"
)
_SLICE = 512

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»「」『』《》", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("、،", ","),
        **dict.fromkeys("。।", "."),
        **dict.fromkeys("【〔〖", "["),
        **dict.fromkeys("】〕〗", "]"),
        **dict.fromkeys("✔✅☑", "✓"),
        **dict.fromkeys("✘❌❎✖", "✗"),
        **dict.fromkeys("\u2028\u2029", "\n"),
        "؛": ";",
        "؟": "?",
        "⇒": "→",
        "⟶": "→",
        "İ": "I",
        "•": "-",
        **{chr(0x1F150 + i): chr(65 + i) for i in range(26)},
        **{chr(0x1F170 + i): chr(65 + i) for i in range(26)},
        **{chr(0x1F1E6 + i): chr(65 + i) for i in range(26)},
    }
)
_LOOK_ALIKE = dict(zip("АВСЕНІЈΑΒΕΗΙ", "ABCEHIJABEHI", strict=True))
_LONE_LOOK_ALIKE = late_pattern(
    rf"(?<![^\W_])[{''.join(_LOOK_ALIKE)}](?![^\W_])(?!\s[а-яё])"
    rf"|(?<=[Оо]твет )[{''.join(_LOOK_ALIKE)}](?![^\W_])"
    rf"|(?<=[Вв]ариант )[{''.join(_LOOK_ALIKE)}](?![^\W_])"
)
_LONE_CYRILLIC_ONLY = late_pattern(r"(?<![^\W_])[БГДбгд](?=[).:]|$|\n)")


def plain_characters(text: str) -> str:
    """Return the text in NFKC without invisible characters, with one form of each quote, dash,
    stop and bracket; a lone Cyrillic or Greek capital that looks like a Latin one becomes it,
    unless the text also uses Cyrillic list letters that have no Latin twin."""
    if text.isascii():
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    text = _INVISIBLE.sub("", text)
    if len(text) <= _SLICE:
        text = unicodedata.normalize("NFKC", text.translate(_PLAIN))
    else:  # in slices, because long runs of combining marks take quadratic time
        slices = (text[i : i + _SLICE] for i in range(0, len(text), _SLICE))
        text = "".join(unicodedata.normalize("NFKC", s.translate(_PLAIN)) for s in slices)
    text = text.translate(_PLAIN).replace("\r\n", "\n").replace("\r", "\n")
    return with_plain_letters(text)


def with_plain_letters(text: str) -> str:
    """Replace lone look-alikes of Latin capitals, unless there are other Cyrillic list letters."""
    if not (text.isascii() or _LONE_CYRILLIC_ONLY.search(text)):
        text = _LONE_LOOK_ALIKE.sub(lambda m: _LOOK_ALIKE[m[0]], text)
    return text


def said_by_model(text: str) -> str:
    """Return what the model says in its own turn, with FINAL_MARK before what it put in a box."""
    said = read_said(text, final_mark=FINAL_MARK, final_end=FINAL_END)
    return said.replace("▁", " ") if "▁" in said else said


_LATEX_BOX = late_pattern(r"\\(?:boxed|fbox|framebox)\s?|(?<![A-Za-z\\])b?oxed(?={)")
_FORMULA = late_pattern(
    r"\\(?:boxed|fbox|framebox)\s?\{(?P<held>(?:[^{}\n]|\{[^{}\n]{0,80}\}){1,200})\}"
)
_CALCULATES = late_pattern(
    r"[\^=<>]|\\(?!text|math|bf|rm|it|mbox|left|right|q?quad|circ|deg|[,;:! ()\[\]{}%])[A-Za-z]"
)
_LETTER_IN_FORMULA = late_pattern(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])")


def _unboxed(box: re.Match[str]) -> str:
    """Take away a box around a formula with symbols of one letter: it is no choice."""
    held = box["held"]
    return " " if _CALCULATES.search(held) and _LETTER_IN_FORMULA.search(held) else box[0]


_GLUED = late_pattern(
    r"[ :(*][A-Z](?=(?:ANSWER|Answer|Explanation|EXPLANATION|Reason|Rationale|Justification|Confidence|Because|Note)\b)"
)
"""Where a model forgot the line break behind its letter: `ANSWER: BExplanation`."""
_LATEX_NEWLINE = late_pattern(r"\\n(?![a-z])")
_LATEX_WORD = late_pattern(r"\\(?:[a-zA-Z]+\*?|[()\[\],;:!{}_%&# ])")
_BRACED_JOINT = late_pattern(r"\{\s?(and|or|und|oder|et|ou)\s?\}")
_STRUCK = late_pattern(r"~~[^~\n]{1,300}~~|<(?:s|del|strike)>[^<>\n]{1,300}</(?:s|del|strike)>")
_UNTICKED = late_pattern(r"^[ \t]*[-*+] \[ ?\][^\n]*$", re.MULTILINE)
_TICKED = late_pattern(r"^([ \t]*[-*+] )\[[xX✓]\](?= )", re.MULTILINE)
_MARKED_ROW = r"(?=[\[(]?(?:(?i:option|choice) )?[\[(]?[A-Z][\])]?(?:[.:]|\s|$))"
_CROSSED = late_pattern(
    rf"^[ \t]*(?:[-*+|] ?)?[☐□✗☒]\s?(?:\|\s?)?(?:\*\*)?{_MARKED_ROW}[^\n]*$", re.MULTILINE
)
_CHECKED = late_pattern(
    rf"^([ \t]*(?:[-*+|] ?)?)[☑✓]\s?(?:\|\s?)?(?:\*\*)?{_MARKED_ROW}", re.MULTILINE
)
_FENCE = late_pattern(r"^[ \t]*(?:```|~~~)[^\n]*$", re.MULTILINE)
_HEADING = late_pattern(r"^[ \t]*[#>]+[#> \t]*", re.MULTILINE)
_BREAK_TAG = late_pattern(r"</?(?:br|p|div|li|ul|ol|tr|table|h[1-6]|hr)\s?/?>", re.IGNORECASE)
_STYLE_TAG = late_pattern(
    r"</?(?:b|i|u|em|strong|span|mark|code|sup|sub|td|th|font|small|big|center|html|body)"
    r"(?:\s[^<>\n]{0,80})?>"
)
_UNDERSCORES = late_pattern(r"(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])")
_SPACES = late_pattern(r"[^\S\n]{2,}|[^\S\n ]")
_LINE_ENDS = late_pattern(r" ?\n[ \n]*")


def without_markup(text: str) -> str:
    """Return the text without Markdown, HTML and LaTeX; boxes become FINAL_MARK; struck-out words
    are gone; spaces are single and no line is empty."""
    if "~" in text or "<" in text:
        text = _STRUCK.sub("", text)
    if "[" in text and _TICKED.search(text):
        text = _TICKED.sub(r"\1", _UNTICKED.sub("", text))
    if not text.isascii() and _CHECKED.search(text):
        text = _CHECKED.sub(r"\1", _CROSSED.sub("", text))
    if "```" in text or "~~~" in text:
        text = _FENCE.sub("", text)
    text = _GLUED.sub(r"\g<0>\n", text)
    if "\\" in text or "oxed{" in text:
        text = _LATEX_NEWLINE.sub("\n", _LATEX_BOX.sub(FINAL_MARK, _FORMULA.sub(_unboxed, text)))
        text = _BRACED_JOINT.sub(r" \1 ", _LATEX_WORD.sub(" ", text))
    if "<" in text:
        text = _STYLE_TAG.sub("", _BREAK_TAG.sub("\n", text))
    if "#" in text or ">" in text:
        text = _HEADING.sub("", text)
    for mark in "*`$":
        if mark in text:
            text = text.replace(mark, "")
    if "_" in text:
        text = _UNDERSCORES.sub("", text)
    if "&" in text:
        text = text.replace("&nbsp;", " ").replace("&amp;", "&").replace("&quot;", '"')
    if "  " in text or not text.isprintable():
        text = _SPACES.sub(" ", text)
    if "\n" in text:
        text = _LINE_ENDS.sub("\n", text)
    return text.strip()


_NEXT_QUESTION = late_pattern(
    r"\n(?:(?:new|next|another|follow-up) )?"
    r"(?:(?:question|problem|exercise|q|questão|pregunta|frage|вопрос)\s?(?:no\.? ?)?#?\d{0,4}\s?[:.)]"
    r"|(?:question|problem|exercise|q)\s?#?\d{1,4}\n"
    r"|(?:the )?following (?:is|are) (?:an? |some |the )?(?:\w+ ){0,3}questions?\b"
    r"|(?:user|human|student|instruction|input|system)\s?:"
    r"|(?:問題|问题|題目|题目|질문|문제)\s?\d{0,4}\s?[:.])",
    re.IGNORECASE,
)


_NUMBERED_QUESTION = late_pattern(
    r"(?P<answer>(?:answer: )?[\[(]?[A-Z][\])]?(?:[.:)] [^\n]{0,200})?)\n(?:[2-9]|1\d)[.)] [^\n]{8,600}\?(?=\n|$)",
    re.IGNORECASE,
)
"""An answer, and behind it a question with a number: `B`, `2. Which nerve is affected?`"""
_OPENING_SPEAKER = late_pattern(r"\A(?:q|question|user|human)\s?:(?:[^\n]{0,2000}\n(?=(?:a|assistant|answer)\s?:)|[\s\S]{0,4000}?\n(?=assistant\s?:))"
                              r"(?:a|assistant)\s?:\s?|\Aassistant\s?:\s?",
                              re.IGNORECASE)  # fmt: skip
"""An echoed question of one line and the name of whoever answers it."""


def without_continuation(text: str) -> str:
    """Return the text up to where a new question or another speaker begins.

    A base model answers and then goes on to invent the next question with an answer of its own;
    only the first block is about our item. A question at the very start is our own, echoed.
    """
    if cut := _NEXT_QUESTION.search(text):
        text = text[: cut.start()]
    elif cut := _NUMBERED_QUESTION.match(text):
        text = text[: cut.end("answer")]
    opening = _OPENING_SPEAKER.match(text)
    return text[opening.end() :] if opening else text


_OFFER = (
    r"(?:would|do|shall|should|can|could|may|did|are) (?:you|i|we)\b[^\n?]{0,240}\?[^\n]{0,40}"
    r"|(?:please )?(?:let me know|feel free|don't hesitate|do not hesitate)\b[^\n]{0,240}"
    r"|(?:i )?hope (?:this|that|it) [^\n]{0,120}"
    r"|if (?:you(?:'d| would)? (?:have|need|want|like)|there(?:'s| is| are)) (?:to know|to see|to discuss|to explore"
    r"|me to|any|more|further|another|other|anything|additional|help)\b[^\n]{0,240}"
    r"|(?:is there )?anything else\b[^\n]{0,160}\?"
    r"|(?:i(?:'m| am|'d be|'ll be| would be) )?(?:happy|glad) to [^\n]{0,160}"
    r"|i can (?:also )?(?:explain|provide|go|elaborate|walk|show|help)\b[^\n]{0,160}"
    r"|(?:need|want|any|shall|ready)\b[^\n?]{0,120}\?"
    r"|(?:möchten|möchtest|soll|wünschen|brauchen|haben) (?:sie|du|ich)\b[^\n]{0,200}\?"
    r"|¿[^\n]{0,200}\?|(?:quieres|quiere|desea|deseas|necesita|necesitas) [^\n]{0,200}\?"
    r"|(?:voulez|souhaitez|avez|aimeriez|veux|souhaites)[ -](?:vous|tu)\b[^\n]{0,200}\?"
    r"|(?:gostaria|quer|deseja|você) [^\n]{0,200}\?|(?:vuoi|desidera|vorresti|desideri) [^\n]{0,200}\?"
    r"|(?:хотите|нужно|нужны|могу) [^\n]{0,200}\?|[^\n]{0,120}(?:ister misiniz|istiyor musunuz)\?"
    r"|(?:需要|是否|您|你|要不要|如果您|希望)[^\n]{0,120}|[^\n]{0,120}(?:ましょうか|ますか|까요|습니까)[?.]?"
)
_CLOSING = late_pattern(
    rf"(?:\n|(?<=[.!)\]\"'\ue001}}]) )[- ]{{0,2}}(?:{_OFFER})\s*\Z", re.IGNORECASE
)
_CLOSING_QUESTION = late_pattern(
    r"\n(?!(?:or|but|wait|hmm|oder|ou)\b)(?:[^\W\d_][^\n?.!]{7,240})\?\s*\Z", re.IGNORECASE
)
_LONE_CAPITAL = late_pattern(r"(?<![A-Za-z0-9'/-])[A-Z](?![A-Za-z0-9'/-])")
_MOST_CLOSINGS = 4
_REACH = 400


_CLOSING_WORDS = (
    "let me know", "feel free", "hesitate", "hope ", "if you", "if there", "happy to", "glad to",
    "i can ", "需要", "是否", "您", "你", "要不要", "希望", "ましょうか", "ますか", "까요", "습니까",
)  # fmt: skip
"""One of them stands in whatever offer has no question mark."""


def _closes(tail: str) -> bool:
    return "?" in tail or any(words in tail for words in _CLOSING_WORDS)


def without_closing(text: str) -> str:
    """Return the text without the questions and offers to its reader that close it: they take
    nothing away from what was said. A question that names an option stays."""
    for _ in range(_MOST_CLOSINGS):
        start = max(0, len(text) - _REACH)
        if not _closes(text[start:].lower()):
            break
        found = _CLOSING.search(text, start)
        if found is None:
            found = _CLOSING_QUESTION.search(text, start) if text.endswith("?") else None
            if found is None or _LONE_CAPITAL.search(found[0]):
                break
        if not any(map(str.isalnum, text[: found.start()][:_REACH])):
            break
        text = text[: found.start()].rstrip()
    return text
