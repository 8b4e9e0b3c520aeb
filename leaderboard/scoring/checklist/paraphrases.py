"""Plain words for medical ones: a term of a finding or mention is looked for in these as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_GROWING = (
    "getting weaker",
    "becoming weaker",
    "growing weaker",
    "weaker and weaker",
)
_WEAK_LEGS = ("weak legs", "weakness of legs", "weakness in legs", "legs are weak", "legs weak*")

PLAIN: Mapping[str, tuple[str, ...]] = {
    "progressive weakness": _GROWING,
    "worsening weakness": _GROWING,
    "increasing weakness": _GROWING,
    "leg weakness": _WEAK_LEGS,
    "paraparesis": ("weakness of both legs", "weakness in both legs", "both legs are weak"),
    "urinary retention": ("cannot pass urine", "can not pass urine", "unable to pass urine"),
    "saddle anaesthesia": ("saddle numbness", "numb saddle", "numbness of saddle"),
    "dysphagia": ("difficulty swallowing", "trouble swallowing", "difficult swallowing"),
    "hoarseness": ("hoarse voice", "hoarse*"),
    "dural tear": ("tear of dura", "torn dura", "durotomy"),
    "thromboembolism": ("blood clot*", "deep vein thrombosis", "pulmonary embolism"),
    "non union": ("nonunion", "pseudarthrosis", "pseudoarthrosis", "failure to fuse"),
    "physiotherapy": ("physical therapy",),
    "orthosis": ("brace",),
    "foot drop": ("drop foot", "dropped foot"),
}
"""Phrases of one meaning by the term for which they stand; the term must be this as a whole."""


def add_paraphrases(terms: Iterable[str]) -> list[str]:
    """The terms, followed by the plain words for them; each once."""
    given = list(terms)
    return list(dict.fromkeys([*given, *(one for term in given for one in PLAIN.get(term, ()))]))
