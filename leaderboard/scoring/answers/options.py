"""The options of an item, and where a text names them by their words."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from leaderboard.scoring.answers.option_words import (
    ADDED_AFTER,
    CLAUSE_END,
    NEGATED_AFTER,
    NEGATED_BEFORE,
    NEGATED_BEHIND_COMMA,
    PLAIN_AFTER,
    PLAIN_BEFORE,
)
from leaderboard.scoring.answers.tokens import Token, tokens, tokens_between, words_of

_OF_THE_REST = re.compile(
    r"(none|all) (?:of )?(?:the |these |those )?"
    r"(?:above|options|choices|answers|listed|statements|them|these|those)"
    r"(?: (?:options|choices|answers|above|listed|given|provided|apply|are correct))?(?![^\W_])"
)
_OTHER_WORDINGS = (
    "above", "the above options", "the above choices", "these", "these options", "these choices",
    "those", "them", "the options", "the choices", "the options above", "the listed options",
    "the given options", "the provided options",
)  # fmt: skip
"""`None of the above` and its like: every wording stands for the option."""
_RANGE_BEFORE = re.compile(r"(?:\d\s?[-/:.,]\s?|[<>≤≥±~=]\s?)$")
_RANGE_AFTER = re.compile(r"\s?(?:[-/:]\s?\d|%)")
_TRAILING_NOTE = re.compile(r"^(.{3,}?)\s?\([^()]*\)$")
_LONGEST_LOOK = 400


class Mention(NamedTuple):
    """A place where the text names options by their words."""

    letters: frozenset[str]
    start: int
    end: int
    negated: bool
    added: bool
    """Whether the text says that it is there as well, beside something else."""
    altered: bool
    """Whether a neighbouring word makes it another name: "posterior fusion" is not "Fusion"."""


class Options:
    """The letters of an item and the words that stand for each."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self.texts = options
        self.letters = frozenset(options)

    @cached_property
    def words(self) -> dict[tuple[str, ...], frozenset[str]]:
        """Each option's words, and its words without a trailing note in brackets where nothing
        else is called so; several letters where options read the same."""
        found: dict[tuple[str, ...], set[str]] = {}
        short: dict[tuple[str, ...], set[str]] = {}
        for letter, text in self.texts.items():
            if full := words_of(text):
                found.setdefault(full, set()).add(letter)
            if rest := _OF_THE_REST.fullmatch(text.lower().strip(" .")):
                for wording in _OTHER_WORDINGS:
                    short.setdefault(words_of(f"{rest[1]} of {wording}"), set()).add(letter)
            note = _TRAILING_NOTE.match(text.strip())
            if note and (brief := words_of(note[1])):
                short.setdefault(brief, set()).add(letter)
        for brief, letters in short.items():
            if brief not in found and len(letters) == 1:
                found[brief] = letters
        return {words: frozenset(letters) for words, letters in found.items()}

    @cached_property
    def _longest_text(self) -> int:
        """How long a text may be and still be one option's: twice as long, for marks and spaces."""
        return 2 * max((len(text) for text in self.texts.values()), default=0) + 40

    @cached_property
    def _by_first(self) -> dict[str, list[tuple[str, ...]]]:
        by_first: dict[str, list[tuple[str, ...]]] = {}
        for words in sorted(self.words, key=len, reverse=True):
            by_first.setdefault(words[0], []).append(words)
        return by_first

    @cached_property
    def says_letters(self) -> bool:
        """Whether some option's text is itself a letter or a list of letters, such as `A and C`."""
        return any(
            all(len(word) == 1 or word in _LIST_WORDS for word in words)
            and any(map(_is_name, words))
            for words in self.words
        )

    def named_by(self, text: str) -> frozenset[str]:
        """Return the letters whose whole option text this is, after normalisation."""
        if len(text) > min(_LONGEST_LOOK, self._longest_text):
            return frozenset()
        first = next(tokens(text.lower()), None)
        if first is not None and first.word not in self._first_words and text.isascii():
            return frozenset()
        words = words_of(text)
        return self.words.get(words) or self._joined_by_and.get(_with_and(words), frozenset())

    @cached_property
    def _first_words(self) -> frozenset[str]:
        """The words with which `named_by` may find an option."""
        return frozenset(words[0] for words in (*self.words, *self._joined_by_and)) | {"with"}

    @cached_property
    def _joined_by_and(self) -> dict[tuple[str, ...], frozenset[str]]:
        """The options' words with `and` for `with`: "decompression and fusion"."""
        found: dict[tuple[str, ...], frozenset[str]] = {}
        for words, letters in self.words.items():
            joined = _with_and(words)
            found[joined] = found.get(joined, frozenset()) | letters
        return found

    def at(self, low: str, start: int) -> tuple[frozenset[str], int] | None:
        """Return the letters of the longest option text that begins at `start`, and its end."""
        seen: list[Token] = []
        for token in tokens(low, start, start + _LONGEST_LOOK):
            if not seen and (
                low[start : token.start].strip(_OPENERS) or token.word not in self._by_first
            ):
                return None
            seen.append(token)
            if len(seen) >= self._longest:
                break
        return self._longest_at(seen, 0)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.words), default=0)

    def _longest_at(self, seen: list[Token], i: int) -> tuple[frozenset[str], int] | None:
        for words in self._by_first.get(seen[i].word, ()) if seen else ():
            if tuple(token.word for token in seen[i : i + len(words)]) == words:
                return self.words[words], seen[i + len(words) - 1].end
        return None

    def mentions(self, low: str, start: int, end: int) -> list[Mention]:
        """Return where low[start:end] names options by their words, the longest name winning."""
        seen = tokens_between(low, start, end)
        if self._by_first.keys().isdisjoint([token.word for token in seen]):
            return []
        spans: list[tuple[int, int, frozenset[str]]] = []
        i = 0
        while i < len(seen):
            j = i + 1
            hit = self._longest_at(seen, i) if seen[i].word in self._by_first else None
            if hit:
                while j < len(seen) and seen[j].start < hit[1]:
                    j += 1
                spans.append((i, j, hit[0]))
            i = j
        borders = {i - 1 for i, _, _ in spans} & {j for _, j, _ in spans}
        joined = {i for i in borders if seen[i].word in _JOINING_WORDS}
        found: list[Mention] = []
        for i, j, letters in spans:
            first, stop = seen[i].start, seen[j - 1].end
            if not _is_number(low, seen, i, j, start):
                altered = not _stands_alone(low, seen, i, j, joined)
                negated = _is_negated(low, first, stop, start, end)
                added = _is_added(low, stop, end)
                found.append(Mention(letters, first, stop, negated, added, altered))
        return found


def _with_and(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("and" if word == "with" else word for word in words)


_OPENERS = " \n\t\"'([{<-:.,)]}|"
_JOINING_WORDS = frozenset({"and", "or", "plus", "und", "et", "y", "e", "nor", "without", "not"})
_LIST_WORDS = frozenset({"and", "or", "only", "both", "option", "options", "all", "of", "none"})


def _is_name(word: str) -> bool:
    return len(word) == 1 and "a" <= word <= "z"


def _is_number(low: str, seen: list[Token], i: int, j: int, start: int) -> bool:
    """Whether seen[i:j] is a lone number, or belongs to a range or a comparison."""
    first, last = seen[i], seen[j - 1]
    if first.word.isdigit() and j - i == 1:
        return True
    if first.word[0].isdigit() and _RANGE_BEFORE.search(
        low, max(start, first.start - 8), first.start
    ):
        return True
    return (
        last.word[-1].isdigit() and "/" not in last.word and bool(_RANGE_AFTER.match(low, last.end))
    )


def _stands_alone(low: str, seen: list[Token], i: int, j: int, joined: set[int]) -> bool:
    """Whether seen[i:j] is not part of a longer name, judged by its neighbours."""
    if j - i == 1 and "/" in seen[i].word:
        return True
    before = low[max(0, seen[i].start - 2) : seen[i].start].rstrip(" ")[-1:]
    tied = i > 0 and not _parts(before)
    if tied and seen[i - 1].word not in PLAIN_BEFORE and i - 1 not in joined:
        return False
    after = low[seen[j - 1].end : seen[j - 1].end + 3]
    if after == " - ":
        return True
    after = after.lstrip(" ")[:1]
    return j == len(seen) or _parts(after) or seen[j].word in PLAIN_AFTER or j in joined


def _parts(neighbour: str) -> bool:
    """Whether a character is punctuation that parts a word from its neighbour."""
    return neighbour != "" and not neighbour.isalnum() and neighbour not in "-/+<>%°'"


def _is_negated(low: str, first: int, stop: int, start: int, end: int) -> bool:
    clause_start = start
    for border in CLAUSE_END.finditer(low, max(start, first - 200), first):
        clause_start = border.end()
    return bool(
        NEGATED_BEFORE.search(low, clause_start, first)
        or NEGATED_BEHIND_COMMA.match(low, stop, end)
        or NEGATED_AFTER.search(low, stop, _clause_end(low, stop, end))
    )


def _is_added(low: str, stop: int, end: int) -> bool:
    return ADDED_AFTER.search(low, stop, _clause_end(low, stop, end)) is not None


def _clause_end(low: str, stop: int, end: int) -> int:
    border = CLAUSE_END.search(low, stop, min(end, stop + 200))
    return border.start() if border else min(end, stop + 200)
