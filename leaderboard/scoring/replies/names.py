"""What the names inside a model's marks mean: by their parts, so that new families read right.

Names are compared in lower case, as the words between their marks of punctuation:
`<|END_THINKING|>` is `end thinking`, `<seed:think>` is `seed think`.
"""

from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from leaderboard.late import late_pattern

THOUGHTS = ("think", "thought", "scratchpad", "monologue", "deliberat", "ponder", "contemplat",
            "introspect", "cogitat")  # fmt: skip
"""A name that holds one of these is a thought's wherever it stands."""
THOUGHT_WORDS = frozenset({"cot", "inner", "musing", "musings"})
SECTIONS_OF_THOUGHT = frozenset({"reasoning", "reason", "analysis", "rationale", "reflection",
                                 "explanation", "planning"})  # fmt: skip
"""A thought's, unless the reply is built of sections with such headings, as reports may be."""
STAGES = frozenset({"summary", "caption"})
"""Written in capitals at the start, the first stages of a thought that a conclusion ends."""
UNSAID = frozenset({"internal", "hidden", "private"})
"""A tag's name of these alone is a thought's: `<hidden>`."""
FINALS = frozenset({"answer", "answers", "response", "final", "solution", "output"})
CONCLUSION = "conclusion"
BOXES = frozenset({"box", "boxed"})
CHANNELS = frozenset({"channel"})
HEADERS_END = frozenset({"message", "content", "sep", "middle"})
TURNS = frozenset({"im", "turn", "header", "role", "start", "begin", "message", "utterance",
                   "sentence", "sequence", "text", "s"})  # fmt: skip
"""What a turn is called in the tokens that open and close it."""
ASSISTANTS = frozenset({"assistant", "model", "ai", "bot", "chatbot", "gpt"})
OTHERS = frozenset({"user", "human", "system", "tool", "developer", "observation", "function",
                    "ipython", "environment", "inst", "prompter", "sys", "prompt"})  # fmt: skip
OPENS = frozenset({"start", "begin", "bos", "sop", "prefix", "open"})
CLOSES = frozenset({"end", "stop", "close", "suffix", "eos", "eot", "eom", "eod", "eoh", "eoa",
                    "eop", "pad", "eof"})  # fmt: skip
FILLERS = (
    OPENS
    | CLOSES
    | frozenset(
        "of the a my your our model seed ds chain block step steps process token internal private"
        " hidden long short deep final budget content".split()
    )
)
ANGLE_TOKENS = frozenset({"bos", "eos", "pad", "unk", "sop", "eop", "eot", "eom", "eod", "eoh",
                          "eoa", "cls", "sep", "mask", "s"})  # fmt: skip
"""Control tokens that look like a tag: `<pad>`, `<eos>`, `</s>`."""
_ENDS = frozenset({"return", "call"})
THOUGHT_NUMBERS = {"unused94": False, "unused95": True}
"""Numbered tokens that are known to open (False) or close (True) a thought."""
REAL_TURN_ENDS = frozenset({"turn", "im", "sentence", "text", "utterance", "turn token"})
"""An end of one of these inside a channel ends the turn, and not the channel's message."""
_NUMBERED = late_pattern(r"(?:unused|reserved|special|extra|token|id)+\d+")
_ANGLE_WORDS = (
    CLOSES
    | OPENS
    | frozenset(
        "turn token utterance seq sequence special reserved unused extra image img im vision fake"
        " row col global around mask fim role".split()
    )
)
_WORDS = late_pattern(r"[a-z]+|\d+")
_CLOSED_JOINED = late_pattern(r"(?:end(?:of)?|eo)(?=[a-z])")


class Kind(Enum):
    """What a mark does. NONE: it is no mark at all, and stays in the text."""

    NONE = auto()
    THOUGHT = auto()
    SECTION_OF_THOUGHT = auto()
    STAGE = auto()
    CONCLUSION = auto()
    ANSWER_TAG = auto()
    FINAL = auto()
    BOX = auto()
    CHANNEL = auto()
    HEADER_END = auto()
    TURN = auto()
    MY_TURN = auto()
    OTHERS_TURN = auto()
    END = auto()
    SECTION = auto()
    NUMBERED = auto()
    STRIKE = auto()
    NOISE = auto()


class Name(NamedTuple):
    """What a name means, whether its mark closes, and of what it speaks."""

    kind: Kind
    closes: bool
    noun: str


@lru_cache(maxsize=2_048)
def name_of_token(written: str, *, opens: bool = False, closes: bool = False) -> Name:
    """The meaning of the name in a control token: `<|x|>`, or `<|x>` and `<x|>`, which say by
    their form that they open or close. An unknown name is END if it closes, else NOISE."""
    words = _words(written)
    names = frozenset(words)
    noun = " ".join(word for word in words if word not in OPENS | CLOSES and word != "of")
    closing = closes or written.startswith("/") or (not opens and bool(names & CLOSES))
    if not closing and not opens and words and _CLOSED_JOINED.match(words[0]):
        closing = words[0] not in OPENS
    kind = _kind_of_token(words, names, noun, closing=closing)
    return Name(kind, closing, noun)


def _kind_of_token(
    words: tuple[str, ...], names: frozenset[str], noun: str, *, closing: bool
) -> Kind:
    joined = "".join(words)
    if _is_thought(joined, names) or (names & SECTIONS_OF_THOUGHT):
        return Kind.THOUGHT
    if _NUMBERED.fullmatch(joined):
        return Kind.NUMBERED
    if names & CHANNELS:
        return Kind.CHANNEL
    if (names & BOXES) and "of" in names:
        return Kind.BOX
    if (names & FINALS or CONCLUSION in names) and not names & TURNS - OPENS - {"message"}:
        return Kind.FINAL
    if names & HEADERS_END and not closing and not names & (ASSISTANTS | OTHERS | OPENS):
        return Kind.HEADER_END
    if {"header", "role"} & names and closing:
        return Kind.HEADER_END
    if closing or joined in _ENDS:
        return Kind.END
    if names & OTHERS:
        return Kind.OTHERS_TURN
    if names & ASSISTANTS:
        return Kind.MY_TURN
    if (
        noun in TURNS
        or "bos" in names
        or (not noun and names & OPENS)
        or {"turn", "header", "role"} & names
    ):
        return Kind.TURN
    return Kind.NOISE


@lru_cache(maxsize=2_048)
def name_of_tag(written: str) -> Name:
    """The meaning of the name in a tag: `<x>`, `</x>`, `[X]`. An unknown name is a SECTION's."""
    words = _words(written)
    names = frozenset(words)
    closes = written.startswith("/") or bool(names & CLOSES)
    noun = written.strip("/ ").lower()
    if _is_thought("".join(words), names) or (names and names <= UNSAID):
        return Name(Kind.THOUGHT, closes, noun)
    if _NUMBERED.fullmatch("".join(words)):
        return Name(Kind.NUMBERED, closes, noun)
    if len(words) == 1 and words[0] in ANGLE_TOKENS:
        if words[0] == "s":
            return Name(Kind.STRIKE, closes, noun)
        return Name(Kind.END if closes else Kind.NOISE, closes, noun)
    rest = names - FILLERS
    if rest and rest <= SECTIONS_OF_THOUGHT:
        return Name(Kind.SECTION_OF_THOUGHT, closes, noun)
    if names & {"answer", "answers"} and rest <= {"answer", "answers"}:
        return Name(Kind.ANSWER_TAG, closes, noun)
    if rest == {CONCLUSION}:
        return Name(Kind.CONCLUSION, closes, noun)
    if rest and rest <= STAGES and written.isupper():
        return Name(Kind.STAGE, closes, noun)
    if len(words) > 1 and names & _ANGLE_WORDS and names & (CLOSES | OPENS | TURNS | {"token"}):
        return name_of_token(written)
    if len(words) > 1 and not written.startswith("/") and names & _ANGLE_WORDS:
        return Name(Kind.NOISE, closes, noun)
    return Name(Kind.SECTION, closes, noun)


def is_final_channel(name: str) -> bool:
    """Whether a channel of this name speaks to the reader; every other one is a thought."""
    return name.lower() in FINALS


def _is_thought(joined: str, names: frozenset[str]) -> bool:
    return any(stem in joined for stem in THOUGHTS) or bool(names & THOUGHT_WORDS)


def _words(written: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(written.lower()))
