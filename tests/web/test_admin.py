"""The host's pages: for hosts alone, and what an act there changes for everybody."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from rq import Worker
from sqlalchemy import select

from config import Config
from leaderboard.accounts.roles import grant_role
from leaderboard.accounts.users import find_user
from leaderboard.app import create_app
from leaderboard.db import now
from leaderboard.endpoints.registry.splits import allow_split
from leaderboard.errors import JUDGE_HELD
from leaderboard.items.reports import ensure_rater_id
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.models.audit import AuditEntry
from leaderboard.models.judging import JudgeRun, RunState
from leaderboard.models.role import SITE, Role
from leaderboard.models.submission import EventKind, Status, Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.opening import open_version
from leaderboard.packages.read import read_package
from leaderboard.queue import Lane, make_rq_queue
from leaderboard.submissions.events import add_event
from tests.package_files import make_items, make_manifest, write_package
from tests.site import Site, Visitor
from tests.test_docs import REQUIRED
from tests.web.api.test_api import make_file
from tests.web.test_pages import csrf_of, post, sign_in

pytestmark = pytest.mark.one_database
HOST = "hedy@example.org"
WORDS = {
    "email": HOST,
    "slug": "x",
    "key": "1",
    "act": "hide",
    "name": "test",
    "place": "1",
    "kind": "items",
}


def admin_addresses() -> Iterator[tuple[str, str]]:
    """Every address under /admin with its method, from the application's own map."""
    app = create_app(Config.from_env(REQUIRED))
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/admin"):
            path = re.sub(r"<(?:[^<>]+:)?(\w+)>", lambda found: WORDS.get(found[1], "x"), rule.rule)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield method, path


@pytest.fixture
def hosted(site: Site) -> Site:
    """A site with the administrator hedy and a scored submission of ada's."""
    site.add_person("hedy", "hosts")
    with site.sessions.write() as session:
        user = find_user(session, HOST)
        assert user is not None
        grant_role(session, user, Role.ADMIN, SITE)
    site.submit(site.token("ada"), make_file(4))
    site.evaluate_all()
    return site


def read_key(site: Site) -> str:
    with site.sessions.read() as session:
        return session.scalars(select(Submission.id)).one()


def read_acts(site: Site) -> list[tuple[str, str, str, str]]:
    with site.sessions.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.actor, row.action, row.subject, row.note) for row in rows]


def test_the_hosts_pages_are_for_hosts_alone(hosted: Site) -> None:
    addresses = sorted(admin_addresses())
    assert len(addresses) >= 16
    ada, nobody = sign_in(hosted, "ada"), Visitor(hosted.url)
    tokens = {who: csrf_of(who.get(f"{hosted.url}/sign-in").text) for who in (ada, nobody)}
    for method, path in addresses:
        for who, status in ((ada, 403), (nobody, 302)):
            answer = who.request(
                method,
                hosted.url + path,
                data={"csrf_token": tokens[who], "reason": "mine"},
                allow_redirects=False,
            )
            assert answer.status_code == status, (method, path)
    assert read_acts(hosted) == []


def test_acts_show_at_once_on_the_public_pages_and_in_the_audit_trail(hosted: Site) -> None:
    key, hedy = read_key(hosted), sign_in(hosted, "hedy")
    page = f"/admin/submissions/{key}"
    assert "Model-A" in hosted.get("/").text
    assert post(hedy, hosted, f"{page}/hide", page, reason="").status_code == 400
    assert "Model-A" in hosted.get("/").text

    assert post(hedy, hosted, f"{page}/hide", page, reason="copied").status_code == 200
    for path in ("/", "/exports/ranking.json", "/api/v1/rankings/tiny/test", "/feed.atom"):
        assert "model-a" not in hosted.get(path).text.lower(), path
    for path in (
        "/models/model-a",
        "/models/model-a/badge.svg",
        "/exports/models/model-a/scores.csv",
    ):
        assert hosted.get(path).status_code == 404, path
    ada = sign_in(hosted, "ada")
    assert ada.get(f"{hosted.url}/submissions/{key}").status_code == 200

    post(hedy, hosted, f"{page}/show", page)
    assert "Model-A" in hosted.get("/").text
    post(hedy, hosted, "/admin/teams/team-a/ban", "/admin/people", reason="fraud")
    assert "Model-A" not in hosted.get("/").text
    answer = hosted.submit(hosted.token("ada"), make_file(3))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    post(hedy, hosted, "/admin/teams/team-a/unban", "/admin/people")
    post(hedy, hosted, "/admin/models/model-a/verify", "/admin/models", reason="seen")
    assert "verified" in hosted.get("/").text
    assert "verified by the host" in hosted.get("/models/model-a").text
    assert read_acts(hosted) == [
        (HOST, "hide", f"submission {key}", "copied"),
        (HOST, "show", f"submission {key}", ""),
        (HOST, "ban", "team team-a", "fraud"),
        (HOST, "unban", "team team-a", ""),
        (HOST, "verify", "model model-a", "seen"),
    ]
    trail = hedy.get(f"{hosted.url}/admin/audit").text
    assert trail.index("verify") < trail.index("copied")


def test_a_banned_person_is_out_at_once_and_their_tokens_are_refused(hosted: Site) -> None:
    hedy, ada, token = sign_in(hosted, "hedy"), sign_in(hosted, "ada"), hosted.token("ada")
    ban = "/admin/people/ada@example.org/ban"
    assert post(hedy, hosted, ban, "/admin/people", reason="fraud").status_code == 200
    answer = ada.get(f"{hosted.url}/account", allow_redirects=False)
    assert answer.status_code == 302
    assert hosted.get("/api/v1/me", token).status_code == 401
    again = sign_in(hosted, "ada").get(f"{hosted.url}/account", allow_redirects=False)
    assert again.status_code == 302
    assert "Model-A" not in hosted.get("/").text
    assert (
        post(
            hedy, hosted, "/admin/people/hedy@example.org/ban", "/admin/people", reason="x"
        ).status_code
        == 409
    )


def test_an_announcement_stands_above_cached_pages_at_the_next_request(hosted: Site) -> None:
    hedy = sign_in(hosted, "hedy")
    tag = {"If-None-Match": hosted.get("/").headers["ETag"]}
    assert hosted.get("/", tag).status_code == 304
    form = {"text": "Down on <Friday>.", "until": f"{now() + timedelta(days=1):%Y-%m-%d}"}
    post(hedy, hosted, "/admin/announcements", "/admin/announcements", **form)
    for path in ("/", "/docs", "/sign-in", "/nothing"):
        assert "Down on &lt;Friday&gt;." in hosted.get(path, tag).text, path
    post(hedy, hosted, "/admin/announcements/1/end", "/admin/announcements")
    assert hosted.get("/", tag).status_code == 304


def test_the_first_page_names_what_no_worker_serves(hosted: Site, empty_redis_url: str) -> None:
    hedy = sign_in(hosted, "hedy")
    with Redis.from_url(empty_redis_url) as redis:
        files = Worker([make_rq_queue(redis, "submissions", Lane.FILES)], connection=redis)
        files.register_birth()  # type: ignore[no-untyped-call]
        page = hedy.get(f"{hosted.url}/admin").text
        assert "No worker is running" not in page
        assert "No worker serves tests, notices and rankings." in page
        assert "No worker serves endpoint runs." in page
        assert "python -m workers worker endpoints" in page
        assert "No worker serves prediction files." not in page
        every = Worker([make_rq_queue(redis, "submissions", one) for one in Lane], connection=redis)
        every.register_birth()  # type: ignore[no-untyped-call]
        page = hedy.get(f"{hosted.url}/admin").text
        assert "No worker" not in page
        assert "quick, files, endpoints" in page
        for worker in (files, every):
            worker.register_death()  # type: ignore[no-untyped-call]


def test_the_first_page_says_what_needs_a_hand_in_words_for_people(hosted: Site) -> None:
    key, hedy = read_key(hosted), sign_in(hosted, "hedy")
    page = hedy.get(f"{hosted.url}/admin").text
    assert "Nothing has failed" in page
    assert "No worker is running" in page
    with hosted.sessions.write() as session:
        session.get_one(Submission, key).status = Status.FAILED
        add_event(session, key, EventKind.FAILED, "It failed on our side in 5 attempts.", "")
    page = hedy.get(f"{hosted.url}/admin").text
    assert "It failed on our side in 5 attempts." in page
    assert "Traceback" not in page
    post(hedy, hosted, f"/admin/submissions/{key}/requeue", "/admin")
    assert (
        hosted.get(f"/api/v1/submissions/{key}", hosted.token("ada")).json()["status"] == "queued"
    )
    assert read_acts(hosted) == [(HOST, "requeue", f"submission {key}", "")]


def test_judges_that_cannot_be_asked_are_listed_and_all_that_waits_goes_again(
    hosted: Site,
) -> None:
    key, hedy = read_key(hosted), sign_in(hosted, "hedy")
    with hosted.sessions.write() as session:
        row = session.get_one(Submission, key)
        row.status = Status.HELD
        add_event(session, key, EventKind.HELD, JUDGE_HELD, "")
        session.add(
            JudgeRun(
                submission_id=key,
                rater_id=ensure_rater_id(session, JudgeIdentity("gpt", "1")),
                started_at=now(),
                state=RunState.CHECKING,
                reason="cannot be asked: HTTP 400, max_tokens",
                canaries=[],
            )
        )
    page = hedy.get(f"{hosted.url}/admin").text
    assert "Judges that cannot be asked" in page
    assert "<td>HTTP 400, max_tokens</td>" in page
    assert "once you have requeued it" in page
    assert page.count(f'href="/admin/submissions/{key}"') == 1
    assert page.count(f'action="/admin/submissions/{key}/requeue"') == 1
    # Its team reads that it waits for the host, and nothing else.
    seen = hosted.get(f"/api/v1/submissions/{key}", hosted.token("ada")).text
    assert "waits for the host" in seen
    assert "max_tokens" not in seen
    again = now() + timedelta(minutes=5)
    with hosted.sessions.write() as session:
        row = session.get_one(Submission, key)
        row.status, row.heartbeat_at = Status.QUEUED, again
    assert f">{again:%Y-%m-%d %H:%M} UTC</time>" in hedy.get(f"{hosted.url}/admin").text
    with hosted.sessions.write() as session:
        session.get_one(Submission, key).status = Status.HELD
    done = post(hedy, hosted, "/admin/requeue-held", "/admin")
    assert "1 submission is back in the queue." in done.text
    assert read_acts(hosted) == [
        (HOST, "requeue", f"submission {key}", "with all that were held"),
    ]


def test_every_page_of_the_host_answers_and_is_kept_by_no_cache(hosted: Site) -> None:
    hedy = sign_in(hosted, "hedy")
    pages = [path for method, path in admin_addresses() if method == "GET" and "/1" not in path]
    for path in [
        *(path for path in pages if "/x" not in path),
        "/admin/benchmarks/tiny/1.0.0/reveal",
        "/admin/evidence/tiny/1.0.0/test",
        "/admin/items/tiny/1.0.0/test",
        f"/admin/submissions/{read_key(hosted)}",
        "/admin/submissions?status=held",
    ]:
        answer = hedy.get(hosted.url + path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), path
    assert "/admin" in hedy.get(f"{hosted.url}/account").text


def test_the_page_of_benchmarks_says_what_endpoints_may_see_and_names_older_versions(
    site: Site, tmp_path: Path
) -> None:
    def read_row(version: str) -> str:
        page = host.get(f"{site.url}/admin/benchmarks").text
        (row,) = re.findall(
            rf"<tr>(?:(?!</tr>).)*Tiny {version}</a>.*?<td>test<.*?</tr>", page, re.DOTALL
        )
        return str(row)

    site.add_role("hedy", Role.HOST)
    host = sign_in(site, "hedy")
    assert "may not see it" in read_row("1.0.0")
    with site.sessions.write() as session:
        allow_split(session, get_split(get_benchmark(session, "tiny"), "test"))
    assert "may see it since <time" in read_row("1.0.0")
    newer = write_package(tmp_path / "newer", make_items(2, 0, 0), make_manifest(version="2.0.0"))
    with site.sessions.write() as session:
        open_version(session, load_package(session, read_package(open_package(newer))).benchmark)
    assert "may not see it" in read_row("2.0.0")
    page = host.get(f"{site.url}/admin/benchmarks").text
    older = page.partition("Older versions</h2>")[2].partition("</ul>")[0]
    assert re.findall(r">Tiny ([\d.]+)</a>", older) == ["1.0.0"]
