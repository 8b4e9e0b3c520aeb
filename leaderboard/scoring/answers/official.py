"""The last line or sentence in the prompt's own form, `ANSWER: B`, which decides before all else."""

# ruff: noqa: E501, RUF001 -- patterns stay on one line; other scripts' characters are meant.

import re

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.claims import (
    Claim,
    Strength,
    find_claims,
    is_conditional,
    is_rejected,
)
from leaderboard.scoring.answers.lines import bare_lines
from leaderboard.scoring.answers.page import Page, Reading, named_in
from leaderboard.scoring.answers.reading import read_list
from leaderboard.scoring.answers.resolution import is_withdrawn
from leaderboard.scoring.answers.rows import is_cut_list, lists_of, repeats_options
from leaderboard.scoring.answers.rules import Rule
from leaderboard.scoring.answers.text import FINAL_END, FINAL_MARK, without_closing
from leaderboard.scoring.answers.verdicts import find_verdicts
from leaderboard.scoring.answers.words import CONDITION, HEARSAY

_FORM = late_pattern(
    r"(?:^[-+|>=→ ]{0,4}(?:\d{1,2}[.)] )?|(?<=[.!?] )|(?<=, )(?=(?:so|thus|therefore|hence) ))"
    r"(?:(?:so|thus|therefore|hence|in conclusion|conclusion|also|daher|somit|donc|portanto|quindi|entonces|por lo tanto|итак|следовательно)[,:]? )?"
    r"(?:(?:the|my|our|die|meine|la|le|ma|mi|a|az|minha|il|el|het|det|den|η|h) ){0,2}"
    r"(?:(?:final|correct|best|right|most \w{4,12}|single|chosen|selected|overall|endgültige|richtige|korrekte|bonne|правильный|верный|окончательный|doğru|juiste|rätt|poprawna|prawidłowa|правильна|správná|oikea|helyes|rigtige|riktige?|rett|korrekt|σωστή|one|best|final) ){0,3}"
    r"(?:answers?|choice|option|selection|pick|ans\.?|antwort(?:en)?|lösung|réponses?|reponse|respuestas?|respostas?|gabarito|risposte?a?|ответы?|cevap|yanıt|antwoord(?:en)?|odpowiedź|svar(?:et)?|jawaban(?:nya)?|jawapan|đáp án|câu trả lời|відповідь|odpověď|răspuns(?:ul)?|vastaus|válasz|απάντηση|sagot|jibu|letter)"
    r"(?:\(s\))?(?: (?:final|finale|définitive|correct[aeo]?s?|corrett[ae]|corect|cert[ao]|esatt[ae]|benar|(?:yang )?(?:benar|tepat)|đúng|letters?|choice|option|key|akhir))*"
    r"(?: \([^()\n]{0,40}\))?"
    r"(?:(?:[\"')\]]?\s?(?::|=>?|->|→|-(?= ))|\s(?:is|are|ist|lautet|est|es|é|è|adalah|ialah|là|är|er|to|je|este|on|είναι|olarak)(?![^\W_]):?)"
    r"(?:\n(?=[\[(\"']{0,2}[a-z](?:[\])\"'.:]{0,2}$|[\])\"'.:]{1,2} ))| {0,2})|\n(?=[\[(\"']{0,2}[a-z][\])\"'.]{0,2}$))"
    r"|^[-+|>= ]{0,4}(?:所以|因此|故|综上|綜上)?[,:]?(?:最终|最終|最后|正确|正確|标准|標準|我的|本题|参考|최종 ?|正しい|最終的な)*(?:的)?"
    r"(?:答案|答え|正解|正答|回答|解答|정답|답변|답|选项|選項|答(?=:)|الإجابة(?: (?:الصحيحة|النهائية))?|الجواب(?: الصحيح)?|(?:सही |अंतिम )?उत्तर|(?:সঠিক )?উত্তর|ค(?:ำ|\u0e4d\u0e32)ตอบ(?:ที่ถูกต้อง)?|(?:ה)?תשובה(?: הנכונה)?|پاسخ(?: صحیح| درست)?)(?:选项|選項)?"
    r"\s?(?:应该|應該|应|應)?(?::|是:?|为:?|為:?|选|選|は:?,?|은:?|는:?|هي:?|هو:?|है:?|היא:?|คือ:?|=)\s?",
    re.MULTILINE,
)
"""The beginning of a line, a sentence or a closing `so ...` that says nothing but which the answer
is, up to its letters."""

_BOX = late_pattern(rf"{FINAL_MARK}[\s{{(\[\"']{{0,4}}(?=[A-Za-z])")
_ENDS_TEXT = late_pattern(r"[\[(\"']{0,2}([A-Za-z])[\])\"']{0,2}[.!]?\Z")
"""The usual end, which needs no closer look: a letter, perhaps in brackets."""
_ONLY_CLOSES = late_pattern(
    rf"[\s.,!;:)\]}}\"'|>={FINAL_END}✓-]{{0,12}}(?:i hope (?:it|this) is correct\.?)?"
)
_OWN_WORDS = late_pattern(r"\s?(?:[.):,]|-|\()[\s(\"']{0,3}(?=\w)")
_DOUBT = late_pattern(
    r"\b(?:or|not|but|if|maybe|perhaps|possibly|could|might|oder|ou|o|или|alternativ\w*|rather|instead|unless|wrong|incorrect)\b|n't\b|[?/]|或|还是"
)
_CHOOSES = late_pattern(
    r"\b(?:answers?|choices?|choos\w+|chose\w?|pick\w*|select\w*|go(?:ing)? with|correct|right|best|likely|final|[a-j] it is)\b"
)
"""Before a form within its line: somebody may have chosen already, and the whole is read."""
_STOPS = frozenset({". ", "! ", "? "})
_LONE_LETTER = late_pattern(r"(?<![A-Za-z0-9'/-])[A-Z](?![A-Za-z0-9'/-])")
_MOST_TRIED = 4


def find_official(page: Page) -> Claim | None:
    """Return the claim of the last line in the prompt's own form, which names allowed letters.

    None where there is no such line, where it leaves its answer open or stands under a condition
    or an example, where the line right above says otherwise, and where what follows withdraws it
    or claims another answer: all this is for the reading of the whole text.
    """
    if page.options.says_letters:
        return None
    for start, at in reversed(_places(page)[-_MOST_TRIED:]):
        claim = _claim(page, start, at)
        if claim is None:
            continue
        if _stands(page, claim):
            return claim
        break
    return _opening(page)


_OPENING_LETTER = late_pattern(r"[\[(]?(?P<letter>[A-Z])[\])]?[.:]?(?=\n)")


_INVENTED = late_pattern(r"([A-Z])[.):] \w")


def _opening(page: Page) -> Claim | None:
    """Return the claim of a first line that is one letter, where what follows repeats the options
    and says nothing else, or goes on with options that the item does not have."""
    found = _OPENING_LETTER.match(page.text)
    if found is None or found["letter"] not in page.options.letters:
        return None
    letter = found["letter"]
    claim = _final(0, found.end("letter"), frozenset({letter}), Rule.FIRST_LINE)
    rest = page.part(found.end() + 1, len(page.text))._replace(multiple=False)
    invented = _INVENTED.match(rest.text)
    if invented and invented[1] not in page.options.letters:
        return claim
    return claim if repeats_options(rest) and _agrees(page, rest, claim) else None


def _places(page: Page) -> list[tuple[int, int]]:
    """Where the lines begin that are of the form, and where their letters do."""
    places = [(found.start(), found.end()) for found in _FORM.finditer(page.low)]
    if page.text.count(FINAL_MARK) == 1:
        places += [(found.start(), found.end()) for found in _BOX.finditer(page.text)]
        places.sort(key=lambda place: place[1])
    return places


def _claim(page: Page, start: int, at: int) -> Claim | None:
    text = page.text
    if text.startswith(FINAL_MARK, at):
        return None
    if text[at - 1] == "\n" and any(row.start == at for rows in lists_of(page) for row in rows):
        return None
    if (whole := _ENDS_TEXT.match(text, at)) and whole[1].upper() in page.options.letters:
        letters = frozenset(whole[1].upper())
        return _final(start, whole.end(), letters, Rule.ANSWER_LINE)
    stop = text.find("\n", at)
    stop = len(text) if stop < 0 else stop
    line = page.part(0, stop) if stop < len(text) else page
    reading = read_list(line, at)
    if reading is None or reading.unsure or not reading.letters <= page.options.letters:
        return None
    if len(reading.letters) > 1 and not page.multiple:
        return None
    if not _closes(line, reading):
        return None
    return _final(start, reading.end, reading.letters, Rule.ANSWER_LINE)


def _final(start: int, end: int, letters: frozenset[str], rule: Rule) -> Claim:
    return Claim(start, end, Strength.FINAL, letters, unsure=False, rule=rule)


def _closes(line: Page, reading: Reading) -> bool:
    """Whether nothing follows the letters in their line but the words of their own option."""
    if _ONLY_CLOSES.fullmatch(line.low, reading.end):
        return True
    own = _OWN_WORDS.match(line.low, reading.end)
    if own is None or _DOUBT.search(line.low, reading.end):
        return False
    if _LONE_LETTER.search(line.text, own.end()):
        return False
    named = named_in(line, own.end(), len(line.low))
    return named is None or (not named.unsure and named.letters <= reading.letters)


def _stands(page: Page, claim: Claim) -> bool:
    line_start = page.text.rfind("\n", 0, claim.start) + 1
    before = page.low[max(line_start, claim.start - 160) : claim.start]
    if before and _CHOOSES.search(before):
        return False
    if before and before[-2:] not in _STOPS and (is_rejected(before) or is_conditional(before)):
        return False
    if line_start and _is_disputed_above(page, claim, line_start):
        return False
    end = len(page.text)
    if claim.end + 3 < end:
        end = max(claim.end, len(without_closing(page.text)))
    rest = page.part(claim.end, end)
    if not any(map(str.isalnum, rest.text)) or is_cut_list(page, claim.end):
        return True
    return _agrees(page.part(0, end), rest, claim)


def _is_disputed_above(page: Page, claim: Claim, line_start: int) -> bool:
    """Whether the line above announces what somebody else says, or names another answer."""
    above = page.low[:line_start].rstrip("\n")
    above = above[above.rfind("\n") + 1 :][-200:]
    if above.endswith(":") and (HEARSAY.search(above) or CONDITION.search(above)):
        return True
    form = _FORM.match(above)
    return form is not None and _says_otherwise(page, claim, line_start, form)


def _says_otherwise(page: Page, claim: Claim, line_start: int, form: re.Match[str]) -> bool:
    start = line_start - 1 - len(form.string)
    reading = read_list(page.part(start, line_start - 1), form.end())
    return reading is not None and reading.letters != claim.letters


def _agrees(page: Page, rest: Page, claim: Claim) -> bool:
    """Whether what follows neither withdraws the answer nor claims another."""
    if is_withdrawn(page, claim, claim.end):
        return False
    others = [*find_claims(rest), *find_verdicts(rest), *bare_lines(rest)]
    return all(other.letters <= claim.letters for other in others)
