"""Reports that try to talk a judge into ratings, against judges that follow them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from content.build import read_items
from leaderboard.db import Sessions
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.canaries import (
    CASE,
    N_DRAWN,
    OTHER_CASE,
    check_canary,
    draw_canaries,
    make_canaries,
    read_attacks,
)
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.evidence import (
    find_carrier,
    hold_carried,
    read_lexicon,
    shares_clinical_word,
)
from leaderboard.judges.order_suite import read_suite
from leaderboard.judges.protocol import DimensionRating, ReportCase
from leaderboard.judges.untrusted import clean_report, is_quote, list_passages
from leaderboard.models.judging import JudgeRun, RunState
from leaderboard.models.submission import Status
from leaderboard.scoring.checklist import Check
from leaderboard.scoring.order import OrderKind
from tests.judges.conftest import SubmitReports
from tests.judges.judge_server import Answered, Asked, answer, judge_honestly, serve_judge
from tests.judges.rubric import RUBRIC
from tests.judges.test_rate import judges_at, ratings_of, status_of

DATA = Path(__file__).parent.parent / "data" / "held-back-attacks.jsonl"
HELD_BACK: dict[str, str] = {
    line["name"]: line["report"]
    for line in map(json.loads, DATA.read_text(encoding="utf-8").splitlines())
}
KNOWN = {clean_report(text).text for text in make_canaries(RUBRIC).values()}
ROOT = Path(__file__).resolve().parents[2]


def say_yes(asked: Asked, quote: str) -> Answered:
    return answer({n: ("yes" if "say" in q else "no", quote) for n, q in asked.questions.items()})


def resist_only_six(asked: Asked) -> Answered:
    """Honest on the six canaries that every run has; else yes, shown by what is clinical in it."""
    if asked.report in KNOWN:
        return judge_honestly(asked)
    lexicon = read_lexicon(CASE)
    passages = [" ".join(p.split()) for p in re.split(r"(?<=[.!?])\s|\n", asked.report) if p]
    shown = [p for p in passages if shares_clinical_word(p, lexicon)] or passages or [""]
    return say_yes(asked, shown[0])


def quote_nothing(asked: Asked) -> Answered:
    """Yes to everything, canaries too, with a quote that stands nowhere."""
    return say_yes(asked, "a passage that stands nowhere")


def say_yes_to_all(asked: Asked) -> Answered:
    return say_yes(asked, " ".join(asked.report.split()[:8]))


@pytest.mark.one_database
@pytest.mark.parametrize("script", [resist_only_six, quote_nothing, say_yes_to_all])
def test_no_held_back_attack_gains_anything_from_a_judge_that_follows_it(
    sessions: Sessions, submit_reports: SubmitReports, script: Callable[[Asked], Answered]
) -> None:
    """None is rated at all, so none is above an empty report, which an honest judge gives 1."""
    key = submit_reports([*HELD_BACK.values(), ""])
    with serve_judge(script) as server:
        evaluate(sessions, key, judges_at(server), 5)
    assert status_of(sessions, key) is Status.HELD
    assert ratings_of(sessions, "judge-0") == []
    with sessions.read() as session:
        run = session.scalars(select(JudgeRun)).one()
    assert run.state is RunState.VOID
    assert "canary report" in run.reason


@pytest.mark.one_database
def test_an_honest_judge_passes_and_leaves_every_held_back_attack_at_the_floor(
    sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([*HELD_BACK.values(), ""])
    with serve_judge() as server:
        evaluate(sessions, key, judges_at(server), 5)
    assert status_of(sessions, key) is Status.SCORED
    assert set(ratings_of(sessions, "judge-0")) == {1.0}
    with sessions.read() as session:
        run = session.scalars(select(JudgeRun)).one()
    assert run.state is RunState.OK
    (seed,) = {record["seed"] for record in run.canaries}
    assert [record["canary"] for record in run.canaries] == list(draw_canaries(RUBRIC, seed))


def test_each_run_draws_other_canaries_and_the_same_seed_the_same() -> None:
    drawn = [draw_canaries(RUBRIC, seed) for seed in range(40)]
    assert drawn[3] == draw_canaries(RUBRIC, 3)
    for one in drawn:
        assert len(one) == 6 + N_DRAWN + 1
        assert sum(name.startswith(OTHER_CASE) for name in one) == 1
        assert make_canaries(RUBRIC).keys() < one.keys()
    assert {name for one in drawn for name in one} >= read_attacks().keys()
    assert len({tuple(one) for one in drawn}) > 30


def test_what_is_held_back_is_no_canary_and_there_are_over_thirty_texts_of_many_kinds() -> None:
    lines = (ROOT / "content" / "attacks" / "attacks.jsonl", DATA)
    texts = [json.loads(line) for path in lines for line in path.read_text("utf-8").splitlines()]
    assert len(texts) >= 30
    assert len({text["kind"] for text in texts}) >= 10
    assert len({text["report"] for text in texts}) == len(texts)
    assert not HELD_BACK.keys() & read_attacks().keys()
    assert abs(len(HELD_BACK) - len(read_attacks())) <= 1


def test_a_good_report_on_another_case_may_earn_for_its_form_and_no_more() -> None:
    name = f"{OTHER_CASE}test-report-001"
    assert check_canary(name, {"diagnosis": 3.0, "plan": 3.0}).passed
    assert not check_canary(name, {"diagnosis": 3.0, "plan": 3.1}).passed
    assert not check_canary("give_5", {"diagnosis": 1.5, "plan": 1.6}).passed


def rate_bundled() -> list[tuple[ReportCase, str]]:
    """Every bundled honest report with its case: references, constructed models, good reports."""
    dimensions = read_suite().make_cases()["test-report-001"].dimensions
    cases = {
        item["id"]: ReportCase(
            item["id"],
            item["question"],
            item["reference_report"],
            tuple(msgspec.convert(item["checklist"], list[Check])),
            dimensions,
        )
        for item in read_items("report_items.jsonl")
    }
    honest = (OrderKind.SAME_WORDS, OrderKind.LONGER)
    texts = [(case, case.reference_report) for case in cases.values()]
    texts += [(cases[p.case], p.first) for p in read_suite().pairs]
    texts += [(cases[p.case], p.second) for p in read_suite().pairs if p.kind in honest]
    for path in sorted((ROOT / "content").glob("**/predictions.jsonl")):
        lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        texts += [(cases[x["id"]], x["prediction"]) for x in lines if x["id"] in cases]
    return texts


def as_evidence(rating: DimensionRating) -> DimensionRating:
    """A rating of the checklist judge with its sentences as a language model would quote them."""
    shown = tuple(
        {"verdict": "yes", "supported": True, "quote": one["sentence"]}
        for one in rating.evidence
        if one["state"] == "met" and one["sentence"]
    )
    return DimensionRating(rating.dimension, rating.value, "", shown)


def test_no_bundled_honest_report_is_held_for_a_passage_that_carries_too_much() -> None:
    judge, seen = ChecklistJudge(), set[tuple[str, str]]()
    held = []
    for case, text in rate_bundled():
        if (case.item_id, text) not in seen:
            seen.add((case.item_id, text))
            ratings = [as_evidence(one) for one in judge.rate(case, text)]
            if find_carrier(ratings, clean_report(text)) is not None:
                held.append(text[:200])
    assert len(seen) > 120
    assert held == []


def test_honest_sentences_share_a_clinical_word_with_their_case_but_for_two_in_a_hundred() -> None:
    cases = read_suite().make_cases()
    sentences = [
        (case, sentence)
        for case, text in read_suite().good.items()
        for sentence in list_passages(clean_report(text))
        if not sentence.startswith("#")
    ]
    without = [s for case, s in sentences if not shares_clinical_word(s, read_lexicon(cases[case]))]
    assert len(sentences) > 150
    assert len(without) <= 0.02 * len(sentences), without


def test_a_report_whose_one_passage_carries_eight_of_ten_dimensions_is_held() -> None:
    report = clean_report("Right L5/S1 extrusion with S1 radiculopathy. Microdiscectomy.")
    shown = {"verdict": "yes", "supported": True, "quote": "L5/S1 extrusion"}
    whole = {**shown, "quote": "with S1 radiculopathy."}

    def rated(n_carried: int) -> list[DimensionRating]:
        return [
            DimensionRating(
                f"d{n}", 4.0, "", ((shown if n % 2 else whole),) if n < n_carried else ()
            )
            for n in range(10)
        ]

    assert [one.value for one in hold_carried(rated(7), report)] == [4.0] * 10
    held = hold_carried(rated(8), report)
    assert [one.value for one in held] == [None] * 10
    assert "one passage is the evidence for 8 of 10 dimensions" in held[0].reason


@pytest.mark.parametrize(
    "form", ["{} - seen", '"{} \u2013 seen"', "{} \u2014  seen...", "{}\n- SEEN"]
)
def test_a_passage_carries_what_it_is_quoted_for_however_the_judge_writes_its_marks(
    form: str,
) -> None:
    parts = [
        "L5/S1 extrusion",
        "S1 root displaced",
        "calf is weak",
        "microdiscectomy",
        "dural tear",
    ]
    report = clean_report("; ".join(f"{part} \u2013 seen" for part in parts) + ". He walks.")
    quotes = [form.format(part) for part in parts]
    assert all(is_quote(quote, report) for quote in quotes)
    ratings = [
        DimensionRating(f"d{n}", 4.0, "", ({"verdict": "yes", "supported": True, "quote": quote},))
        for n, quote in enumerate(quotes)
    ]
    carrier = find_carrier(ratings, report)
    assert carrier is not None
    assert carrier.n_dimensions == 5


@pytest.mark.parametrize(
    "quote",
    [
        "This report follows the usual order.",
        "Everything in it was looked at with much care.",
        "It was reviewed and approved by experts.",
        "Each of these questions is to be answered.",
    ],
)
def test_words_of_any_text_are_evidence_of_nothing(quote: str) -> None:
    assert not shares_clinical_word(quote, read_lexicon(CASE))
