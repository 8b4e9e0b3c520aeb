"""A version that changes harm grades alone: errors are counted anew, scores stand as they are."""

from leaderboard.campaigns.start import start_version
from leaderboard.db import Sessions
from leaderboard.evaluation.kept import find_result
from leaderboard.models.harm import HarmValues, RankedHarm
from leaderboard.models.ranking import Board
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.versions import Change
from leaderboard.rankings.errata import read_errata
from leaderboard.rankings.releases import find_ranking
from tests.campaigns.campaigns import HOST, open_all, run_campaign
from tests.evaluation.test_harm import (
    CHECKS,
    LEVEL,
    REPORTS,
    SIDE,
    load_graded,
    name_reports,
    submit,
)
from tests.factories import prepare_items
from tests.package_files import make_case, make_manifest, make_mcq

MILD = {"grade": "mild", "event": "wrong_level"}


def test_a_regraded_version_counts_errors_anew_and_keeps_every_score(sessions: Sessions) -> None:
    load_graded(sessions)
    texts = {f"test-text-{n:03}": f"ANSWER: {letter}" for n, letter in enumerate("BACDAAAA")}
    key = submit(sessions, {**texts, **name_reports(REPORTS)})
    with sessions.read() as session:
        before = find_result(session, key)
    side = next(check for check in CHECKS if check["kind"] == "side")
    checks = [
        check | {"harm": {"commission": SIDE | {"grade": "mild"}}} if check is side else check
        for check in CHECKS
    ]
    options = {"A": MILD, "C": {"grade": "moderate", "event": "contraindicated_treatment"}}
    items = [make_mcq(n, harm={"options": options}) for n in range(6)]
    items.append(make_mcq(6, harm={"options": {"A": LEVEL}}))
    items.append(make_mcq(7))
    items += [make_case(n, checklist=checks) for n in range(11)]
    items.append(make_case(11, checklist=checks, case_id="case-test-report-010"))
    manifest = make_manifest(version="1.1.0", harm={"by": "constructed"})
    with sessions.write() as session:
        prepared = prepare_items(session, items, manifest)
        campaign = start_version(session, prepared, HOST)
        campaign_id = campaign.id
    run_campaign(sessions, campaign_id)
    open_all(sessions, campaign_id)
    with sessions.read() as session:
        benchmark = get_benchmark(session, "tiny")
        assert benchmark.version == "1.1.0"
        ranking = find_ranking(session, get_split(benchmark, "test").id)
        assert ranking is not None
        after = find_result(session, key)
        assert before is not None
        assert after is not None
        assert (after.scores, after.values) == (before.scores, before.values)
        # The reports with nothing but a wrong side no longer have a severe error.
        reports = session.get_one(RankedHarm, (ranking.id, key, Board.REPORT))
        assert (reports.n_severe, reports.n) == (4, 12)
        assert before.harm is not None
        assert session.get_one(HarmValues, key).content != before.harm.values
        told = read_errata(session, benchmark)[0].splits
        counts = [(one.change, one.n) for split in told for one in split.counts]
        assert {change for change, _ in counts} == {Change.HARM}
        assert sum(n for _, n in counts) == 19
