"""Findings with medspaCy and its own context rules: `python read_medspacy.py`.

In .venv-rivals-medspacy; reads and writes what read_negspacy.py does, with "open" for what is
uncertain, historical, hypothetical or about the family.
"""

from __future__ import annotations

import json
import sys

import medspacy
import spacy
from loguru import logger
from medspacy.ner import TargetRule


def main() -> None:
    """One line out for each line in."""
    logger.remove()
    for line in sys.stdin:
        case = json.loads(line)
        nlp = medspacy.load()
        matcher = nlp.get_pipe("medspacy_target_matcher")
        matcher.add([TargetRule(term, "FINDING") for term in case["terms"]])
        print(json.dumps([[_describe(e) for e in nlp(r).ents] for r in case["reports"]]))


def _describe(entity: spacy.tokens.Span) -> list[object]:
    sentence, said = entity.sent, entity._
    is_open = said.is_uncertain or said.is_historical or said.is_hypothetical or said.is_family
    stance = "denied" if said.is_negated else "open" if is_open else "asserted"
    places = [entity.start_char, entity.end_char, sentence.start_char, sentence.end_char]
    return [*places, stance]


if __name__ == "__main__":
    main()
