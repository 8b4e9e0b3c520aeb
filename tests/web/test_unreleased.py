"""A model that nobody may see yet, or any more, answers like one that does not exist."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from leaderboard.hosting.people import ban_team
from leaderboard.hosting.submissions import hide
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.submissions.submit import cancel
from tests.rankings.test_comparisons import withdraw_publication
from tests.site import OpenSite, Site, Visitor
from tests.web.api.test_api import make_file

pytestmark = pytest.mark.one_database

UNKNOWN = "unknown-x"
STATES = ("card-only", "queued-up", "hidden-up", "banned-up", "cancelled", "for-later")
"""Of the same length, so that nothing but the name can differ."""
ADDRESSES = (
    "/models/{}",
    "/models/{}?benchmark=tiny",
    "/models/{}/badge.svg",
    "/models/{}/badge.svg?board=text",
    "/models/{}/citation.bib",
    "/models/{}/picture.png",
    "/models/{}/figures/scores.json",
    "/models/{}/figures/no-such.json",
    "/models/{}/no-such",
    "/exports/models/{}/scores.csv",
    "/exports/models/{}/scores.json",
    "/exports/models/{}/scores.parquet",
    "/compare?models={}",
    "/compare?models=model-a,{}",
    "/compare?models={},model-b&benchmark=tiny",
    "/exports/comparisons/differences.csv?models=model-a,{}",
    "/exports/comparisons/items.csv?models=model-a,{}",
    "/ablations/{}",
    "/exports/ablations/{}.csv",
    "/api/v1/comparisons/tiny/test?models=model-a,{}",
    "/api/v1/ablations/tiny/test?base={}",
    "/api/v1/models/{}",
    "/api/v1/breakdowns/tiny/test?models={}",
    "/breakdowns?models={}",
    "/?base_model={}",
    "/?licence={}",
    "/?search={}",
    "/exports/ranking.csv?search={}",
    "/feed.atom?models={}",
    "/embed/ranking?models={}",
    "/account/models/{}",
    "/models/{}/",
)
VARYING = {"date", "etag", "set-cookie", "x-request-id"}
HOST = "host@example.org"


@pytest.fixture(scope="module")
def kept_site(open_site: OpenSite) -> Iterator[Site]:
    """A site with two public models, and one in each state in which it is not."""
    with open_site() as site:
        site.submit(site.token("ada"), make_file(4))
        site.add_person("bob", "team-b", "model-b")
        site.submit(site.token("bob"), make_file(3), "model-b")
        for name in STATES:
            site.add_person(name, f"of-{name}", name)
        for name in ("hidden-up", "banned-up"):
            site.submit(site.token(name), make_file(2), name)
        site.submit(site.token("for-later"), make_file(1), "for-later")
        site.evaluate_all()
        withdraw_publication(site.sessions, find_submission(site, "for-later").id)
        for name in ("queued-up", "cancelled"):
            site.submit(site.token(name), make_file(2), name)
        with site.sessions.write() as session:
            hide(session, find_submission(site, "hidden-up").id, HOST, "copied")
            ban_team(session, "of-banned-up", HOST, "fraud")
            cancel(session, session.get_one(Submission, find_submission(site, "cancelled").id))
        states = [find_submission(site, name).status.value for name in STATES[1:]]
        assert states == ["queued", "scored", "scored", "cancelled", "scored"]
        yield site


def find_submission(site: Site, model: str) -> Submission:
    with site.sessions.read() as session:
        return session.scalars(
            select(Submission).join(ModelCard).where(ModelCard.slug == model)
        ).one()


def ask(site: Site, address: str, name: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and body, without the model's name."""
    with Visitor(site.url) as visitor:
        plain = {"Accept-Encoding": "identity"}
        answer = visitor.get(address.format(name), headers=plain, allow_redirects=False)
    headers = {
        key.lower(): re.sub(name, "MODEL", value, flags=re.IGNORECASE)
        for key, value in answer.headers.items()
        if key.lower() not in VARYING
    }
    body = re.sub(name, "MODEL", answer.text, flags=re.IGNORECASE)
    return answer.status_code, headers, body


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", STATES)
def test_it_answers_like_one_that_does_not_exist(kept_site: Site, name: str, address: str) -> None:
    assert ask(kept_site, address, name) == ask(kept_site, address, UNKNOWN)
