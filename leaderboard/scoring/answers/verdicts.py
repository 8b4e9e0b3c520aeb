"""Verdicts on single options: `B is the correct answer`, `(C) seems best`, `D) ... Correct.`"""

# ruff: noqa: E501, RUF001 -- patterns stay on one line; other scripts' characters are meant.

from collections.abc import Iterator

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.claims import (
    Claim,
    Strength,
    is_conditional,
    is_open,
    is_rejected,
    sentence_before,
)
from leaderboard.scoring.answers.length import ends_of
from leaderboard.scoring.answers.page import Page, Reading, named_in
from leaderboard.scoring.answers.reading import read_list
from leaderboard.scoring.answers.rules import Rule

_SURE = (
    r"(?:\s(?:clearly|definitely|therefore|thus|indeed|actually|likely|then|hence|obviously|certainly"
    r"|now|still|probably|also|both|all|in fact|most likely|arguably|by far|surely|again|undoubtedly"
    r"|overall|considered|deemed|almost certainly|together)){0,3}"
)
_BE = (
    r"(?:(?<=\s)(?:is|are|was|were|would be|must be|should be|has to be|seems(?: to be)?|seem|appears(?: to be)?"
    r"|looks|remains|stands out as|being|becomes|emerges as|comes out as)|(?<=')s)"
)
VERDICT_ANSWER = late_pattern(
    rf"[\s']{_BE}{_SURE}\s(?:the|my|our|your)(?:\s(?:single|only|one|most|very|best|correct|right|final|likely"
    r"|appropriate|accurate|suitable|probable|consistent|closest|true|obvious|clear|proper|preferred"
    r"|ideal|overall|chosen|selected|and|logical|reasonable|better|logical|strongest)){0,4}"
    r"\s(?:answers?|choices?|options?|one|ones|pick|selection|diagnosis|treatment|level|levels|match|fit"
    r"|next step|next best step|management|procedure|location|site|step)\b"
)
PLAIN_NOUN_ONLY = late_pattern(r"\s(?:the|my|our|your)\s(?:choices?|options?|ones?|level|levels|diagnosis"
                             r"|treatment|step|location|site|management|procedure|match|fit|next step)$")  # fmt: skip
_TRUE = (
    rf"[\s'](?:{_BE}{_SURE}\s(?:the\s)?(?:correct|right|true|best|accurate|most (?:likely|appropriate|accurate"
    r"|consistent|suitable|probable|correct|plausible)|ideal)(?![\w-])"
    r"|(?<=\s)(?:(?:fits|matches|describes|explains|suits|works) best\b|best (?:fits|matches|describes|explains"
    r"|answers|suits)\b|(?:fits|matches|explains|accounts for|describes)(?: all| everything| both)?(?: of)?(?: the (?:\w{1,14} )?(?:findings|picture|signs|symptoms|image|images|deficit|presentation)(?: best)?)?(?=[.!]?$|[.!]? ?\n)|(?:is|would be) the way to go\b|is the one\b|makes (?:the )?most sense\b|best (?:supports?|matches the|accounts for)\b|wins\b|is (?:best |well |fully |clearly )?supported by (?:the |all )?(?:\w{1,14} )?(?:findings|images?|imaging|evidence)(?=[.;\n]|$)|alone (?:explains|accounts for|fits|matches|applies)\b|is what (?:the|this|these|all|my) (?:\w{3,14} )?(?:findings?|pictures?|images?|imaging|signs?|history|evidence|data|symptoms?|case|description) (?:points? to|suggests?|shows?|indicates?|supports?|describes?)\b|is what i(?:'d| would)? (?:choose|pick|select|answer)\b|(?:(?:both|all)\s)?apply\b|it is\b(?=[.!\n]|$)"
    r"|ist(?: die)? (?:richtige?|korrekte?)\b|ist am (?:ehesten|wahrscheinlichsten)\b|trifft(?: hier)? zu\b|passt(?: hier)? am besten\b|sind (?:richtig|korrekt)\b|est (?:la (?:bonne|meilleure)"
    r" réponse|correcte?|exacte?|juste|vraie?)\b|est la (?:plus (?:probable|vraisemblable|adaptée|appropriée)|meilleure)\b|est la réponse(?: correcte)?\b|sont correctes?\b"
    r"|(?:es la (?:más (?:probable|adecuada|apropiada)|mejor)|é a (?:mais (?:provável|adequada)|melhor)|è la (?:più (?:probabile|adatta)|migliore))\b"
    r"|(?:es|son)(?: la| las)? (?:respuestas? )?(?:correct[ao]s?|verdader[ao]s?)\b"
    r"|(?:é|está|são|estão)(?: a| as)? (?:respostas? |alternativa |opção )?(?:corret[ao]s?|cert[ao]s?)\b"
    r"|(?:è|sono)(?: la| le)? (?:rispost[ae] )?(?:corrett[aoei]|esatt[ao]|giust[ao])\b"
    r"|(?:верно|верен|верный|правильный|правильно|верна)\b|(?:doğrudur|doğru(?: cevap(?:tır)?)?)\b))"
)
VERDICT_TRUE_ASCII = late_pattern(_TRUE)
"""VERDICT_TRUE for a text in ASCII, much faster: it only has to look behind spaces."""
VERDICT_TRUE = late_pattern(
    _TRUE + r"|\s?(?:项|選項|选项)?(?:[(][^()\n]{1,40}[)])?\s?最(?:符合|可能|合适|恰当|佳|贴切)"
    r"|\s?(?:项|選項|选项)?(?:是|为|為)?(?:正确的?|正確的?|对的|對的|正确答案|正確答案|答案)(?![^\s.,;!?\]])"
    r"|\s?(?:が|は)\s?(?:正解|正しい|正答|答え|最も(?:適切|妥当|考えられ|考えやすい|可能性が高い))|\s?번?(?:이|가|은|는)?\s?(?:정답|맞습니다|옳)"
)
TRUE_LIMITED = late_pattern(
    r"\s?,?\s?(?:if\b|only if|unless|when\b|but\b|about\b|only in|for (?:a|patients|those)|to some extent"
    r"|partially|partly|except|that\b|in (?:some|other|theory|general)|however|though|except|a bit|\?)"
)
VERDICT_LITERALS = (
    "correct", "right", "true", "best", "answer", "most", "choice", "option", "accurate", "ideal",
    "wins", "supported", "is what", "alone", "way to go", "pick", "selection", "trifft", "passt", "probable", "probabile", "ehesten", "wahrscheinlich", "meilleure", "mejor", "melhor", "migliore", "plus", "más", "mais", "più", "yes", "apply", "fits", "matches", "explains", "accounts for", "describes", "the one", "最", "richtig", "korrekt", "réponse", "exact", "juste", "verdader", "cert", "corret",
    "esatt", "giust", "верн", "правильн", "doğru", "正", "对", "對", "答", "정답", "맞", "옳", "it is",
    "✓",
)  # fmt: skip


_SUBJECT = late_pattern(
    r"(?<![A-Za-z0-9'&/\u00c0-\u024f-])[\[(\"']{0,2}(?:[A-Z]|(?<=[(\[])[a-z](?=[)\]])|(?<=option )[a-z]|(?<=choice )[a-z])"
    r"(?![A-Za-z0-9\u00c0-\u024f])"
)
OWNER = late_pattern(
    r"\b(?:types?|grades?|vitamins?|hepatitis|class|groups?|stages?|asia|ao|frankel|denis|categor(?:y|ies)"
    r"|column|zone|line|point|panel|fig(?:ure)?|image|arrow|plan|patient|phase|protein|factor|series|part"
    r"|section|appendix|structure|box|level|pfirrmann|modic|impairment scale|ais|scale|score|influenza"
    r"|child-pugh|curve|case|label|marker|view|scan|scenario|strain|segment|lenke|meyerding|tlics"
    r"|nerve|a|an|the|hospital|team|region|area|vertebra|slice|study|trial|arm|drug|cohort|q|model)"
    r"(?:\s(?:grade|type|score|scale|is|was))?[\s:]\s?$"
)
_EXCEPTED = late_pattern(
    r"\b(?:not|neither|nor|than|except|besides|without|unlike|if|whether|unless|although|though|why|how"
    r"|sure|when|either|nicht|weder|pas|ni|no|não|non|не)\s(?:(?:is|are|that|for|of|only|option|options|choice|the|both"
    r"|answer)\s){0,2}$"
)
_GAP = late_pattern(r"[)\].:,\"'\s-]{1,4}[^.;!?\n]{0,140}|")
_GAP_DOUBT = late_pattern(
    r"\b(?:not|no|never|wrong|incorrect|false|but|while|whereas|however|except|than|unlike|unlikely|if|and"
    r"|which|because)\b|n't\b|(?<![a-z0-9])[b-h](?![a-z0-9'])"
)
_CAPITAL_A = late_pattern(r"(?<![\w'-])A[)\]\"']{0,2}\s?$")
"""The one letter that _GAP_DOUBT cannot tell from an article, right before the verdict."""
TRUE_MARK = late_pattern(
    r"[\s:|()\[\].,\"'-]{0,6}(?:(?:this|which|it) (?:is|option is) )?(?:is )?(?:the )?"
    r"(?:✓|(?:correct(?: answer| option| choice| one)?|right(?: answer)?|true|yes|best(?: answer| option)?)"
    r"(?=[\s]{0,1}(?:[.,;:!|)\]\n✓-]|$|because|as\b|since)))"
)


def find_verdicts(page: Page) -> list[Claim]:
    """Return the claims that a text makes by calling options right."""
    if not any(literal in page.low for literal in VERDICT_LITERALS):
        return []
    return list(_sentence_verdicts(page))


def _sentence_verdicts(page: Page) -> Iterator[Claim]:
    """`Both A and C are correct`, `B (L4/L5) is the best answer`, `L4/L5 is the right answer`."""
    for pattern in (VERDICT_ANSWER, VERDICT_TRUE_ASCII if page.low.isascii() else VERDICT_TRUE):
        for verdict in ends_of(pattern.finditer(page.low)):
            whole_answer = pattern is VERDICT_ANSWER
            if whole_answer and PLAIN_NOUN_ONLY.search(verdict[0]) and " my " not in verdict[0]:
                continue
            if is_open(page.low, verdict.end()) or (
                not whole_answer and TRUE_LIMITED.match(page.low, verdict.end())
            ):
                continue
            subject = _subject_before(page, verdict.start())
            if subject:
                start, reading = subject
                strength = Strength.ANSWER if whole_answer else Strength.VERDICT
                yield Claim(
                    start,
                    verdict.end(),
                    strength,
                    reading.letters,
                    reading.unsure,
                    Rule.CALLED_RIGHT,
                    not whole_answer,
                )


_MOST_SUBJECTS = 10
"""Letters before a verdict that may be its subject, or the first of a list that is."""


def _subject_before(page: Page, end: int) -> tuple[int, Reading] | None:
    """Read the letters or the option text that reach up to the verdict at `end`."""
    line = page.text.rfind("\n", max(0, end - 200), end) + 1
    start = max(line, end - 200)
    part = page.part(start, end)
    for found in list(_SUBJECT.finditer(part.text))[-_MOST_SUBJECTS:]:
        before = part.low[: found.start()]
        if OWNER.search(before):
            continue
        reading = read_list(part, found.start())
        if reading is None or not _reaches(part, reading.end):
            continue
        sentence = sentence_before(part.low, found.start())
        if before.rstrip().endswith("unlike") and part.text[found.end() : found.end() + 1] == ",":
            continue
        if _EXCEPTED.search(before) or is_rejected(sentence) or is_conditional(sentence):
            if ";" in part.text[found.end() : reading.end]:
                continue
            return None
        if " or " in part.low[max(0, found.start() - 8) : found.start()]:
            return None
        return start + found.start(), reading
    sentence_start = len(part.low) - len(sentence_before(part.low, len(part.low)))
    reading = named_in(part, sentence_start, len(part.low))
    if (
        reading
        and not part.text[reading.end :].strip(" \"')")
        and not is_conditional(part.low[sentence_start:])
    ):
        return start + sentence_start, reading
    return None


def _reaches(part: Page, at: int) -> bool:
    """Whether only a closing bracket or the option's own words lie between subject and verdict."""
    rest = part.low[at:]
    if not rest.strip(" )]\"'.:,-"):
        return True
    closed = part.text[at - 1 : at] in ")]:." or rest[:1] in ").:(-" or rest[:2] in {" (", " -"}
    if _CAPITAL_A.search(part.text, at):
        return False
    return closed and _GAP.fullmatch(rest) is not None and not _GAP_DOUBT.search(rest)
