"""The words by which people and models call an option right."""

# ruff: noqa: E501, RUF001 -- patterns stay on one line; other scripts' characters are meant.

import re

_SURE = (
    r"(?:\s(?:clearly|definitely|therefore|thus|indeed|actually|likely|then|hence|obviously|certainly"
    r"|now|still|probably|also|both|all|in fact|most likely|arguably|by far|surely|again|undoubtedly"
    r"|overall|considered|deemed|almost certainly|together)){0,3}"
)
_BE = (
    r"(?:(?<=\s)(?:is|are|was|were|would be|must be|should be|has to be|seems(?: to be)?|seem|appears(?: to be)?"
    r"|looks|remains|stands out as|being|becomes|emerges as|comes out as)|(?<=')s)"
)
VERDICT_ANSWER = re.compile(
    rf"[\s']{_BE}{_SURE}\s(?:the|my|our|your)(?:\s(?:single|only|one|most|very|best|correct|right|final|likely"
    r"|appropriate|accurate|suitable|probable|consistent|closest|true|obvious|clear|proper|preferred"
    r"|ideal|overall|chosen|selected|and|logical|reasonable|better|logical|strongest)){0,4}"
    r"\s(?:answers?|choices?|options?|one|ones|pick|selection|diagnosis|treatment|level|levels|match|fit"
    r"|next step|management|procedure|location|site|step)\b"
)
PLAIN_NOUN_ONLY = re.compile(r"\s(?:the|my|our|your)\s(?:choices?|options?|ones?|level|levels|diagnosis"
                             r"|treatment|step|location|site|management|procedure|match|fit|next step)$")  # fmt: skip
_TRUE = (
    rf"[\s'](?:{_BE}{_SURE}\s(?:the\s)?(?:correct|right|true|best|accurate|most (?:likely|appropriate|accurate"
    r"|consistent|suitable|probable|correct|plausible)|ideal)(?![\w-])"
    r"|(?<=\s)(?:(?:fits|matches|describes|explains|suits|works) best\b|best (?:fits|matches|describes|explains"
    r"|answers|suits)\b|(?:fits|matches|explains|accounts for|describes)(?: all| everything| both)?(?: of)?(?: the (?:\w{1,14} )?(?:findings|picture|signs|symptoms|image|images|deficit|presentation)(?: best)?)?(?=[.!]?$|[.!]? ?\n)|is the one\b|makes (?:the )?most sense\b|best (?:supports?|matches the|accounts for)\b|wins\b|is (?:best |well |fully |clearly )?supported by (?:the |all )?(?:\w{1,14} )?(?:findings|images?|imaging|evidence)(?=[.;\n]|$)|is what i(?:'d| would)? (?:choose|pick|select|answer)\b|(?:(?:both|all)\s)?apply\b|it is\b(?=[.!\n]|$)"
    r"|ist(?: die)? (?:richtige?|korrekte?)\b|sind (?:richtig|korrekt)\b|est (?:la (?:bonne|meilleure)"
    r" réponse|correcte?|exacte?|juste|vraie?)\b|est la réponse(?: correcte)?\b|sont correctes?\b"
    r"|(?:es|son)(?: la| las)? (?:respuestas? )?(?:correct[ao]s?|verdader[ao]s?)\b"
    r"|(?:é|está|são|estão)(?: a| as)? (?:respostas? |alternativa |opção )?(?:corret[ao]s?|cert[ao]s?)\b"
    r"|(?:è|sono)(?: la| le)? (?:rispost[ae] )?(?:corrett[aoei]|esatt[ao]|giust[ao])\b"
    r"|(?:верно|верен|верный|правильный|правильно|верна)\b|(?:doğrudur|doğru(?: cevap(?:tır)?)?)\b))"
)
VERDICT_TRUE_ASCII = re.compile(_TRUE)
"""VERDICT_TRUE for a text in ASCII, much faster: it only has to look behind spaces."""
VERDICT_TRUE = re.compile(
    _TRUE + r"|\s?(?:项|選項|选项)?(?:[(][^()\n]{1,40}[)])?\s?最(?:符合|可能|合适|恰当|佳|贴切)"
    r"|\s?(?:项|選項|选项)?(?:是|为|為)?(?:正确的?|正確的?|对的|對的|正确答案|正確答案|答案)(?![^\s.,;!?\]])"
    r"|\s?(?:が|は)\s?(?:正解|正しい|正答|答え)|\s?번?(?:이|가|은|는)?\s?(?:정답|맞습니다|옳)"
)
TRUE_LIMITED = re.compile(
    r"\s?,?\s?(?:if\b|only if|unless|when\b|but\b|about\b|only in|for (?:a|patients|those)|to some extent"
    r"|partially|partly|except|that\b|in (?:some|other|theory|general)|however|though|except|a bit|\?)"
)
VERDICT_LITERALS = (
    "correct", "right", "true", "best", "answer", "most", "choice", "option", "accurate", "ideal",
    "wins", "supported", "what i", "yes", "apply", "fits", "matches", "explains", "accounts for", "describes", "the one", "最", "richtig", "korrekt", "réponse", "exact", "juste", "verdader", "cert", "corret",
    "esatt", "giust", "верн", "правильн", "doğru", "正", "对", "對", "答", "정답", "맞", "옳", "it is",
    "✓",
)  # fmt: skip
