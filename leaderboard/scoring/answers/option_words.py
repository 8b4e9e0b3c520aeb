"""The words around an option's own text that leave, alter or reject it.

All patterns read lower-case text that `text` has made plain.
"""

# ruff: noqa: E501 -- patterns stay on one line; other scripts' characters are meant.

import re

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

CLAUSE_END = re.compile(
    r"[,;:.!?\n()](?!\d)|\b(?:but|however|although|though|while|whereas|because|since|so|therefore"
    r"|thus|hence|instead|mais|aber|sondern|sino|pero|mas)\b|但|而是|所以|因此"
)

NEGATED_BEFORE = re.compile(
    r"\b(?:not|no|never|without|neither|nor|none|cannot|exclud\w{0,4}|rul(?:e|es|ed|ing) out|except"
    r"|unlike|rather than|instead of|other than|than|apart from|besides|avoid\w{0,3}|denies|versus|vs"
    r"|above|below|adjacent to|near|next to|normal|unremarkable|preserved|intact|unlikely|wrong"
    r"|incorrect|histor(?:y|ies) of|previous\w{0,2}|prior|before|after|following|failed|absen\w{1,4}"
    r"|between|if|unless|whether|should (?:there|it)|could|might|may|possib\w{1,3}|consider\w{0,3}|reject\w{0,3}"
    r"|contraindicat\w{1,4}|nicht|kein\w{0,2}|pas|aucun\w?|sin|não|не|less|mimic\w{0,4}|risk of"
    r"|alternative\w{0,2}|against|eliminat\w{1,4}|option [a-j] (?:says|refers|describes|states|mentions|lists|means|is about)|what|which|how|why|is there)\b|n't\b|不|非|無|没|排除|ない"
)
"""Before an option's text in its clause: the text is not put forward as the answer."""

ADDED_AFTER = re.compile(r"\balso\b")
"""After an option's text in its clause: it comes beside the answer, where there can be only one."""

NEGATED_BEHIND_COMMA = re.compile(
    r"[,)]{1,2}\s(?:is|are|was|were|should|would|can|could|does|do|may|must)(?:n't|\s(?:not|never)\b)"
)
"""Right after an option's text that stands in apposition: "option D, bracing, should not"."""

NEGATED_AFTER = re.compile(
    r"\b(?:not|no|never|cannot|excluded|ruled out|normal|unremarkable|preserved|spared|intact|unlikely"
    r"|wrong|incorrect|false|contraindicated|inappropriate|eliminated|insufficient|unnecessary"
    r"|less|absent|before|previously|earlier|in the past|ago|could|might|may|possible|if|unless|fails?|failed|rejected|would have"
    r"|nicht|falsch|pas|incorrecta?|не)\b|n't\b|不|非|错|錯|排除|ない|違"
)
"""After an option's text in its clause: the text is not put forward as the answer."""

SENTENCE_END = re.compile(r"[.!?;](?=\s|$|[^\x00-\x7f])|\n")
LIST_SENTENCE_END = re.compile(r"[.!?](?=\s|$|[^\x00-\x7f])|\n")
"""A sentence's end where a semicolon may part the members of a list."""
