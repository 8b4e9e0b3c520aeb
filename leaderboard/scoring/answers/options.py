"""The options of an item, and where a text names them by their words."""

# ruff: noqa: E501 -- patterns stay on one line; other scripts' characters are meant.

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.text import plain_characters, without_markup

PLAIN_BEFORE = frozenset(
    "a an is are was be at in of on for with to as by it this that than from into only option "
    "choice answer approximately about around roughly i therefore thus so hence perform recommend suggest suggests indicate "
    "indicates indicated shows show demonstrates reveals has choose select diagnosis treatment "
    "likely appropriate best consistent would probably definitely clearly likely suspect suspected "
    "favour favor favours favors mean means not no without versus or but either neither "
    "nor excludes exclude excluded never isn't excluding except instead rather unlike need needs "
    "requires require undergo do does called represents represent see depicts demonstrate presents we there "
    "es la el le les un une une der die das ist ein eine est il lo".split()
)
"""Words that may stand right before an option's text without altering its meaning."""

PLAIN_AFTER = frozenset(
    "is are was were would will should must can could may might because since as due given at in "
    "on for by which that but not or rather than instead seems appears remains option options "
    "choice answer level levels disc segment segments space vertebra region correct therefore so "
    "i it this based here isn't aren't wasn't wouldn't cannot can't shouldn't "
    "ist est es è".split()
)
"""Words that may stand right after an option's text without altering its meaning."""

CLAUSE_END = late_pattern(
    r"[,;:.!?\n()](?!\d)|\b(?:but|however|although|though|while|whereas|because|since|so|therefore"
    r"|thus|hence|instead|mais|aber|sondern|sino|pero|mas)\b|但|而是|所以|因此"
)

NEGATED_BEFORE = late_pattern(
    r"\b(?:not|no|never|without|neither|nor|none|cannot|exclud\w{0,4}|rul(?:e|es|ed|ing) out|except"
    r"|unlike|rather than|instead of|other than|than|apart from|besides|avoid\w{0,3}|denies|versus|vs"
    r"|above|below|adjacent to|near|next to|normal|unremarkable|preserved|intact|unlikely|wrong"
    r"|incorrect|histor(?:y|ies) of|previous\w{0,2}|prior|before|after|following|failed|absen\w{1,4}"
    r"|between|if|unless|whether|should (?:there|it)|could|might|may|possib\w{1,3}|consider\w{0,3}|reject\w{0,3}"
    r"|contraindicat\w{1,4}|examine|inspect|discuss|look(?:ing)? at|compar(?:e|ed|ing|ison) (?:to|with)|relative to|nicht|kein\w{0,2}|pas|aucun\w?|sin|não|не|less|mimic\w{0,4}|risk of"
    r"|alternative\w{0,2}|against|eliminat\w{1,4}|option [a-j] (?:says|refers|describes|states|mentions|lists|means|is about)|what|which|how|why|is there)\b|n't\b|不|非|無|没|排除|ない"
)
"""Before an option's text in its clause: the text is not put forward as the answer."""

ADDED_AFTER = late_pattern(r"\balso\b")
"""After an option's text in its clause: it comes beside the answer, where there can be only one."""

NEGATED_BEHIND_COMMA = late_pattern(
    r"[,)]{1,2}\s(?:is|are|was|were|should|would|can|could|does|do|may|must)(?:n't|\s(?:not|never)\b)"
)
"""Right after an option's text that stands in apposition: "option D, bracing, should not"."""

NEGATED_AFTER = late_pattern(
    r"\b(?:not|no|never|cannot|excluded|ruled out|normal|unremarkable|preserved|spared|intact|unlikely"
    r"|wrong|incorrect|false|contraindicated|inappropriate|eliminated|insufficient|unnecessary"
    r"|less|absent|before|previously|earlier|in the past|ago|could|might|may|possible|if|unless|fails?|failed|rejected|would have"
    r"|would (?:need|require|show|cause|typically|usually|normally|present|produce|give|appear|demonstrate|lead|result)"
    r"|nicht|falsch|pas|incorrecta?|не)\b|n't\b|不|非|错|錯|排除|ない|違"
)
"""After an option's text in its clause: the text is not put forward as the answer."""

SENTENCE_END = late_pattern(r"[.!?;](?=\s|$|[^\x00-\x7f])|\n")
LIST_SENTENCE_END = late_pattern(r"[.!?](?=\s|$|[^\x00-\x7f])|\n")
"""A sentence's end where a semicolon may part the members of a list."""


_LEVEL = (
    r"(?:(?:c|th?|l|s)\s?\d{1,2}\s?(?:[-/]|\bto\b|(?<=\d)(?=[lst]\d))\s?(?:c|th?|l|s)?\s?\d{1,2}"
    r"(?!\d| ?[-/] ?(?:c|th?|l|s)?\d)"
    r"|between (?:c|th?|l|s)\d{1,2} and (?:c|th?|l|s)\d{1,2})"
)
_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = late_pattern(
    rf"(?P<level>(?<![a-z\d\u00c0-\u024f]){_LEVEL}(?![a-z\d]))|\d+(?:[.,]\d+)*|[<>≤≥%°±+]|[{_CJK}]"
    rf"|[^\W\d_{_CJK}]+(?:'[a-z]+)?\d*",
)
_LEVEL_PARTS = late_pattern(r"(?:(c|t|l|s)h?\s?)?(\d{1,2})")
_SAME_TOKEN = {
    "°": "degrees", "degree": "degrees", "percent": "%", "≤": "<=", "≥": ">=",
}  # fmt: skip
_DROPPED = frozenset({"the"})
_SPELLINGS = (
    (late_pattern(r"^disk(?=[a-z]|$)"), "disc"),
    (late_pattern(r"(?<=[a-z])ae(?=[a-z])|^ae(?=[a-z]{4})"), "e"),
    (late_pattern(r"^oe(?=d)"), "e"),
    (late_pattern(r"(?<=[a-z]{3})our$"), "or"),
    (late_pattern(r"(?<=[a-z]{4})is(?=ation$|e$|ed$|ing$)"), "iz"),
    (late_pattern(r"(?<=[a-z]{3}[^\Wsui])s$"), ""),
)
"""British and American spellings, and plurals, read the same."""


class Token(NamedTuple):
    """One word, number or level of a text in its normal form, and where it stands."""

    word: str
    start: int
    end: int


def tokens(low: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """Yield the tokens of a lower-case text; every spelling of a disc level becomes `l4/l5`."""
    for found in _TOKEN.finditer(low, start, len(low) if end is None else end):
        word = _level(found[0]) if found.lastgroup else _normal(found[0])
        if word not in _DROPPED:
            yield Token(word, found.start(), found.end())


_LONG = 1_000


@lru_cache(maxsize=1)
def _all_tokens(low: str) -> tuple[list[Token], list[int]]:
    seen = list(tokens(low))
    return seen, [token.start for token in seen]


def tokens_between(low: str, start: int, end: int) -> list[Token]:
    """The tokens within low[start:end]; a long text is cut into tokens once, however many places
    of it are read."""
    if len(low) <= _LONG:
        return list(tokens(low, start, end))
    seen, starts = _all_tokens(low)
    within = seen[bisect_left(starts, start) : bisect_left(starts, end)]
    return within[:-1] if within and within[-1].end > end else within


@lru_cache(maxsize=16_384)
def _normal(word: str) -> str:
    if word.isalpha() and word.isascii() and len(word) > 3:
        for pattern, form in _SPELLINGS:
            word = pattern.sub(form, word)
    return _SAME_TOKEN.get(word, word)


@lru_cache(maxsize=1_024)
def _level(word: str) -> str:
    """Return `l4/l5` for `L4-5`, `L4 / L5`, `between L4 and L5`; `t12` for Th12."""
    (upper, first), (lower, second) = _LEVEL_PARTS.findall(word)
    return f"{upper}{int(first)}/{lower or upper}{int(second)}"


def words_of(text: str) -> tuple[str, ...]:
    """Return the normal form of an option's text or of a whole answer."""
    plain = without_markup(plain_characters(text))
    return tuple(token.word for token in tokens(plain.lower()))


_OF_THE_REST = late_pattern(
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
_RANGE_BEFORE = late_pattern(r"(?:\d\s?[-/:.,]\s?|[<>≤≥±~=]\s?)$")
_RANGE_AFTER = late_pattern(r"\s?(?:[-/:]\s?\d|%)")
_TRAILING_NOTE = late_pattern(r"^(.{3,}?)\s?\([^()]*\)$")
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
        return (
            self.words.get(words)
            or self._joined_by_and.get(_with_and(words))
            or self._begun_by.get(words, frozenset())
        )

    @cached_property
    def _first_words(self) -> frozenset[str]:
        """The words with which `named_by` may find an option."""
        return frozenset(words[0] for words in (*self.words, *self._joined_by_and)) | {"with"}

    @cached_property
    def _begun_by(self) -> dict[tuple[str, ...], frozenset[str]]:
        """What stands before a preposition in one option and nowhere in the others:
        "spondylolisthesis" of "Spondylolisthesis at L5/S1"."""
        found: dict[tuple[str, ...], frozenset[str]] = {}
        for words, letters in self.words.items():
            cut = next((i for i, word in enumerate(words) if word in _PREPOSITIONS), 0)
            others = {word for other in self.words if other != words for word in other}
            if cut and others.isdisjoint(words[:cut]):
                found[words[:cut]] = letters
        return found

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


_PREPOSITIONS = frozenset("at of in from due on near between within along".split())
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
    before = low[max(0, seen[i].start - 3) : seen[i].start].rstrip(" ")
    before = "\n" if before.endswith("\n-") else before[-1:]
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
