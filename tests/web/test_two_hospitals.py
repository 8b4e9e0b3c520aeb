"""One site, two hospitals: a host or expert of one benchmark sees and changes nothing of another.

`tiny` belongs to the first hospital, with the host hanna and the expert emma; `second` to the
other, with hugo and eve. The administrator is alma.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.experts.assign import assign_reports
from leaderboard.hosting.announcements import announce
from leaderboard.items.reports import ensure_rater_id
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.models.audit import AuditEntry
from leaderboard.models.calibration import Refit
from leaderboard.models.expert import ExpertRater, RatingAssignment
from leaderboard.models.judging import JudgeRun, RunState
from leaderboard.models.moderation import Announcement, HiddenSubmission
from leaderboard.models.rating import Rater
from leaderboard.models.role import Role
from leaderboard.models.submission import EventKind, Status, Submission
from leaderboard.models.team import User
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.submissions.events import add_event
from tests.factories import load_items, make_card, make_team, make_user
from tests.package_files import DIMENSIONS, make_items, make_manifest
from tests.site import N_REPORT, OpenSite, Site, Visitor
from tests.web.test_pages import post, sign_in

SLUGS = ("tiny", "second")
HOSTS = {"tiny": "hanna", "second": "hugo"}
EXPERTS = {"tiny": "emma", "second": "eve"}


@pytest.fixture(scope="module")
def hospitals(open_site: OpenSite) -> Iterator[Site]:
    """Two benchmarks with a scored and a held submission each, of teams of their own."""
    with open_site() as site:
        with site.sessions.write() as session:
            load_items(
                session, make_items(2, 0, N_REPORT), make_manifest(slug="second", name="Second")
            )
            make_card(session, make_team(session, "team-b", make_user(session, "bert")), "model-b")
            make_user(session, "alma", role=Role.ADMIN)
            for slug in SLUGS:
                make_user(session, HOSTS[slug], role=Role.HOST, benchmark=slug)
                make_user(session, EXPERTS[slug], role=Role.EXPERT, benchmark=slug)
        for slug, name, model in (("tiny", "ada", "model-a"), ("second", "bert", "model-b")):
            for n in range(2):
                send(site, slug, name, model, n)
        site.evaluate_all()
        with site.sessions.write() as session:
            for slug in SLUGS:
                trouble(session, slug)
        yield site


def send(site: Site, slug: str, name: str, model: str, n: int) -> None:
    lines = [
        {"id": f"test-report-{i:03}", "prediction": f"Report {n} of {model}, case {i}."}
        for i in range(N_REPORT)
    ]
    with Visitor(site.url) as visitor:
        answer = visitor.post(
            "/api/v1/submissions",
            headers=site.token(name),
            data={"benchmark": slug, "split": "test", "model": model},
            files={"file": ("p.jsonl", "\n".join(map(json.dumps, lines)).encode())},
        )
    assert answer.status_code == 201


def trouble(session: Session, slug: str) -> None:
    """Reports to rate, a held submission with a void run, a refit and an announcement."""
    split = get_split(get_benchmark(session, slug), "test")
    assign_reports(session, split, per_model=N_REPORT, overlap=1)
    held = session.scalars(
        select(Submission).where(Submission.split_id == split.id).order_by(Submission.created_at)
    ).all()[-1]
    held.status = Status.HELD
    add_event(session, held.id, EventKind.HELD, f"Held on {slug}.", "")
    session.add(
        JudgeRun(
            submission_id=held.id,
            rater_id=ensure_rater_id(session, JudgeIdentity(f"judge-{slug}", "1")),
            started_at=now(),
            state=RunState.VOID,
            reason=f"void on {slug}",
            canaries=[],
        )
    )
    if session.get(Refit, split.id) is None:
        session.add(Refit(split_id=split.id, requested_at=now(), nudged_at=now()))
    announce(session, f"News of {slug}.", f"{now() + timedelta(days=1):%Y-%m-%d}", "cli", slug)


def read_keys(site: Site, slug: str) -> list[str]:
    """The submissions to a benchmark, oldest first."""
    with site.sessions.read() as session:
        split = get_split(get_benchmark(session, slug), "test")
        return list(
            session.scalars(
                select(Submission.id)
                .where(Submission.split_id == split.id)
                .order_by(Submission.created_at)
            )
        )


def read_assignments(site: Site, name: str) -> list[str]:
    with site.sessions.read() as session:
        return list(
            session.scalars(
                select(RatingAssignment.key)
                .join(Rater)
                .join(ExpertRater, ExpertRater.rater_id == Rater.id)
                .join(User, User.id == ExpertRater.user_id)
                .where(User.email == f"{name}@example.org")
            )
        )


def read_state(site: Site) -> tuple[object, ...]:
    """What a host of the other hospital must not change."""
    with site.sessions.read() as session:
        return (
            [tuple(row) for row in session.execute(select(Submission.id, Submission.status))],
            session.scalars(select(HiddenSubmission.submission_id)).all(),
            [tuple(row) for row in session.execute(select(Announcement.id, Announcement.until_at))],
            session.scalars(select(AuditEntry.id)).all(),
        )


PAGES = (
    "/admin",
    "/admin/submissions",
    "/admin/submissions?status=held",
    "/admin/benchmarks",
    "/admin/approvals",
    "/admin/roles",
    "/admin/announcements",
    "/admin/audit",
    "/rate/experts",
    "/rate/agreement",
)


@pytest.mark.parametrize(("own", "other"), [SLUGS, SLUGS[::-1]])
def test_the_hosts_pages_show_their_own_benchmarks_alone(
    hospitals: Site, own: str, other: str
) -> None:
    host, admin = sign_in(hospitals, HOSTS[own]), sign_in(hospitals, "alma")
    foreign = [*read_keys(hospitals, other), *read_assignments(hospitals, EXPERTS[other])]
    foreign += [other, other.title(), f"{HOSTS[other]}@", f"{EXPERTS[other]}@", f"judge-{other}"]
    seen = ""
    for page in PAGES:
        answer = host.get(page)
        assert answer.status_code == 200, page
        seen += answer.text
        for word in foreign:
            found = re.search(rf"(?<![\w-]){re.escape(word)}", answer.text)
            assert found is None, (page, word, answer.text[found.start() - 80 : found.end() + 80])
    for word in (*read_keys(hospitals, own), f"judge-{own}", f"{EXPERTS[own]}@example.org"):
        assert word in seen, word
    assert f"News of {own}." in seen
    every = "".join(admin.get(page).text for page in PAGES)
    for word in foreign:
        assert word in every or word in read_assignments(hospitals, EXPERTS[other]), word


@pytest.mark.parametrize(("own", "other"), [SLUGS, SLUGS[::-1]])
def test_another_benchmarks_hidden_things_are_as_if_they_were_not_there_and_stay_as_they_are(
    hospitals: Site, own: str, other: str
) -> None:
    host = sign_in(hospitals, HOSTS[own])
    before = read_state(hospitals)
    key = read_keys(hospitals, other)[-1]
    missing = host.get("/admin/submissions/0123456789ab")
    found = host.get(f"/admin/submissions/{key}")
    assert found.status_code == missing.status_code == 404
    assert found.text.replace(key, "") == missing.text.replace("0123456789ab", "")
    for act in ("hide", "show", "requeue", "accept"):
        answer = post(host, hospitals, f"/admin/submissions/{key}/{act}", "/admin", reason="mine")
        assert answer.status_code == 404, act
    with hospitals.sessions.read() as session:
        news = {one.benchmark: one.id for one in session.scalars(select(Announcement))}
    ended = post(host, hospitals, f"/admin/announcements/{news[other]}/end", "/admin")
    assert ended.status_code == 404
    split = f"/admin/benchmarks/{other}/1.0.0/test"
    file = {"benchmark": other, "kind": "expert"}
    expert = f"{EXPERTS[other]}@example.org"
    taken = {"email": expert, "role": "expert", "benchmark": other}
    until = f"{now() + timedelta(days=1):%Y-%m-%d}"
    for path, page, form, status in (
        (f"{split}/rank", "/admin", {}, 403),
        (f"{split}/release", "/admin", {"reason": "mine"}, 403),
        ("/admin/roles/revoke", "/admin", taken, 403),
        ("/rate/experts", "/rate/experts", file, 400),
        (
            "/admin/announcements",
            "/admin/announcements",
            {"benchmark": other, "text": "Mine.", "until": until},
            400,
        ),
        (
            "/admin/announcements",
            "/admin/announcements",
            {"benchmark": "-", "text": "Mine.", "until": until},
            400,
        ),
    ):
        answer = post(host, hospitals, path, page, **form)
        assert answer.status_code == status, path
    for path in (f"/rate/ratings.csv?benchmark={other}", f"/rate/agreement?benchmark={other}"):
        assert host.get(path).status_code == 403, path
    for path in ("/admin/people", "/admin/models"):
        assert host.get(path).status_code == 403, path
    for path in (
        "/admin/people/ada@example.org/ban",
        "/admin/teams/team-a/ban",
        "/admin/models/model-a/verify",
    ):
        assert post(host, hospitals, path, "/admin", reason="mine").status_code == 403, path
    assert read_state(hospitals) == before


def test_an_expert_of_one_benchmark_gets_nothing_of_another(hospitals: Site) -> None:
    eve = sign_in(hospitals, EXPERTS["second"])
    own, other = (read_assignments(hospitals, name) for name in ("eve", "emma"))
    assert len(own) == len(other) == N_REPORT
    listed = eve.get("/rate").text
    for key in own:
        assert key in listed
        assert eve.get(f"/rate/{key}").status_code == 200
    for key in other:
        assert key not in listed
        assert eve.get(f"/rate/{key}").status_code == 404
        for path in (f"/rate/{key}", f"/rate/{key}/save"):
            form = {f"rating-{DIMENSIONS[0]}": "5"}
            assert post(eve, hospitals, path, "/account", **form).status_code == 404
    assert eve.get("/rate/agreement").status_code == 200
    assert eve.get("/rate/agreement?benchmark=tiny").status_code == 403
    for path in PAGES[:-1]:
        assert eve.get(path).status_code == 403, path


def test_requeuing_all_that_is_held_leaves_another_benchmarks_alone(open_site: OpenSite) -> None:
    with open_site() as site:
        with site.sessions.write() as session:
            load_items(
                session, make_items(2, 0, N_REPORT), make_manifest(slug="second", name="Second")
            )
            make_card(session, make_team(session, "team-b", make_user(session, "bert")), "model-b")
            make_user(session, "hugo", role=Role.HOST, benchmark="second")
        send(site, "tiny", "ada", "model-a", 0)
        send(site, "second", "bert", "model-b", 0)
        with site.sessions.write() as session:
            for row in session.scalars(select(Submission)):
                row.status = Status.HELD
        done = post(sign_in(site, "hugo"), site, "/admin/requeue-held", "/admin")
        assert "1 submission is back in the queue." in done.text
        with site.sessions.read() as session:
            rows = session.execute(select(Submission.split_id, Submission.status))
            states = {row.split_id: row.status for row in rows}
            for slug, status in (("tiny", Status.HELD), ("second", Status.QUEUED)):
                assert states[get_split(get_benchmark(session, slug), "test").id] is status


def test_an_announcement_of_a_benchmark_stands_above_its_pages_alone(hospitals: Site) -> None:
    for slug, other in (SLUGS, SLUGS[::-1]):
        for path in (
            f"/?benchmark={slug}",
            f"/benchmarks/{slug}",
            f"/judges?benchmark={slug}",
            f"/breakdowns?benchmark={slug}",
        ):
            page = hospitals.get(path).text
            assert f"News of {slug}." in page, path
            assert f"News of {other}." not in page, path
    for path in ("/docs", "/sign-in", "/benchmarks"):
        assert "News of" not in hospitals.get(path).text, path


def test_an_expert_who_is_one_no_longer_is_asked_for_nothing(hospitals: Site) -> None:
    emma, hanna = sign_in(hospitals, "emma"), sign_in(hospitals, "hanna")
    key = read_assignments(hospitals, "emma")[0]
    assert emma.get(f"/rate/{key}").status_code == 200
    form = {"email": "emma@example.org", "role": "expert", "benchmark": "tiny"}
    done = post(hanna, hospitals, "/admin/roles/revoke", "/admin/roles", **form)
    assert "emma@example.org is no longer an expert of tiny." in done.text
    assert emma.get(f"/rate/{key}").status_code == 403
    assert emma.get("/rate").status_code == 403
    trail = hanna.get("/admin/audit").text
    assert "revoke role" in trail
    assert "revoke role" not in sign_in(hospitals, "hugo").get("/admin/audit").text
