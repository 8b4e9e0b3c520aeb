"""What a model thinks earns its report nothing: no check is met, no judge sees it."""

import json
from pathlib import Path

import pytest

from leaderboard.judges.canaries import CASE
from leaderboard.judges.prompt import make_prompt
from leaderboard.judges.untrusted import clean_report, is_quote
from tests.judges.rubric import RUBRIC
from tests.judges.test_checklist import CASES, rate
from tests.scoring.families import ENDS, THOUGHTS

SILENT = "I cannot tell from these images."
LINES = (Path(__file__).parent.parent / "data/replies/report-thoughts.jsonl").read_text("utf-8")
KNOWN = {case["family"]: case["prediction"] for case in map(json.loads, LINES.splitlines())}
WRITTEN = {
    **{name: f"{opens}REPORT{closes}{SILENT}" for name, (opens, closes) in THOUGHTS.items()},
    **{f"{name} (known)": text.replace("REFERENCE REPORT OF THE ITEM", "REPORT")
       for name, text in KNOWN.items()},
    **{f"{name}, after its turn": f"{SILENT}{ends}{opens}REPORT"
       for name, (ends, opens) in ENDS.items() if name != "Idefics"},
}  # fmt: skip
DIMENSION = RUBRIC.sections[0].dimensions[0]


@pytest.mark.parametrize("family", WRITTEN)
@pytest.mark.parametrize("key", sorted(CASES)[::5])
def test_a_perfect_report_in_a_thought_stays_at_the_floor_of_the_checklist(
    key: str, family: str
) -> None:
    case = CASES[key]
    assert max(value or 0 for value in rate(case, case.reference_report).values()) == 5.0
    written = WRITTEN[family].replace("REPORT", case.reference_report)
    assert rate(case, written) == rate(case, SILENT)
    assert set(rate(case, SILENT).values()) == {1.0}


@pytest.mark.parametrize("family", WRITTEN)
def test_a_thought_never_reaches_the_prompt_of_a_judge_nor_shows_anything(family: str) -> None:
    thought = "Severe stenosis of the canal at L4/L5, seen by nobody else."
    report = clean_report(WRITTEN[family].replace("REPORT", thought))
    prompt = make_prompt(DIMENSION, CASE, report, 1)
    sent = json.dumps(prompt.messages, ensure_ascii=False)
    assert "seen by nobody else" not in sent
    assert SILENT in sent
    assert not is_quote(thought, report)
