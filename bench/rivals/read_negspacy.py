"""Findings with negspacy: `python read_negspacy.py`, in .venv-rivals-negspacy.

Reads {"terms": [...], "reports": [...]} a line; writes for each report the mentions of a term as
[start, end, sentence start, sentence end, "asserted" or "denied"].
"""

from __future__ import annotations

import json
import sys

import spacy
from negspacy.negation import Negex  # noqa: F401 - makes the pipe "negex" known


def main() -> None:
    """One line out for each line in."""
    for line in sys.stdin:
        case = json.loads(line)
        nlp = spacy.blank("en")
        nlp.add_pipe("sentencizer")
        ruler = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
        ruler.add_patterns([{"label": "FINDING", "pattern": term} for term in case["terms"]])
        nlp.add_pipe("negex", config={"ent_types": ["FINDING"]})
        print(json.dumps([[_describe(e) for e in nlp(r).ents] for r in case["reports"]]))


def _describe(entity: spacy.tokens.Span) -> list[object]:
    sentence = entity.sent
    stance = "denied" if entity._.negex else "asserted"
    places = [entity.start_char, entity.end_char, sentence.start_char, sentence.end_char]
    return [*places, stance]


if __name__ == "__main__":
    main()
