"""Where its host says so, not one item goes to a server of a third party, and own ones go on."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.connection_tests import ask_test, find_test
from leaderboard.endpoints.registry.endpoints import open_endpoint, read_settings
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import Forbidden, PermanentError
from leaderboard.evaluation.ask import CHUNK, Asker, read_missing
from leaderboard.evaluation.claim import claim_submission
from leaderboard.evaluation.run import evaluate
from leaderboard.evaluation.try_endpoint import try_endpoint
from leaderboard.exposure.ask import ask_exposure
from leaderboard.exposure.request import request_exposure
from leaderboard.exposure.results import read_exposures
from leaderboard.hosting.terms import set_third_parties
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.endpoint import Endpoint, EndpointRun
from leaderboard.models.robustness import AuditRow, AuditState
from leaderboard.models.submission import EventKind, Status, Submission
from leaderboard.models.team import ModelCard
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.robustness.ask import ask_audit
from leaderboard.robustness.request import request_audit
from leaderboard.robustness.results import read_audits
from leaderboard.submissions.endpoint_runs import submit_endpoint
from leaderboard.third_parties import ThirdParties, read_third_parties
from tests.asked import add_endpoint, make_access, submit_to
from tests.endpoints.server import Endpoint as Server
from tests.endpoints.server import serve
from tests.factories import NO_LIMIT, load_items
from tests.judges.judge_server import serve_judge
from tests.loaded import Load
from tests.package_files import make_items, make_manifest, make_mcq
from tests.readers.scripted import TEXT, read_second_option, reader_at, score, submit_answers
from tests.site import ENDPOINT_KEY

VAULT = KeyVault([ENDPOINT_KEY])
OUTSIDE = AddressPolicy()
"""That of a server that lists no address as inside."""
NONE = ThirdParties(judges=False, endpoints=False)
SAID = "does not let its items go to endpoints of third parties"


def forbid(sessions: Sessions) -> None:
    with sessions.write() as session:
        set_third_parties(session, get_benchmark(session, "tiny"), NONE, "hanna")


def allow(sessions: Sessions) -> None:
    with sessions.write() as session:
        set_third_parties(session, get_benchmark(session, "tiny"), ThirdParties(), "hanna")


def requeue(sessions: Sessions, key: str) -> None:
    with sessions.write() as session:
        session.get_one(Submission, key).status = Status.QUEUED


def state_of(sessions: Sessions, key: str) -> tuple[Status, str]:
    """The status of a submission, and the last thing that its team was told."""
    with sessions.read() as session:
        row = session.get_one(Submission, key)
        return row.status, row.events[-1].message


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as found:
        yield found


def test_endpoints_are_refused_beforehand_and_when_they_would_be_asked(
    sessions: Sessions, load: Load, server: Server
) -> None:
    load(6, 2, 1)
    outside = make_access(server, policy=OUTSIDE)
    endpoint_id = add_endpoint(sessions, server)
    waiting = submit_to(sessions, endpoint_id)
    forbid(sessions)
    evaluate(sessions, waiting, [ChecklistJudge()], 5, outside)
    status, message = state_of(sessions, waiting)
    assert status is Status.FAILED
    assert SAID in message

    def submit(policy: AddressPolicy) -> str:
        with sessions.write() as session:
            endpoint = session.get_one(Endpoint, endpoint_id)
            (made,) = submit_endpoint(
                session,
                user=endpoint.team.memberships[0].user,
                model_card=session.scalars(select(ModelCard)).one(),
                split=get_split(get_benchmark(session, "tiny"), "test"),
                endpoint=endpoint,
                tracks=[],
                wipes_key=False,
                vault=VAULT,
                policy=policy,
                quota=NO_LIMIT,
            )
            return made.id

    with pytest.raises(Forbidden, match=SAID):
        submit(OUTSIDE)
    with sessions.write() as session:
        ask_test(session, session.get_one(Endpoint, endpoint_id))
    try_endpoint(sessions, endpoint_id, outside)
    with sessions.read() as session:
        tried = find_test(session, session.get_one(Endpoint, endpoint_id))
    assert tried is not None
    assert tried.results is not None
    assert "that may go to this endpoint" in tried.results.verdict
    assert server.bodies == []
    # An address that the maintainer lists is inside.
    inside = make_access(server)
    own = submit(inside.policy)
    evaluate(sessions, own, [ChecklistJudge()], 5, inside)
    assert state_of(sessions, own)[0] is Status.SCORED
    assert len(server.bodies) == 9


def test_audits_are_refused_beforehand_and_when_they_would_ask(
    sessions: Sessions, load: Load, server: Server
) -> None:
    load(6, 2, 1)
    key = submit_to(sessions, add_endpoint(sessions, server))
    inside, outside = make_access(server), make_access(server, policy=OUTSIDE)
    evaluate(sessions, key, [ChecklistJudge()], 5, inside)
    server.bodies.clear()
    asked: dict[str, Any] = {"n_items": 5, "seed": 1, "vault": VAULT}
    with sessions.write() as session:
        audit = request_audit(session, key, every_rotation=False, policy=OUTSIDE, **asked).id
        exposure = request_exposure(session, key, policy=OUTSIDE, **asked).id
    forbid(sessions)
    ask_audit(sessions, audit, outside)
    ask_exposure(sessions, exposure, outside)
    with sessions.read() as session:
        audits: list[AuditRow] = [
            read_audits(session, key)[0].audit,
            read_exposures(session, key)[0].audit,
        ]
        for row in audits:
            assert row.state is AuditState.FAILED
            assert SAID in row.reason
    with pytest.raises(PermanentError, match=SAID), sessions.write() as session:
        request_audit(session, key, every_rotation=False, policy=OUTSIDE, **asked)
    with pytest.raises(PermanentError, match=SAID), sessions.write() as session:
        request_exposure(session, key, policy=OUTSIDE, **asked)
    assert server.bodies == []
    with sessions.write() as session:
        again = request_audit(session, key, every_rotation=False, policy=inside.policy, **asked).id
    ask_audit(sessions, again, inside)
    assert len(server.bodies) == 5


@pytest.mark.one_database
def test_a_run_stops_sending_where_the_host_forbids_it_meanwhile(
    sessions: Sessions, load: Load, server: Server
) -> None:
    load(CHUNK + 2, 0, 0)
    key = submit_to(sessions, add_endpoint(sessions, server))
    with sessions.write() as session:
        claim = claim_submission(session, key)
        run = session.get_one(EndpointRun, key)
        assert claim is not None
        endpoint = session.get_one(Endpoint, run.endpoint_id)
        settings, missing = read_settings(run), read_missing(session, run)
        opened = open_endpoint(endpoint, settings, VAULT)
    requests = Asker(sessions, claim, opened, settings, OUTSIDE).make_requests(missing)
    assert len([next(requests) for _ in range(CHUNK)]) == CHUNK
    forbid(sessions)
    with pytest.raises(PermanentError, match=SAID):
        next(requests)


def test_a_reader_of_a_third_party_gets_no_answer_and_an_own_one_does(
    sessions: Sessions,
) -> None:
    item = make_mcq(0)
    key = submit_answers(sessions, [item], {item["id"]: TEXT})
    forbid(sessions)
    with serve_judge(read_second_option) as server:
        score(sessions, key, reader_at(server))
        assert server.asked == []
        assert state_of(sessions, key)[0] is Status.SCORED
        requeue(sessions, key)
        score(sessions, key, reader_at(server, own_server=True))
        assert [asked.report for asked in server.asked] == [TEXT]
    with sessions.read() as session:
        kinds = [event.kind for event in session.get_one(Submission, key).events]
    assert EventKind.FAILED not in kinds


def test_a_package_forbids_and_its_host_alone_allows_again(sessions: Sessions) -> None:
    def load(version: str, **facts: bool) -> ThirdParties:
        with sessions.write() as session:
            load_items(session, make_items(2, 0, 0), make_manifest(version=version, **facts))
            return read_third_parties(session, "tiny")

    assert load("1.0.0") == ThirdParties()
    assert load("1.1.0", third_party_judges=False) == ThirdParties(judges=False)
    assert load("1.2.0", third_party_endpoints=False) == NONE
    assert load("1.3.0", third_party_judges=True) == NONE
    allow(sessions)
    assert load("1.4.0") == ThirdParties()
