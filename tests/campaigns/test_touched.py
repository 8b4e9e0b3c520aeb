"""What a change leaves alone is kept, to the last digit as if everything was scored anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from leaderboard.campaigns.report import Report, read_results
from leaderboard.campaigns.start import start_campaign, start_version
from leaderboard.db import Sessions
from leaderboard.evaluation.kept import find_results
from leaderboard.evaluation.results import Result
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.campaign import CampaignPart, CampaignState, Cause
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import get_benchmark
from tests.calibration.test_calibrations import judge_value, rate_as
from tests.campaigns.campaigns import (
    HOST,
    find_report,
    open_all,
    read_campaign,
    recalibrate,
    run_campaign,
)
from tests.databases import Prepare
from tests.evaluation.scripted import ScriptedJudge
from tests.factories import load_items, make_team, make_user, prepare_items
from tests.loaded import Submit
from tests.package_files import make_case, make_manifest, make_mcq

Items = list[dict[str, Any]]
MILD = {"grade": "mild", "event": "wrong_side"}
Edit = Callable[[Items], None]
N_TEXT, N_IMAGE, N_REPORT, N_MODELS = 40, 20, 16, 4
JUDGE = ScriptedJudge(judge_value)
CONDITIONS = ("disc_herniation", "stenosis", "scoliosis", "fracture", "tumour")
LEVELS: tuple[list[str], ...] = (
    ["L4/L5"],
    ["L3/L4", "L4/L5"],
    [],
    ["T12"],
    ["L5/S1"],
    ["C5", "L4/L5"],
)


def make_all() -> Items:
    """Items in slices of many and of few, of several levels, some with two right answers."""
    questions = [
        make_mcq(
            n,
            image=n >= N_TEXT,
            subcondition=CONDITIONS[n * n % 5],
            axis=("level", "pathology")[n % 2],
            levels=LEVELS[n % 6],
            case_id=f"case-{n // 2}",
            multiple=n % 7 == 0,
            answer=["B", "C"] if n % 7 == 0 else ["B"],
        )
        for n in range(N_TEXT + N_IMAGE)
    ]
    for item in questions[:9:2]:
        item["harm"] = {"options": {"A": {"grade": "severe", "event": "wrong_level"}, "D": MILD}}
    for n, item in enumerate(questions[N_TEXT:]):
        item["id"] = f"test-image-{n:03}"
    return [*questions, *(make_case(n, subcondition=CONDITIONS[n % 5]) for n in range(N_REPORT))]


def make_package(version: str) -> dict[str, Any]:
    manifest = make_manifest(version=version, harm={"by": "constructed"})
    manifest["taxonomy"]["subconditions"] = [{"key": key, "name": key} for key in CONDITIONS]
    return manifest


def submit_model(submit_texts: Submit, number: int) -> str:
    texts = {
        item["id"]: f"Report {number}."
        if item["kind"] == "report"
        else ("A, B", "B, C", "D", "B, C")[number]
        if item["multiple"] and n % 3
        else "ABBD"[(n + number) % 4]
        for n, item in enumerate(make_all())
    }
    return submit_texts(texts, f"model-{number}", f"team-{number}", judges=[JUDGE])


@pytest.fixture
def load_models(
    sessions: Sessions, prepare: Prepare, submit_texts: Submit
) -> Callable[[bool], None]:
    """Rank a few models, whose reports are calibrated or not."""

    def load(is_calibrated: bool) -> None:
        def make() -> None:
            with sessions.write() as session:
                load_items(session, make_all(), make_package("1.0.0"))
                make_team(session, "team", make_user(session, "a"))
            keys = [submit_model(submit_texts, number) for number in range(N_MODELS)]
            if is_calibrated:
                for key in keys[:3]:
                    rate_as(sessions, key, range(N_REPORT))
                with sessions.read() as session:
                    split_id = session.get_one(Submission, keys[0]).split_id
                recalibrate(sessions, split_id, JUDGE)

        prepare(("models", is_calibrated), make)

    return load


def set_answer(**answers: str) -> Edit:
    """The right letters of items by id, with _ for -."""

    def edit(items: Items) -> None:
        for item in items:
            letters = answers.get(item["id"].replace("-", "_"))
            if letters is not None:
                item["answer"] = list(letters)

    return edit


def set_harm(items: Items) -> None:
    """Another grade of what a few chose, and a first one of a question that nobody graded."""
    items[2]["harm"] = {"options": {"A": MILD, "D": MILD}}
    items[11]["harm"] = {"options": {"A": MILD, "C": {"grade": "severe", "event": "wrong_level"}}}


def correct(items: Items) -> None:
    """Another key, whose letter had a harm."""
    items[4] |= {"answer": ["D"], "harm": {"options": {"A": items[4]["harm"]["options"]["A"]}}}


def drop(items: Items) -> None:
    del items[3], items[N_TEXT + 5]


def move(items: Items) -> None:
    items[4]["subcondition"], items[5]["levels"] = CONDITIONS[4], []


def check_another(items: Items) -> None:
    items[-1]["checklist"][0]["any_of"] += ["fine alignment"]


EDITS: dict[str, Edit] = {
    "nothing": lambda items: None,
    "key": set_answer(test_text_001="D"),
    "key of an image": set_answer(test_image_003="A"),
    "key of several": set_answer(test_text_007="AB"),
    "keys": set_answer(test_text_001="D", test_text_014="AB", test_image_002="D"),
    "harm": set_harm,
    "harm of one": lambda items: items[2]["harm"]["options"]["A"].update(grade="moderate"),
    "key with a harm": correct,
    "dropped": drop,
    "moved": move,
    "checklist": check_another,
}
LEAVE_SOME = ("nothing", "key", "key of an image", "key of several", "harm of one")
"""Edits that do not touch every model."""


def read_all(sessions: Sessions, key: int) -> tuple[dict[str, Any], Report]:
    """Every result of a campaign, and its report."""
    report = find_report(sessions, key)
    with sessions.read() as session:
        campaign = read_campaign(sessions, key)
        parts = session.scalars(select(CampaignPart.submission_id)).all()
        return describe(read_results(session, campaign, parts)), report


def describe(results: dict[str, Result]) -> dict[str, Any]:
    """All of each result; outcomes and calibrations have no order."""
    return {
        key: (
            one.scores,
            one.values,
            sorted(one.outcomes),
            sorted(one.calibrated),
            one.reports,
            one.parser_version,
            one.harm,
        )
        for key, one in results.items()
    }


def count_kept(sessions: Sessions) -> tuple[int, int]:
    """How many parts have no result of their own, and how many have one."""
    with sessions.read() as session:
        results = session.scalars(select(CampaignPart.result)).all()
    return sum(one is None for one in results), sum(one is not None for one in results)


def compute(sessions: Sessions, target_id: int, *causes: Cause) -> int:
    """The campaign of a prepared version; with a host's cause all of it is scored."""
    with sessions.write() as session:
        target = session.get_one(Benchmark, target_id)
        if causes:
            splits = get_benchmark(session, "tiny").splits
            key = start_campaign(session, splits, causes, HOST, target).id
        else:
            key = start_version(session, target, HOST).id
    assert run_campaign(sessions, key, JUDGE).state is CampaignState.PROPOSED
    return key


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "is_calibrated"),
    [*((name, True) for name in EDITS), ("key", False), ("checklist", False)],
)
def test_a_campaign_that_keeps_what_a_change_leaves_alone_equals_one_that_scores_everything(
    sessions: Sessions, load_models: Callable[[bool], None], name: str, is_calibrated: bool
) -> None:
    load_models(is_calibrated)
    items = make_all()
    EDITS[name](items)
    with sessions.write() as session:
        target_id = prepare_items(session, items, make_package("1.0.1")).id
    key = compute(sessions, target_id)
    kept, n_kept = read_all(sessions, key), count_kept(sessions)
    assert compute(sessions, target_id, Cause.VERSION, Cause.HOST) == key
    scored = read_all(sessions, key)
    assert count_kept(sessions) == (0, N_MODELS)
    assert len(kept[0]) == N_MODELS
    assert kept[0] == scored[0]
    assert kept[1] == scored[1]
    assert (n_kept[0] > 0) == (name in LEAVE_SOME)
    assert (n_kept[1] > 0) == (name != "nothing")
    # What is opened is what was proposed.
    compute(sessions, target_id)
    assert open_all(sessions, key).state is CampaignState.OPENED
    with sessions.read() as session:
        assert describe(find_results(session, list(scored[0]))) == scored[0]
