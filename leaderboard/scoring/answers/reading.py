"""Read what stands at one place of a text as a choice: letters, a list of them, or option texts."""

# ruff: noqa: E501, RUF001 -- patterns stay on one line; other scripts' characters are meant.

import re
from functools import lru_cache
from itertools import pairwise

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.options import LIST_SENTENCE_END, SENTENCE_END
from leaderboard.scoring.answers.page import Page, Reading, named_in
from leaderboard.scoring.answers.text import FINAL_END, FINAL_MARK
from leaderboard.scoring.answers.words import FALSE_SOON

_TIGHT = frozenset(".,;:!?)]}\"'/|&+<>\n=~✓✗→" + FINAL_END + FINAL_MARK)
_JOINING = frozenset(
    "wählen nehmen entscheiden richtig korrekt the seems appears looks fits matches applies apply because since as due with for given which and or nor explains accounts alone erklärt passt trifft explica explique corresponde am die noch sondern plus but not instead rather only nor is are was "
    "on based therefore so hence thus confidently definitely then if unless although though while "
    "whereas over vs versus i if it would seems remains fits either than without unlike except "
    "und oder nicht weil da denn sondern aber et ou pas car parce mais y o no porque ya ni sino e "
    "porque pois mas и или не так потому а но ve veya çünkü değil perché poiché ma è é es ist est "
    "şıkkı şıkkıdır şık seçeneği seçeneğidir also both possibly maybe perhaps too again here please above below".split()
)
_SENTENCE_STARTERS = frozenset(
    "The This Because Since It Explanation Option In As Based Given Here Rationale Reason Reasoning "
    "Confidence Answer Justification Note There These That Therefore Thus Final Question".split()
)
_LATIN_NAMES = frozenset(
    "coli difficile diff fragilis fumigatus albicans burgdorferi henselae melitensis abortus "
    "baumannii acnes anthracis cereus braun faecalis faecium botulinum perfringens tetani jejuni "
    "diphtheriae subtilis pertussis pestis".split()
)
_WORD = late_pattern(r"\s?([^\W\d_]+)")
_TO_ME = late_pattern(
    r" (?:to (?:me|us)|in my (?:opinion|view)|in (?:this|such) (?:cases?|patients?|situation))\b"
)
_PERCENT = late_pattern(r" \(?\d{1,3}(?:\.\d+)?\s?%")


def may_be_letter(text: str, found: re.Match[str], letter: str) -> bool:
    """Whether a letter that no option text follows can be a letter at all, and not an article, a
    pronoun, an initial, a vitamin or the first half of a longer word."""
    end = found.end()
    following = text[end : end + 1]
    if following == "" or (found[2].strip() and following in " \n.,;:!"):
        return not is_latin_name(text, end)
    if following == "-" and end + 1 == len(text):  # cut off: `D-dimer`
        return False
    if following in ".-/'":
        if following == "." and is_latin_name(text, end):
            return False
        after = text[end + 1 : end + 2]
        if following == "/":
            return after.isalpha() and not text[end + 2 : end + 3].isalnum()
        return not after.isalnum()
    if following in _TIGHT:
        return True
    if following == " ":
        return _word_may_follow(text, end, letter, found[1])
    return not following.isalnum() or (following > "\u2e80" and following not in "型級级類类族期群")


def is_latin_name(text: str, end: int) -> bool:
    """Whether the letter before `end` is a genus, as in E. coli."""
    word = _WORD.match(text, end + 1) if text[end : end + 1] == "." else None
    return word is not None and word[1].lower() in _LATIN_NAMES


def _word_may_follow(text: str, end: int, letter: str, written: str) -> bool:
    word = _WORD.match(text, end)
    if written.isupper() and _TO_ME.match(text, end):
        return True
    if word is None:
        following = text[end + 1 : end + 2]
        return bool(_PERCENT.match(text, end)) or not following.isdigit()
    if word[1] in _JOINING or (word[1].lower() in _JOINING and word[1].isupper()):
        if letter == "I" and word[1] != "and":
            return False
        return written.isupper() or word[1] in {"because", "since", "as", "and", "or", "not", "but"}
    if word[1][0] > "\u2e80" or len(word[1]) == 1:
        return written.isupper()
    if "\u0600" <= word[1][0] <= "\u0e7f":
        return True
    return written.isupper() and word[1] in _SENTENCE_STARTERS


_OPEN = r"[\[(\"'{<|]{0,3}[^\S\n]?"
_CLOSE = r"(?:'[dt][iıuü]r|[ ]?[)\]}\"'>]{1,3})?"
_ITEM = late_pattern(
    rf"{_OPEN}([A-Za-z])(?![A-Za-z0-9\u00b2-\u00b9\u00c0-\u024f\u0370-\u05ff]|'(?![dt][iıuü]r)[a-zA-Z])({_CLOSE})"
)
_RUN = late_pattern(
    rf"{_OPEN}([A-Z]{{2,10}}|[a-z]{{2,10}})(?![A-Za-z0-9\u00c0-\u04ff'-]){_CLOSE}(?=[\s.,;:!{FINAL_END}]|$)"
)
_RUN_END = late_pattern(rf"[.!{FINAL_END}\"'\s]{{0,3}}(?:\n|$|\()")
_ENGLISH = frozenset("ad be bad bed cab dab ace age aid ai hi id if".split())

_PREFIX_WORDS = (
    "options?|choices?|answers?|letters?|statements?|clear|obvious|simple|straightforward|clearly|definitely|most likely|likely|probably"
    "|therefore|thus|actually|indeed|only|just|simply|both|as follows|below|given below|the|is"
    "|are|that|my|correct|best|most probably|almost certainly|obviously|certainly|again|still|now"
    "|then|hence|final|with|for|it's|it is|la|el|las|los|il|le|der|die|das|les|opci[oó]n|opção|opzione"
    "|a letra|a alternativa|a opção|letra|lettera|alternativa|lettre|buchstabe|donc|also|somit|daher|réponse|respuesta|resposta"
    "|risposta|antwort|вариант|буква|under|number|no doubt|undoubtedly"
    "|definitivamente|claramente|wahrscheinlich"
)
_PREFIX = late_pattern(
    rf"(?:[\s:=>\"'(\[{{<,~|→{FINAL_MARK}.-]|选项|選項|選択肢|(?:{_PREFIX_WORDS})(?![^\W_])){{0,20}}+"
)
_PUNCTUATION = late_pattern(rf"[\s:=>\"'(\[{{<,~|→{FINAL_MARK}-]{{0,12}}+")
_EITHER = late_pattern(r"\b(?:either|entweder|soit)\s")
_NOT = late_pattern(
    r"(?:is\s)?(?:n'est pas|no es|no son|não é|não são|non è|non sono|not|neither|nor|nicht|weder|ni|pas|no|non|não|nao|не|isn't|never|anything but|all but"
    r"|all except|except)(?![^\W_])\s?(?:la |el |il |le |the |die )?(?:options? |choices? )?(?:either )?"
    r"|(?:并|並)?(?:不是|非|不选|不為|不为)\s?"
)
_BUT = late_pattern(
    r"[\s,;:)]{0,3}(?:(?:but|sondern|sino|mais|mas|ma|bensì|а|but rather|but instead|rather|instead"
    r"|it's|it is|it must be|but it's)(?![^\W_])|而是|是|でなく|而|но)\s?(?:rather |instead |is |actually "
    r"|the |la |il |option |choice |on ){0,2}"
)
_OPTION_WORD = r"(?:(?:options?|choices?|answers?|letters?|选项|選項)\s?)?"
_OR = late_pattern(
    rf"\s?(?:[/|>]|,?\s?(?:and/or|(?i:or)|oder|ou|o|или|veya|vs\.?|versus|hoặc|atau)\b"
    rf"|或者|或|还是|還是|または|또는|もしくは|か)\s?(?:maybe |possibly |perhaps |else |even |rather )?{_OPTION_WORD}"
)
_AND_WORD = (
    r"(?:(?i:and|und|et|plus)|y|e|и|ve|en|och|dan|và|as well as|along with|together with|also)"
)
_AND = late_pattern(
    rf"(?:[ ]?[,;&+][ ]?(?:{_AND_WORD}[ ])?|[ ]{_AND_WORD}[ ]|[ ]?(?:以及|和|与|與|跟|と|및|와|과|及)[ ]?"
    rf"|[ ](?=[\[(]?[A-Z])|(?=[\[(]))(?:both |also |the )?{_OPTION_WORD}"
)
_NEXT_LINE = late_pattern(r"[.,;]?\n[-+ ]{0,3}(?:\d[.)] )?(?:(?i:options?|choices?) )?")
_NEGATED_TAIL = late_pattern(
    r"[\s,;:(-]{0,3}(?:and |but |und |et |aber |mais |pero |y |e |hence |certainly )?(?:not|it isn't|it is not|it's not|rather than"
    r"|instead of|as opposed to|over|never|unlike|nor|less likely|nicht|pas|non|não|nao|не|而不是|而非"
    rf"|不是|değil|isn't|except|without)(?![a-z])\s?(?:la |el |il |le |die |the |by )?{_OPTION_WORD}"
)
_NEGATED_MORE = late_pattern(
    rf"\s?(?:,|/|\b(?:or|nor|and|oder|noch|ou|ni|y|et)\b){{1,2}}\s?(?:not |nor )?{_OPTION_WORD}"
)
_NOT_IT = late_pattern(
    r"\s?(?:では?なく|じゃなく|가 아니라|이 아니라|은 아니고|ではありません|ではない|가 아닙니다)[て,]?\s?"
)
_WRONG_CJK = late_pattern(
    r"\s?(?:项|選項|选项)?(?:均|都|皆)?(?:是)?(?:错|錯|误|誤|不对|不對|不正确|不正確|不符|可?排除|是错|も可能|가 틀)"
)
_HEDGED_TAIL = late_pattern(
    r"[\s,;:(-]{0,3}(?:but |and |or |though |although |also )?(?:it |this |that )?(?:possibly|maybe|perhaps"
    r"|alternatively|potentially|could (?:also )?(?:well )?be|might (?:also )?be|may (?:also )?be|otherwise"
    r"|else|if not|if wrong|followed by|then|second choice|backup)(?![a-z])[\s,:]{0,2}(?:also )?"
    + _OPTION_WORD
)
_PREDICATE = late_pattern(
    r" ?(?:(?:both|all|also|clearly)\s)?(?:is|are|was|were|isn't|aren't|wasn't|cannot|can't|can be|could|would"
    r"|wouldn't|seems?|does|doesn't|do|don't|remains?|has|have|may|might|will|being|ist|sind|est|sont"
    r"|es|son|è|é|não|no es|n'est|не|неверн\w{0,3})(?![^\W_])"
)

_CLAUSE_ENDS = late_pattern(rf"[)\]\"'}}{FINAL_END} ]{{0,3}}(?:$|[\n.,;)!])")


@lru_cache(maxsize=256)
def read_choice(page: Page, start: int) -> Reading | None:
    """Read the choice that a cue at `start` announces, by letter first and by option text else.

    None where nothing is chosen: no choice follows, or what follows is only rejected.
    """
    prefix = _PREFIX.match(page.low, start)
    at = prefix.end() if prefix else start
    if "\n" in page.text[start:at]:
        return None
    either = _EITHER.match(page.low, at)
    at = _after_article(page.text, either.end() if either else at)
    letters = _read_asserted(page, at)
    if letters and letters.letters <= page.options.letters and not page.options.says_letters:
        return letters._replace(unsure=True) if either else letters
    words = read_words(page, start)
    if letters is None:
        return words
    if words is None or words.letters == letters.letters:
        return letters
    if len(letters.letters) == 1 and letters.letters <= page.options.letters:
        return letters._replace(unsure=True)
    return words


def _after_article(text: str, at: int) -> int:
    """Skip the Portuguese article of `é a C`."""
    if text[at : at + 2] == "a " and text[at + 2 : at + 3].isupper() and _ITEM.match(text, at + 2):
        return at + 2
    return at


def _read_asserted(page: Page, at: int) -> Reading | None:
    if rejected := _NOT.match(page.low, at):
        after = _skip_rejected(page, rejected.end())
        turn = _BUT.match(page.low, after) if after is not None else None
        return read_list(page, turn.end()) if turn else None
    reading = read_list(page, at)
    if reading is None:
        return None
    predicate = _PREDICATE.match(page.low, reading.end)
    if predicate and (
        FALSE_SOON.match(page.low, reading.end) or "?" in page.low[reading.end : reading.end + 60]
    ):
        comma = _COMMA.search(page.text, at, reading.end)
        if comma is None:
            return None
        shorter = read_list(page.part(at, comma.start()), 0)
        return shorter._replace(end=at + shorter.end) if shorter else None
    return reading


_COMMA = late_pattern(r"[,;\n]")


def _skip_rejected(page: Page, at: int) -> int | None:
    """Return the end of a rejected list of letters, or None where no letter is rejected."""
    item = _item(page, at)
    while item:
        at = item.end
        more = _NEGATED_MORE.match(page.low, at)
        following = _item(page, more.end()) if more else None
        if following is None:
            return at
        item = following
    return None


@lru_cache(maxsize=256)
def read_list(page: Page, start: int) -> Reading | None:
    """Read `B`, `(B) L4/L5`, `A, C and D`, `A or B`, `AC`, `A, not B` at `start`."""
    run = _read_run(page, start)
    if run:
        return run
    item = _item(page, start)
    if item is None:
        return None
    letters, rejected, unsure, at = set(item.letters), set[str](), item.unsure, item.end
    for _ in range(24):
        if _WRONG_CJK.match(page.text, at):
            return None
        if (swap := _NOT_IT.match(page.text, at)) is not None:
            other = read_list(page, swap.end())
            return other if other and not other.letters & letters else None
        step = _step(page, at)
        if step is None:
            break
        kind, found = step
        at = found.end
        either = kind == "or" and not (
            page.multiple and page.text[item.end : item.end + 2].strip()[:1] == "/"
        )
        unsure = unsure or either or (kind == "and" and found.unsure)
        (rejected if kind == "not" else letters).update(found.letters)
        if kind == "not":
            while more := _NEGATED_MORE.match(page.low, at):
                following = _item(page, more.end())
                if following is None:
                    break
                rejected |= following.letters
                at = following.end
    unsure = unsure or bool(letters & rejected) or _goes_on_with_or(page, at, letters)
    return Reading(frozenset(letters), unsure, at)


_OR_NEXT = late_pattern(r"(?:\.{2,3})?\s?[,(]?\s?(?:or|oder|otherwise)\s(?!i\b|rather)")


def _goes_on_with_or(page: Page, at: int, letters: set[str]) -> bool:
    """Whether "or" follows, and with it more than the text of the same option."""
    alternative = _OR_NEXT.match(page.low, at)
    if alternative is None:
        return False
    hit = page.options.at(page.low, alternative.end())
    return hit is None or not hit[0] <= letters


def _step(page: Page, at: int) -> tuple[str, Reading] | None:
    """Read the next member of a list and how it is joined to it: `and`, `or` or `not`."""
    for kind, pattern, subject in (
        ("not", _NEGATED_TAIL, page.low),
        ("or", _HEDGED_TAIL, page.low),
        ("or", _OR, page.text),
        ("and", _AND, page.text),
    ):
        joint = pattern.match(subject, at)
        if joint and (found := _item(page, joint.end())):
            return kind, found
    line = _NEXT_LINE.match(page.text, at)
    if line and (found := _item(page, line.end())):
        stop = page.text[found.end : found.end + 3].lstrip(".;, ")
        bare = found.end - line.end() <= 4
        if (
            (not stop or stop[0] == "\n")
            and (bare or page.multiple)
            and found.letters <= page.options.letters
        ):
            return "and", found
    return None


def _read_run(page: Page, start: int) -> Reading | None:
    """Read letters written together, `ACD`: in the order of the alphabet, and closing the
    line; in any order where they are all of the text."""
    run = _RUN.match(page.text, start)
    if run is None:
        return None
    letters = run[1].upper()
    ordered = all(a < b for a, b in pairwise(letters))
    whole = page.multiple and run[0] == page.text and letters == run[1]
    if (
        not (ordered or (whole and len(set(letters)) == len(letters)))
        or not page.options.letters.issuperset(letters)
        or run[1] in _ENGLISH
    ):
        return None
    if (
        not _RUN_END.match(page.text, run.end())
        and page.text[run.end() : run.end() + 1] not in ",;"
    ):
        return None
    return Reading(frozenset(letters), False, run.end())


def _item(page: Page, start: int) -> Reading | None:
    """Read one letter with the option text beside it, if any."""
    found = _ITEM.match(page.text, start)
    if found is None:
        return None
    letter, end = found[1].upper(), found.end()
    hit = page.options.at(page.low, end) if _labels(page.text, end) else None
    if hit and letter in hit[0]:
        stop = _CLOSERS.match(page.text, hit[1])
        return Reading(frozenset({letter}), False, stop.end() if stop else hit[1])
    if not may_be_letter(page.text, found, letter):
        return None
    if hit and _CLAUSE_ENDS.match(page.text, hit[1]):
        return Reading(frozenset({letter}), True, hit[1])
    return Reading(frozenset({letter}), False, end)


_CLOSERS = late_pattern(r"\s?[)\]}\"'>]{1,3}|")
_LABEL_GAP = late_pattern(r"[\s.:,)\]|({\"'=-]{0,5}\w")


def _labels(text: str, end: int) -> bool:
    """Whether a word follows closely, so that an option text may stand beside the letter."""
    return _LABEL_GAP.match(text, end) is not None


_REASON = late_pattern(r"\b(?:because|since|as|given that|weil|porque|parce)\b")


def read_words(page: Page, start: int) -> Reading | None:
    """Read the sentence at `start` as option texts: the whole of it, or those named in it."""
    opening = _PUNCTUATION.match(page.low, start)
    at = opening.end() if opening else start
    ends = LIST_SENTENCE_END if page.multiple else SENTENCE_END
    border = ends.search(page.low, at, at + 300)
    closing = page.text.find(FINAL_END, at, at + 300)
    end = min(border.start() if border else at + 300, len(page.low))
    if 0 <= closing < end:
        end = closing
    if (reason := _REASON.search(page.low, at, end)) and named_in(page, at, reason.start()):
        end = reason.start()
    whole = page.options.named_by(page.text[at:end])
    if whole:
        return Reading(whole, len(whole) > 1, end, by_words=True)
    return named_in(page, at, end)
