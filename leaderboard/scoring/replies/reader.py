"""Read a model's raw output as its reader would see it.

The rules, whatever family of models the marks are of and however many of them a server stripped:

1.  Nothing inside a thought is said. Nested thoughts are one; a closing mark without an opening
    one ends a thought that began in the prompt; a thought that is never closed hides what follows,
    unless a final mark inside it shows that thinking had ended.
2.  What stands before a final mark (`<answer>`, the final channel, `<CONCLUSION>` behind its
    stages) is a thought.
3.  Only the model's first turn counts: the reply ends at the first end-of-turn token, or another
    turn's opening, behind its first words. An echo of the prompt's turns is passed over.
4.  Control tokens are no words. Tags with unknown names are left to whoever reads the text:
    they may be headings of a report.
"""

import re
from collections.abc import Callable

from leaderboard.late import late_pattern
from leaderboard.scoring.replies.marks import (
    CHANNEL_HEADER,
    CHANNEL_ROLE,
    MARK,
    MESSAGE_HEADER,
    PLAIN_ROLE,
    ROLE,
    before_plain_turn,
    may_hold_marks,
    with_stripped_marks,
)
from leaderboard.scoring.replies.names import (
    ASSISTANTS,
    REAL_TURN_ENDS,
    THOUGHT_NUMBERS,
    Kind,
    Name,
    is_final_channel,
    name_of_tag,
    name_of_token,
)
from leaderboard.scoring.replies.written import with_plain_marks

_HTML = frozenset(
    "a abbr article b blockquote body br center code dd del details div dl dt em figure footer"
    " font form h1 h2 h3 h4 h5 h6 head header hr html i img input ins label li link main mark meta"
    " ol option output p pre q s script section small span strike strong style sub summary sup"
    " svg table tbody td template tfoot th thead time title tr u ul var video".split()
)
_LONE_AT_END = late_pattern(
    r"\s*(?:<(?P<closes>/?)(?P<name>[A-Za-z_]\w{1,39}|0x\w\w)>|\[(?:PAD|EOS|BOS|END|SEP|STOP)\])\s*\Z"
)


def read_said(text: str, *, final_mark: str = "", final_end: str = "") -> str:
    """What `text` says: without thoughts, later turns and control tokens; "" where nothing is.

    Boxes around a final answer become `final_mark` and `final_end`. A text without marks comes
    back as it is. Total, and linear in the length of the text.
    """
    text = with_stripped_marks(with_plain_marks(text))
    if may_hold_marks(text):
        text = _Reader(text, final_mark, final_end).read()
    return before_plain_turn(text)


class _Reader:
    """One pass over the marks of a text."""

    def __init__(self, text: str, final_mark: str, final_end: str) -> None:
        self.text = text
        self.final_mark = final_mark
        self.final_end = final_end
        self.said: list[str] = []
        self.place = 0
        self.depth = 0
        self.in_channel = False
        self.in_others_turn = False
        self.has_thought = False
        self.has_sections = False
        self.in_numbered = self.is_message = self.is_role = False
        self.opened: set[str] = set()
        self.closed_brackets: dict[str, bool] = {}
        self.has_words = False
        self.has_box = self.has_answer_tag = self.in_final = False
        self.final_in_thought: int | None = None
        self.is_over = False

    def read(self) -> str:
        for found in MARK.finditer(self.text):
            if found.start() < self.place:
                continue
            name = self._name(found)
            if name.kind is Kind.NONE:
                continue
            _ACTIONS[name.kind](self, found, name)
            if self.is_over:
                break
        if not self.is_over:
            if self.depth and self.final_in_thought is not None:
                rest = self.text[self.final_in_thought :]
                return _Reader(rest, self.final_mark, self.final_end).read()
            self._say(len(self.text))
        said = "".join(self.said)
        while (lone := _LONE_AT_END.search(said, max(0, len(said) - _TAIL))) and not (
            lone["closes"] and f"<{lone['name']}" in said
        ):
            said = said[: lone.start()]
        return said

    @property
    def is_hidden(self) -> bool:
        return self.depth > 0 or self.in_channel or self.in_others_turn

    def _say(self, end: int) -> None:
        if not self.is_hidden and end > self.place:
            words = self.text[self.place : end]
            self.said.append(words)
            self.has_words = self.has_words or any(map(str.isalnum, words))

    def _pass(self, found: re.Match[str]) -> None:
        """Take the words before a mark, and go on behind it."""
        self._say(found.start())
        self.place = found.end()

    def _forget(self) -> None:
        """What was said so far turns out to be a thought."""
        self._clear()
        self.depth = 0
        self.in_channel = self.in_others_turn = False

    def _clear(self) -> None:
        self.said.clear()
        self.has_words = False

    def _end_turn(self) -> None:
        self.is_over = self.has_words

    def _name(self, found: re.Match[str]) -> Name:
        group = found.lastgroup
        written = found[group or 0].replace(" ", "_" if group in ("bars", "phrase") else "")
        if group == "sys" and "[INST]" in self.text:
            return Name(Kind.NOISE, False, "sys")
        if group in ("bars", "square", "sys"):
            return name_of_token(written)
        if group == "phrase":
            name = name_of_token(written.lower())
            is_known = name.kind in (Kind.THOUGHT, Kind.FINAL)
            return name if is_known else Name(Kind.NONE, name.closes, name.noun)
        if group == "opening":
            return name_of_token(written, opens=True)
        if group == "closing":
            return name_of_token(written, closes=True)
        name = name_of_tag(written)
        return self._bracket(written, name) if group in ("bracket", "triangle") else name

    def _bracket(self, written: str, name: Name) -> Name:
        """Brackets hold much in prose: only known names count, or those that are also closed."""
        if name.kind in (Kind.THOUGHT, Kind.NUMBERED):
            return name
        if name.noun == "inst":
            return Name(Kind.OTHERS_TURN, name.closes, name.noun)
        if name.noun == "gmask":
            return Name(Kind.NOISE, False, name.noun)
        if name.kind is Kind.SECTION_OF_THOUGHT and (name.closes or self._is_closed(written)):
            return name
        return Name(Kind.NONE, name.closes, name.noun)

    def _is_closed(self, written: str) -> bool:
        if written not in self.closed_brackets:
            self.closed_brackets[written] = f"[/{written}]" in self.text
        return self.closed_brackets[written]

    # --- what each kind of mark does -------------------------------------------------------------

    def thought(self, found: re.Match[str], name: Name) -> None:
        if self.in_others_turn:
            return
        self.has_thought = True
        if name.closes and self.depth == 0:
            self._forget()
            self.place = found.end()
            return
        is_double = self.depth > 0 and not self.text[self.place : found.start()].strip()
        self._pass(found)
        self.is_message = found.lastgroup == "bars"
        if name.closes or not is_double:  # the prompt's opening mark, and the model's own
            self.depth += -1 if name.closes else 1
        if self.depth == 0:
            self.said.append("\n")

    def section_of_thought(self, found: re.Match[str], name: Name) -> None:
        if not self.has_sections or self.depth:
            self.thought(found, name)

    def stage(self, found: re.Match[str], name: Name) -> None:
        if self.depth == 0 and name.closes:
            return
        if name.closes or (not self.has_words and self._goes_on_as_stages(found)):
            self.thought(found, name)

    def _goes_on_as_stages(self, found: re.Match[str]) -> bool:
        if self.text[self.place : found.start()].strip() and not self.is_hidden:
            return False
        return bool(_STAGE_NEXT.search(self.text, found.end())) or (
            f"</{found['tag']}>" not in self.text
        )

    def section(self, found: re.Match[str], name: Name) -> None:
        if name.closes and not self.is_hidden and name.noun not in _HTML:
            self.has_sections = True

    def conclusion(self, found: re.Match[str], name: Name) -> None:
        if not self.has_thought or self.has_sections:
            return
        if not name.closes:
            self._forget()
            self.place = found.end()
        else:
            self._pass(found)
            self.said.append("\n")

    def answer_tag(self, found: re.Match[str], name: Name) -> None:
        if name.closes or self.in_others_turn:
            return
        if self.is_hidden:
            if self.final_in_thought is None:
                self.final_in_thought = found.start()
            return
        if not self.has_answer_tag:
            self.has_answer_tag = True
            self._clear()
            self.place = found.start()

    def final(self, found: re.Match[str], name: Name) -> None:
        if self.in_others_turn:
            return
        if self.depth:
            if not name.closes and self.final_in_thought is None:
                self.final_in_thought = found.end()
            return
        if name.closes:
            self._pass(found)
            self._end_turn()
            return
        self._forget()
        self.place = found.end()

    def box(self, found: re.Match[str], name: Name) -> None:
        if self.is_hidden:
            if self.depth and not name.closes and self.final_in_thought is None:
                self.final_in_thought = found.start()
            return
        self._pass(found)
        if name.closes:
            self.said.append(self.final_end)
            return
        if not self.has_box and self._begins_sentence():
            self._clear()
        self.has_box = True
        self.said.append(self.final_mark)

    def _begins_sentence(self) -> bool:
        """Whether what follows stands by itself, and not within a sentence."""
        before = "".join(self.said[-3:])
        plain = before.rstrip()
        return not plain or plain[-1] in ".!?>" or "\n" in before[len(plain) :]

    def channel(self, found: re.Match[str], name: Name) -> None:
        if name.closes:
            if not self.is_hidden:
                self._forget()
            self.in_channel = False
            self.place = found.end()
            return
        header = CHANNEL_HEADER.match(self.text, found.end())
        channel = header["name"] if header else ""
        self._enter(channel, found.start(), header.end() if header else found.end())

    def _enter(self, channel: str, start: int, end: int) -> None:
        is_final = is_final_channel(channel)
        self._say(start)
        if self.has_words and (self.in_final or not is_final):
            self.is_over = True
            return
        if is_final:
            self._forget()
            self.in_final = True
        else:
            self.in_channel = True
        self.place = end

    def header_end(self, found: re.Match[str], _name: Name) -> None:
        """`analysis<|message|>`, `user<|im_sep|>`: what stands before it is no word."""
        before = self.text[self.place : found.start()]
        if header := MESSAGE_HEADER.match(before):
            self.place = found.start()
            self._enter(header["name"], found.start(), found.end())
        elif before.strip().lower() in ASSISTANTS:
            self.place = found.end()
        elif not self.is_hidden:
            self._pass(found)

    def turn(self, found: re.Match[str], name: Name) -> None:
        role = ROLE.match(self.text, found.end())
        if role:
            is_mine = role["role"].lower() in ASSISTANTS
            self._open_turn(found, role.end(), is_mine=is_mine)
        elif channel := CHANNEL_ROLE.match(self.text, found.end()):
            self._enter(channel["name"], found.start(), channel.end())
            self.is_role = self.in_channel
        elif not self.is_hidden:
            self._pass(found)
            self._end_turn()

    def my_turn(self, found: re.Match[str], _name: Name) -> None:
        role = ROLE.match(self.text, found.end())
        self._open_turn(found, role.end() if role else found.end(), is_mine=True)

    def others_turn(self, found: re.Match[str], name: Name) -> None:
        if name.closes and self.in_others_turn:
            self.place = found.end()
            self.in_others_turn = False
        elif name.closes:
            self._pass(found)
            self._end_turn()
        else:
            self._open_turn(found, found.end(), is_mine=False)

    def _open_turn(self, found: re.Match[str], end: int, *, is_mine: bool) -> None:
        if self.depth:
            self.is_over = not is_mine
            return
        self._say(found.start())
        self._end_turn()
        self.place = end
        self.in_channel = False
        self.in_others_turn = not is_mine

    def end(self, found: re.Match[str], name: Name) -> None:
        if self.depth and self.is_message and not name.noun:
            self.depth, self.place = 0, found.end()
            return
        if self.depth:
            return
        if self.in_channel and not self.is_role and name.noun in REAL_TURN_ENDS:
            self.is_over = True
        elif self.is_hidden:
            self.in_channel = self.in_others_turn = False
            self.place = found.end()
        else:
            self._pass(found)
            if name.noun not in self.opened:
                self._end_turn()

    def numbered(self, found: re.Match[str], name: Name) -> None:
        """`<unused94>thought ... <unused95>`: told by the word behind the first of two; a number
        before who speaks opens a turn, as `<SPECIAL_11>User` does."""
        if not self.is_hidden and ROLE.match(self.text, found.end()):
            self.turn(found, name)
            return
        closes = THOUGHT_NUMBERS.get(name.noun)
        word = _THOUGHT_WORD.match(self.text, found.end())
        if self.in_numbered:
            self.depth, self.place, self.in_numbered = 0, found.end(), False
        elif word or closes is False:
            self._pass(found)
            self.depth, self.in_numbered, self.has_thought = self.depth + 1, True, True
        elif self.in_channel:
            self.in_channel, self.place = False, found.end()
        elif closes and self.text[found.end() :].strip():
            self._forget()
            self.place = found.end()
        else:
            self.noise(found, name)

    def strike(self, found: re.Match[str], name: Name) -> None:
        """`<s>` begins a text and `</s>` ends it, but as a pair in its midst they strike out."""
        is_first = not self.text[: found.start()].strip()
        if not name.closes and is_first:
            self.noise(found, Name(Kind.NOISE, False, ""))
        elif not name.closes:
            self.opened.add("s")
        elif "s" not in self.opened:
            self.end(found, name)

    def noise(self, found: re.Match[str], name: Name) -> None:
        self.opened.add(name.noun)
        if not self.is_hidden:
            self._pass(found)
            if PLAIN_ROLE.match(self.text, found.end()):
                self._end_turn()


_STAGE_NEXT = late_pattern(r"<(?:SUMMARY|CAPTION|REASONING|ANALYSIS|THINK\w*|CONCLUSION)>")
_THOUGHT_WORD = late_pattern(r"\s*(?:thought|think)", re.IGNORECASE)
_TAIL = 300
_ACTIONS: dict[Kind, Callable[[_Reader, re.Match[str], Name], None]] = {
    Kind.THOUGHT: _Reader.thought,
    Kind.SECTION_OF_THOUGHT: _Reader.section_of_thought,
    Kind.STAGE: _Reader.stage,
    Kind.CONCLUSION: _Reader.conclusion,
    Kind.ANSWER_TAG: _Reader.answer_tag,
    Kind.FINAL: _Reader.final,
    Kind.BOX: _Reader.box,
    Kind.CHANNEL: _Reader.channel,
    Kind.HEADER_END: _Reader.header_end,
    Kind.TURN: _Reader.turn,
    Kind.MY_TURN: _Reader.my_turn,
    Kind.OTHERS_TURN: _Reader.others_turn,
    Kind.END: _Reader.end,
    Kind.SECTION: _Reader.section,
    Kind.NUMBERED: _Reader.numbered,
    Kind.STRIKE: _Reader.strike,
    Kind.NOISE: _Reader.noise,
}
