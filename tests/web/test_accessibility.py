"""axe-core finds nothing on any page: narrow and wide, light and dark.

A new page joins by a line in ADDRESSES: who looks (None for a visitor) and where.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from config import Config
from leaderboard.accounts.invitations import invite
from leaderboard.accounts.role_invitations import invite_to_role
from leaderboard.agreements import accept_agreement, state_agreement
from leaderboard.app import create_app
from leaderboard.campaigns.start import start_campaign
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.endpoints import make_endpoint
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.hosting.reported import link_model
from leaderboard.hosting.reveals import reveal_items
from leaderboard.letters.links import Links
from leaderboard.models.campaign import Cause
from leaderboard.models.expert import RatingAssignment
from leaderboard.models.role import Role
from leaderboard.models.team import Team, User
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.phases import set_phase
from leaderboard.reported.read import read_sources
from leaderboard.web.pages.guides import GUIDES
from tests.campaigns.campaigns import run_campaign
from tests.factories import PASSWORD
from tests.reported.published import add_published
from tests.site import ENDPOINT_KEY, SECRET_KEY, OpenSite, Site
from tests.uploaded import add_uploaded
from tests.web.api.test_api import make_file
from tests.web.browsing import listen, open_page

NOWHERE = "/nothing-here"
ADDRESSES: list[tuple[str | None, str]] = [
    (None, "/"),
    (None, "/?board=report&weights=open&q=nobody"),
    (None, "/?board=report&style=controlled"),
    (None, "/?sort=text&since=2020-01-01&columns=licence,parameters,unscored,text&measured=1"),
    (None, "/models/model-a"),
    (None, "/breakdowns"),
    (None, "/breakdowns?show=intervals"),
    (None, "/breakdowns?slice=dimension"),
    (None, "/?release=1"),
    (None, "/releases"),
    (None, "/ablations/model-a"),
    (None, "/compare"),
    (None, "/compare?models=model-a"),
    (None, "/compare?models=model-a,model-b"),
    (None, "/compare?models=model-a,model-b,model-c"),
    (None, "/benchmarks"),
    (None, "/benchmarks/tiny"),
    (None, "/benchmarks/tiny/card"),
    (None, "/benchmarks/tiny/revealed"),
    (None, "/benchmarks/tiny/agreement"),
    ("ada", "/benchmarks/tiny/agreement"),
    (None, "/benchmarks/tiny/splits/dev/items"),
    (None, "/judges"),
    (None, "/reported"),
    (None, "/embed/ranking"),
    (None, "/docs"),
    (None, "/docs/api/try"),
    *((None, f"/docs/{guide}") for guide in GUIDES),
    (None, "/register"),
    (None, "/register/{registration}"),
    (None, "/sign-in"),
    (None, "/forgot"),
    (None, "/reset/{reset}"),
    (None, "/submit"),
    (None, NOWHERE),
    ("ada", "/account"),
    ("ada", "/account/second-factor"),
    ("ada", "/confirm/{confirmation}"),
    ("ada", "/account/teams/team-a"),
    ("ada", "/account/delete"),
    ("eve", "/join/{invitation}"),
    ("ada", "/invitations/{role}"),
    ("ada", "/account/models/new"),
    ("ada", "/account/models/model-a"),
    ("ada", "/endpoints"),
    ("ada", "/endpoints/new"),
    ("ada", "/endpoints/{endpoint}"),
    ("ada", "/endpoints/{endpoint}/change"),
    ("ada", "/submit"),
    ("ada", "/submissions"),
    ("ada", "/submissions/{scored}"),
    ("ada", "/submissions/{queued}"),
    ("ada", "/submissions/{scored}/items"),
    ("ada", "/objections"),
    ("ada", "/benchmarks/tiny/1.0.0/objections/new?item=dev-text-000"),
    ("eve", "/rate"),
    ("eve", "/rate/{assigned}"),
    ("eve", "/rate/agreement"),
    ("hugo", "/rate/experts"),
    ("hugo", "/rate/changes?benchmark=tiny"),
    ("ada", "/account/notices"),
    ("hugo", "/admin"),
    ("hugo", "/admin/submissions"),
    ("hugo", "/admin/submissions/{scored}"),
    ("hugo", "/admin/submissions/{scored}/items"),
    ("hugo", "/admin/approvals"),
    ("hugo", "/admin/campaigns"),
    ("hugo", "/admin/campaigns/1"),
    ("hugo", "/admin/objections"),
    ("hugo", "/admin/packages"),
    ("hugo", "/admin/packages/1"),
    ("hugo", "/admin/packages/1/items"),
    ("hugo", "/admin/packages/1/pictures"),
    ("hugo", "/admin/reported"),
    ("hugo", "/admin/reported/tiny/1.0.0/test"),
    ("hugo", "/admin/roles"),
    ("hugo", "/admin/people"),
    ("hugo", "/admin/models"),
    ("hugo", "/admin/benchmarks"),
    ("hugo", "/admin/evidence"),
    ("hugo", "/admin/evidence/tiny/1.0.0/test"),
    ("hugo", "/admin/items"),
    ("hugo", "/admin/items/tiny/1.0.0/test"),
    ("hugo", "/admin/items/tiny/1.0.0/test/item/test-image-000"),
    ("hugo", "/admin/items/tiny/1.0.0/test/item/test-report-000"),
    ("hugo", "/admin/items/tiny/1.0.0/test/keys"),
    ("hugo", "/admin/corrections/tiny/1.0.0"),
    ("hugo", "/admin/benchmarks/tiny/1.0.0/reveal"),
    ("hugo", "/admin/terms/tiny"),
    ("hugo", "/admin/phases/tiny/1.0.0/test"),
    ("hugo", "/admin/announcements"),
    ("hugo", "/admin/audit"),
]
NO_PAGES = {
    r"/api/v1/.*": "JSON",
    r"/account/data.json": "JSON",
    r"/published": "leads to /reported",
    r"/docs/benchmark-package.schema.json": "JSON",
    r"/docs/verify_reveal.py": "a file to take away",
    r"/exports/.*": "files to take away",
    r".*/(package|bundle|(ratings|changes|acceptances)\.csv|items\.<ending>)": "files to take away",
    r"/admin/benchmarks/<slug>/<version>/changes": "needs a second version: test_versions.py",
    r"/(models/<slug>|compare)/items": "need public answers: test_readings.py",
    r".*\.(json|bib|svg|png|atom)": "no HTML",
    r".*/(images/<sha256>|static/<path:filename>|healthz|metrics|readyz)": "no HTML",
    r"/(imprint|privacy|terms)": "the host's own pages: test_about.py",
    r".*/logo": "a picture",
    r"/sign-in/second-factor": "the second step of signing in: test_second_factor.py",
    r"/sign-in/with/<name>(/callback)?": "lead to other pages",
    r"/submissions/<key>/progress": "JSON for the page of the submission",
    r"/admin/packages/<int:key>/progress": "JSON for the page of the package",
    r"/admin/packages/<int:key>/pictures/<int:place>": "no HTML",
}
"""The application's other addresses, as patterns, and why they are none to look at."""
# Two looks at each page see both layouts and both schemes: a layout is the same in either scheme,
# and colours are the scheme's variables in either layout.
LOOKS: list[tuple[int, Literal["light", "dark"]]] = [(1440, "light"), (360, "dark")]
# Figures are labelled by their page; beside the viewer of the API stands the guide to it.
# A contrast costs as much to measure as all other rules together, so it is measured once for each
# look of a text: its colour, size and weight on what lies below it. The rest costs as much again
# for each layout: a page's second look asks it of what the first did not show, and of what may
# scroll in this layout alone.
FIND_VIOLATIONS = """async () => {
    const exclude = [['.main-svg'], ['.swagger-ui']];
    const ours = [...document.body.querySelectorAll('*')].filter(element =>
        !element.closest('.main-svg, .swagger-ui'));
    const shown = ours.filter(element =>
        element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}));
    const lookOf = element => {
        const style = getComputedStyle(element);
        const look = [style.color, style.fontSize, style.fontWeight, element.matches(':disabled')];
        for (let below = element; below; below = below.parentElement) {
            const {backgroundColor, backgroundImage, opacity, filter, position} =
                getComputedStyle(below);
            const plain = backgroundColor === 'rgba(0, 0, 0, 0)' && backgroundImage === 'none' &&
                opacity === '1' && filter === 'none' && position === 'static';
            if (!plain) look.push(backgroundColor, backgroundImage, opacity, filter, position);
        }
        return look.join();
    };
    const texts = shown.filter(element => element.matches('input, select, textarea') ||
        [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
    const looks = [...new Map(texts.map(element => [lookOf(element), element])).values()];
    const rest = {resultTypes: ['violations'], rules: {'color-contrast': {enabled: false}}};
    const found = [await axe.run({include: looks, exclude}, {runOnly: ['color-contrast']})];
    const seen = window.seen ?? new Set();
    if (!window.seen) {
        found.push(await axe.run({exclude}, rest));
    } else {
        found.push(await axe.run({exclude}, {runOnly: ['scrollable-region-focusable']}));
        const fresh = new Set(shown.filter(element => !seen.has(element)));
        const tops = [...fresh].filter(element => !fresh.has(element.parentElement));
        if (tops.length) found.push(await axe.run({include: tops, exclude}, rest));
    }
    window.seen = new Set([...seen, ...shown]);
    return found.flatMap(one => one.violations);
}"""
PageOf = Callable[[str | None], Page]


@pytest.fixture(scope="module")
def shown(open_site: OpenSite) -> Iterator[Site]:
    """A site with a scored and a queued submission of ada's; nothing here changes it."""
    with open_site() as site:
        yield site


@pytest.fixture(scope="module")
def submissions(shown: Site) -> dict[str, str]:
    """The ids of ada's submissions by their state, and the key of a report that eve is to rate."""
    scored = shown.submit(shown.token("ada"), make_file(4)).json()["id"]
    for name, other in (("bob", "b"), ("cleo", "c")):
        shown.add_person(name, f"team-{other}", f"model-{other}")
        shown.submit(shown.token(name), make_file(2), f"model-{other}")
    shown.evaluate_all()
    for other in "bc":
        shown.name_base(f"model-{other}", "model-a", f"variant {other}")
    shown.add_role("eve", Role.EXPERT)
    shown.add_role("hugo", Role.ADMIN)
    shown.assign_reports()
    with shown.sessions.read() as session:
        assigned = session.scalars(select(RatingAssignment.key).limit(1)).one()
    with shown.sessions.write() as session:
        keys = ["test-text-000", "test-report-000"]
        benchmark = get_benchmark(session, "tiny")
        reveal_items(session, benchmark, keys, "hugo", "retired")
        (source,) = read_sources(session, [add_published(session).id])
        link_model(session, source, 1, "model-a", None)
        campaign = start_campaign(session, benchmark.splits, [Cause.HOST], "hugo").id
    run_campaign(shown.sessions, campaign)
    queued = shown.submit(shown.token("ada"), make_file(3)).json()["id"]
    with shown.sessions.write() as session:
        state_agreement(session, "tiny", "1", "# Use\n\nFor *research*.", covers_pages=False)
        ada = session.scalars(select(User).where(User.name == "ada")).one()
        accept_agreement(session, "tiny", "1", ada.memberships[0].team, ada)
        test = get_split(get_benchmark(session, "tiny"), "test")
        begin, end = (datetime(year, 1, 1, tzinfo=UTC) for year in (2001, 2101))
        set_phase(session, test, "Season", begin, end, units=9, is_final=True)
    found = {"scored": scored, "queued": queued, "assigned": assigned}
    assert add_uploaded(shown.sessions, "hugo@example.org") == 1
    return found | add_endpoint(shown) | sign_links(shown)


def sign_links(shown: Site) -> dict[str, str]:
    """The texts of links that ada got by mail, and of one that a newcomer got."""
    links = Links([SECRET_KEY])
    with shown.sessions.write() as session:
        ada, hugo = (
            session.scalars(select(User).where(User.name == name)).one() for name in ("ada", "hugo")
        )
        role = invite_to_role(session, hugo, ada.email, Role.EXPERT, "tiny").key
    return {
        "role": role,
        "registration": links.sign_registration("newcomer@example.org"),
        "reset": links.sign_reset(ada),
        "confirmation": links.sign_confirmation(ada, "new@example.org"),
    }


def add_endpoint(shown: Site) -> dict[str, str]:
    """The id of an endpoint of ada's team, and the text of an invitation to it."""
    values = {"name": "ours", "base_url": "https://1.1.1.1/v1", "model": "m", "settings": {}}
    with shown.sessions.write() as session:
        team = session.scalars(select(Team).where(Team.slug == "team-a")).one()
        vault, policy = KeyVault([ENDPOINT_KEY]), AddressPolicy()
        endpoint = make_endpoint(session, team, values, vault=vault, policy=policy)
        invitation = invite(session, team, team.memberships[0].user)
        return {"endpoint": endpoint.id, "invitation": invitation.text}


@pytest.fixture(scope="module")
def all_complaints() -> list[str]:
    """What the consoles of all pages complained of."""
    return []


@pytest.fixture
def complaints(all_complaints: list[str]) -> list[str]:
    """What the browser's console complains of in one test, such as breaches of a policy."""
    all_complaints.clear()
    return all_complaints


@pytest.fixture(scope="module")
def page_of(browser: Browser, shown: Site, all_complaints: list[str]) -> Iterator[PageOf]:
    """The page of a person, signed in, or of a visitor: one for all addresses."""

    @cache
    def open_own(name: str | None) -> Page:
        page = open_page(browser, shown.url)
        listen(page, all_complaints)
        if name is not None:
            page.goto("/sign-in")
            page.fill("input[name=email]", f"{name}@example.org")
            page.fill("input[name=password]", PASSWORD)
            page.click("main form button")
            page.wait_for_url("**/account")
        return page

    yield open_own
    for context in browser.contexts:
        context.close()


def find_violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it is shown: rule and element, one a line."""
    found = page.evaluate(FIND_VIOLATIONS)
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def test_every_address_of_the_application_is_looked_at_or_excluded_with_a_reason() -> None:
    app = create_app(
        Config.from_env(
            {"DATABASE_URL": "sqlite://", "REDIS_URL": "redis://none", "SECRET_KEY": SECRET_KEY}
        )
    )
    match = app.url_map.bind("").match
    seen = {
        str(match(urlsplit(path).path, return_rule=True)[0])
        for _, path in ADDRESSES
        if path != NOWHERE
    }
    rules = {str(rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    others = {rule for rule in rules if any(re.fullmatch(one, rule) for one in NO_PAGES)}
    assert rules - seen - others == set()
    assert seen & others == set()


FIGURES_FIT = """() => [...document.querySelectorAll("figure.figure")].every((figure) => {
  const drawn = figure.querySelector(".main-svg");
  return drawn && drawn.getBoundingClientRect().width <= figure.clientWidth + 1;
})"""
"""Every figure is drawn, and drawn anew for the width that the page has now."""


@pytest.mark.parametrize(("name", "address"), ADDRESSES)
def test_a_page_fits_keeps_its_policy_and_leaves_axe_nothing_to_mend_in_any_look(
    page_of: PageOf,
    submissions: dict[str, str],
    complaints: list[str],
    name: str | None,
    address: str,
) -> None:
    page = page_of(name)
    page.goto(address.format_map(submissions))
    page.evaluate(AXE_SCRIPT)
    violations, widths = {}, {}
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(FIGURES_FIT)
        violations[width, scheme] = find_violations(page)
        widths[width] = page.evaluate("document.documentElement.scrollWidth")
    assert not any(violations.values()), violations
    assert all(found <= width for width, found in widths.items()), widths
    assert page.get_by_role("heading", level=1).count() == 1 or address.startswith("/embed/")
    assert complaints == []


@pytest.mark.parametrize("colour", ["#999", "#333"])
def test_one_pale_text_among_many_of_another_look_is_found(browser: Browser, colour: str) -> None:
    page = open_page(browser, "about:blank")
    words = "<p>Some words.</p>" * 20
    pale = f'<p style="color: {colour}">Pale words.</p>'
    page.set_content(f"<html lang=en><title>t</title><main><h1>T</h1>{words}{pale}{words}</main>")
    page.evaluate(AXE_SCRIPT)
    found = find_violations(page)
    page.context.close()
    assert [one.partition(":")[0] for one in found] == ["color-contrast"] * (colour == "#999")


def test_what_one_layout_alone_shows_is_looked_at_in_that_layout(browser: Browser) -> None:
    page = open_page(browser, "about:blank", viewport={"width": 1440, "height": 900})
    style = "<style>@media (min-width: 500px) {section {display: none}}</style>"
    image = '<section><p>Words.</p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></section>'
    page.set_content(f"<html lang=en>{style}<title>t</title><main><h1>T</h1>{image}</main>")
    page.evaluate(AXE_SCRIPT)
    assert find_violations(page) == []
    page.set_viewport_size({"width": 360, "height": 900})
    assert [one.partition(":")[0] for one in find_violations(page)] == ["image-alt"]
    page.context.close()
