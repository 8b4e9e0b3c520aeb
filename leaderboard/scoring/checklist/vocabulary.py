"""The words by which a report denies, supposes, and begins a new clause."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TURNS = _words(
    "but however except although though yet whereas while because since despite besides which "
    "causing caused due secondary after following"
)
CLAUSE_STARTS = _words(
    "the a an there this it he she his her they these we at with mri ct so then also both"
)
DENIALS = _words(
    "no not without denies denied denying deny never neither nor nil lack lacks lacking "
    "lacked absent absence against non negatives"
)
PAIRED_DENIALS = {
    "free": ("of", "from"),
    "negative": ("for",),
    "rather": ("than",),
    "instead": ("of",),
}
EXCLUSIONS = _words("exclude excluded excludes excluding rule rules ruled ruling")
BE = _words("is are was were be been being")
UNSETTLING = _words("not can could should must to be yet may cannot")
BASE_EXCLUSIONS = _words("exclude rule")
NO_DENIAL = {
    "not": re.compile(r"only|just|merely|necessarily|least"),
    "no": re.compile(r"doubt|change|difference|delay|improvement|response|longer|matter|relief"),
    "without": re.compile(r"delay|doubt|waiting|change|improvement|relief|success|long|further"),
}
NEGATABLE = _words("without absent absence lack lacking negative free unlikely denies deny denied")
OPENERS = _words(
    "may might could would possible possibly potential potentially if unless whether risk "
    "risks complication complications consider considered differential versus vs history "
    "previous prior prevent prevents prevention preventing avoid avoids monitor monitoring "
    "watch watching screen screening query until questionable equivocal uncertain develop "
    "develops recurrent recurrence warning suspicion lest future later subsequent seek return"
)
LOOKING = _words("look looks looked looking search searching assess")
LIST_OF_NOTHING = _words("no none negative negatives absent without excluded not nil")
AUXILIARIES = _words(
    "is are was were be been being has have had can could appears appear remains remain seems "
    "seem makes make made considered deemed felt thought judged"
)
VERB = re.compile(
    r"(?:compress|displac|narrow|caus|show|li|explain|fit|match|affect|contact|fill|extend|press"
    r"|touch|giv|lead|support|suggest|indicat|demonstrat|reveal|produc|result|involv|reach|requir"
    r"|need|do)(?:s|es)$"
)
ADVERBS = re.compile(r"clearly|currently|very|therefore|also|now|thus|quite|however|yet|fully|been")
SEEN = re.compile(
    r"seen|present|identified|demonstrated|evident|found|visible|visuali[sz]ed|shown|detected"
    r"|suspected|apparent|observed|noted|involved|recommended|indicated|needed|required|necessary"
    r"|advised|appropriate|warranted|justified|likely|demonstrable|recogni[sz]ed|mentioned"
)
GONE = _words("absent negative excluded nil none")
DOUBTFUL = _words("unlikely improbable doubtful")
SHOWING = _words(
    "show demonstrate reveal have suggest indicate support identify display include contain"
)
TESTS = _words(
    "mri ct scan imaging radiographs radiograph check checks checked test tests testing treatment "
    "therapy prophylaxis evaluation examination surveillance"
)
AT_ONCE = _words("any at immediately new if promptly urgently")
RISKS = _words("risk risks complication complications danger dangers hazards")
AFTER_OPEN = re.compile(r"risk|prevention|precaution|screening|prophyla|assessment|clinic$|team$")
