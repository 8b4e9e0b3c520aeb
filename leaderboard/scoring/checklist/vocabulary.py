"""The words by which a report denies, supposes, and begins a new clause."""

from __future__ import annotations

from leaderboard.late import late_pattern


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TURNS = _words(
    "but however except excepting exception although though yet whereas while because since "
    "despite besides which where causing caused due secondary after following"
)
CONCLUDING = _words(
    "consistent compatible suggestive suggesting indicative indicating favouring favoring "
    "representing typical characteristic diagnostic"
)
"""What a sentence makes of what stands before a comma: "without retropulsion, consistent with"."""
LISTING = _words("negative denies denied denying free without absence excludes excluded excluding")
PAIRED_TURNS = {
    "other": ("than",),
    "apart": ("from",),
    "aside": ("from",),
    "save": ("for", "at", "in", "on"),
}
CLAUSE_STARTS = _words(
    "the a an there this it he she his her they these we at with mri ct so then also both only "
    "just merely now"
)
GRADES = _words(
    "severe severely moderate moderately mild mildly marked markedly minimal minimally slight "
    "slightly small large tiny massive huge advanced extensive high low grade broad diffuse subtle "
    "trace critical gross pronounced considerable prominent bulky"
)
"""How much of a finding there is; one that begins what follows a comma begins a new clause."""
DENIALS = _words(
    "no not without denies denied denying deny never neither nor nil lack lacks lacking "
    "lacked absent absence against non negatives"
)
PAIRED_DENIALS = {
    "free": ("of", "from"),
    "negative": ("for",),
    "rather": ("than",),
    "instead": ("of",),
    "none": ("of",),
    "nothing": ("to", "suggesting", "suggests", "indicating", "indicates", "shows"),
    "fail": ("to",),
    "fails": ("to",),
    "failed": ("to",),
}
EXCLUSIONS = _words("exclude excluded excludes excluding rule rules ruled ruling")
BE = _words("is are was were be been being")
UNSETTLING = _words("not can could should must to be yet may cannot")
BASE_EXCLUSIONS = _words("exclude rule")
NO_DENIAL = {
    "not": late_pattern(r"only|just|merely|necessarily|least"),
    "no": late_pattern(r"doubt|change|difference|delay|improvement|response|matter|relief|resol"),
    "without": late_pattern(
        r"delay|doubt|question|waiting|change|improvement|relief|success|long|further"
    ),
}
NEGATABLE = _words("without absent absence lack lacking negative free unlikely denies deny denied")
OPENERS = _words(
    "may might could would possible possibly potential potentially if unless whether risk "
    "risks complication complications consider considered differential versus vs history "
    "previous prior prevent prevents prevention preventing avoid avoids monitor monitoring "
    "watch watching screen screening query until questionable equivocal uncertain develop "
    "develops doubtful dubious recurrent recurrence warning suspicion lest future later "
    "subsequent seek return concern concerns indeterminate"
)
SOFT_OPENERS = _words("previous prior suspicion possible possibly concern questionable")
FEATURES = _words("feature features finding findings issue concern problem consideration")
REFERRED = _words("referred presenting presents presented admitted sent")
LOOKING = _words("look looks looked looking search searching assess")
LIST_OF_NOTHING = _words("no none negative negatives absent without excluded not nil")
AUXILIARIES = _words(
    "is are was were be been being has have had can could appears appear remains remain seems "
    "seem makes make made considered deemed felt thought judged"
)
PRESENT_VERBS = _words("is are has have can could")
VERB = late_pattern(
    r"(?:compress|displac|narrow|caus|show|li|explain|fit|match|affect|contact|fill|extend|press"
    r"|touch|giv|lead|support|suggest|indicat|demonstrat|reveal|produc|result|involv|reach|requir"
    r"|need|do)(?:s|es)$"
)
ADVERBS = late_pattern(
    r"clearly|currently|very|therefore|also|now|thus|quite|however|yet|fully|been|complete|entire"
    r"|total|since|spontaneous|meanwhile|definit|confident|reliabl|all$|any$|both$|largely$"
)
SEEN = late_pattern(
    r"seen|present|identified|demonstrated|evident|found|visible|visuali[sz]ed|shown|detected"
    r"|suspected|apparent|observed|noted|involved|recommended|indicated|needed|required|necessary"
    r"|advised|appropriate|warranted|justified|likely|demonstrable|recogni[sz]ed|mentioned"
    r"|appreciated|confirmed|discern|depicted|documented|encountered|there$"
)
GONE = _words("absent negative excluded nil none lacking")
ATTRIBUTES = _words("resolved resorbed reabsorbed vanished")
DISAPPEARING = _words("resolution disappearance resorption")
NO_RESOLUTION = _words("no not without high low incomplete spatial temporal")
EARLIER = _words("previous previously prior initial initially earlier before first")
OF_PLACE = _words("at of on in the level levels disc segment vertebra body")
RESOLVED = _words(
    "resolved disappeared vanished subsided cleared gone resorbed reabsorbed dissolved relieved "
    "normalised normalized"
)
PARTLY = late_pattern(r"partial|partly|incomplete|near|almost|largely|mostly|some|part$")
PERSISTING = late_pattern(r"again$|still$|unchanged$|persist|stable$|remain")
STUDIES = late_pattern(
    r"mri?$|ct$|stud|exam|scan|radiograph|x$|xray|imag|report|film|investigation"
)
COMPARING = _words("with to since from than the")
DOUBTFUL = _words("unlikely improbable doubtful")
SHOWING = _words(
    "show demonstrate reveal have suggest indicate support identify display include contain"
)
FINITE = _words(
    "show shows showed demonstrate demonstrates demonstrated reveal reveals revealed suggest "
    "suggests suggested"
)
"""Verbs that end a "without": "MRI without contrast shows a fracture"."""
NOT_FINITE = _words("to that which who not no and or")
CHANGES = late_pattern(
    r"progress|worsen|deteriorat|enlarg|increase|decrease|growth|heal|regress|displace|extension"
    r"|migration|spread|improve"
)
"""What may happen to a finding that is there: "no progression of the stenosis"."""
MEASURES = _words("size extent number volume diameter height signal intensity density severity")
TRACES = _words("evidence sign signs indication suggestion")
DEGREES = _words("significant interval further clear any definite substantial appreciable new")
TESTS = _words(
    "mri ct scan imaging radiographs radiograph check checks checked test tests testing treatment "
    "therapy prophylaxis evaluation examination surveillance"
)
AT_ONCE = _words("any at immediately new if promptly urgently")
RISKS = _words("risk risks complication complications danger dangers hazards")
AFTER_OPEN = late_pattern(r"risk|prevention|precaution|screening|prophyla|assessment|clinic$|team$")
