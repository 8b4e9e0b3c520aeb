"""Whether a letter in a text can stand for an option at all."""

# ruff: noqa: E501, RUF001 -- patterns stay on one line; other scripts' characters are meant.

import re

from leaderboard.scoring.answers.text import FINAL_END, FINAL_MARK

_TIGHT = frozenset(".,;:!?)]}\"'/|&+<>\n=~✓✗→" + FINAL_END + FINAL_MARK)
_JOINING = frozenset(
    "wählen nehmen richtig korrekt the seems appears looks fits matches applies apply because since as due with for given which and or nor noch sondern plus but not instead rather only nor is are was "
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
_WORD = re.compile(r"\s?([^\W\d_]+)")
_TO_ME = re.compile(r" to (?:me|us)\b")
_PERCENT = re.compile(r" \(?\d{1,3}(?:\.\d+)?\s?%")


def may_be_letter(text: str, found: re.Match[str], letter: str) -> bool:
    """Whether a letter that no option text follows can be a letter at all, and not an article, a
    pronoun, an initial, a vitamin or the first half of a longer word."""
    end = found.end()
    following = text[end : end + 1]
    if following == "" or (found[2].strip() and following in " \n.,;:!"):
        return not is_latin_name(text, end)
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
