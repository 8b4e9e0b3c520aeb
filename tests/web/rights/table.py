"""The one table: every route, and the status that each kind of person or token gets from it.

What a group expects is said once, above its addresses. Each address belongs to one rule of the
application, and each rule has one; names in braces are those of `world.make_world`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.web.rights.world import NO_TOKEN, PEOPLE, TOKENS, VISITOR

SIGN_IN = 1302
"""In place of a status: sent to the page to sign in."""
WHO = (VISITOR, *PEOPLE)
PROGRAMS = (NO_TOKEN, *(f"{who} token" for who in TOKENS))
TEAM = ("member", "owner")
OWNER = ("owner",)
EXPERT = ("expert",)
HOST = ("host", "administrator")
ANY_HOST = ("host", "other host", "administrator")
ADMINISTRATOR = ("administrator",)
Expected = Mapping[str, int]


class Cell(NamedTuple):
    """A request of somebody's, and the status that it is to get."""

    who: str
    method: str
    address: str
    status: int


class Group(NamedTuple):
    """Addresses, each with its methods, of which the same is expected."""

    expected: Expected
    addresses: str

    def read(self) -> Iterator[tuple[str, str]]:
        """Each method with its address."""
        for line in self.addresses.split("\n"):
            methods, _, address = line.strip().partition(" ")
            for method in methods.split(",") if address else ():
                yield method, address


def everybody(status: int) -> Expected:
    """A public page: nobody is asked who they are."""
    return dict.fromkeys(WHO, status)


def only(who: tuple[str, ...], status: int, rest: int, **others: int) -> Expected:
    """Some of those who are signed in get `status`, the rest `rest`, and `others` what they say.

    Whoever is not signed in, or banned, is sent to sign in.
    """
    named = {name.replace("_", " "): status for name, status in others.items()}
    found = dict.fromkeys(WHO, rest) | {VISITOR: SIGN_IN, "banned": SIGN_IN}
    return found | dict.fromkeys(who, status) | named


def signed_in(status: int, **others: int) -> Expected:
    """Everybody who is signed in gets `status`, and `others` what they say."""
    return only((), status, status, **others)


def any_program(status: int) -> Expected:
    """What is public in the API: no token is looked at."""
    return dict.fromkeys(PROGRAMS, status)


def programs(*, read: int, submit: int, other_team: int, unconfirmed: int) -> Expected:
    """What the good tokens get; without one there is nothing."""
    return dict.fromkeys(PROGRAMS, 401) | {
        "read token": read,
        "submit token": submit,
        "other team token": other_team,
        "unconfirmed token": unconfirmed,
    }


PAGES = (
    Group(
        everybody(200),
        """
        GET /
        GET /ablations/model-a?benchmark=tiny
        GET /benchmarks
        GET /benchmarks/tiny
        GET /benchmarks/tiny/citation.bib
        GET /benchmarks/tiny/revealed
        GET /benchmarks/tiny/card
        GET /benchmarks/tiny/splits/dev/items
        GET /benchmarks/tiny/splits/test/package
        GET /breakdowns?benchmark=tiny
        GET /compare?benchmark=tiny
        GET /docs
        GET /docs/method
        GET /docs/api/try
        GET /docs/benchmark-package.schema.json
        GET /docs/verify_reveal.py
        GET /embed/ranking
        GET /exports/ablations/model-a.csv?benchmark=tiny
        GET /exports/agreement.csv
        GET /exports/benchmarks/tiny/composition.csv
        GET /exports/benchmarks/tiny/formats/eval-yaml
        GET /exports/breakdowns.csv
        GET /exports/gates.csv
        GET /exports/comparisons/pairs.csv?benchmark=tiny&models=model-a,model-b
        GET /exports/models/model-a/formats/every-eval-ever?benchmark=tiny
        GET /exports/models/model-a/harm.csv?benchmark=tiny
        GET /exports/models/model-a/confidence.csv?benchmark=tiny
        GET /exports/models/model-a/scores.csv?benchmark=tiny
        GET /exports/judges.csv
        GET /exports/order.csv
        GET /exports/ranking.csv
        GET /exports/releases.csv
        GET /exports/reported.csv
        GET /feed.atom
        GET /forgot
        GET /healthz
        GET /images/{image}
        GET /judges
        GET /models/model-a?benchmark=tiny
        GET /models/model-a/badge.svg?benchmark=tiny
        GET /models/model-a/citation.bib?benchmark=tiny
        GET /models/model-a/figures/{figure}.json?benchmark=tiny
        GET /models/model-a/picture.png?benchmark=tiny
        GET /picture.png
        GET /ranking/figures/{ranking_figure}.json?benchmark=tiny
        GET /register
        GET /register/{register_link}
        GET /releases
        GET /reported
        GET /reset/{reset_link}
        GET /sign-in
        GET /static/site.css
        GET /submit
        """,
    ),
    # Nothing but the web process is at work here.
    Group(
        everybody(503),
        """
        GET /readyz
        """,
    ),
    # Without METRICS_TOKEN there is no such page.
    Group(
        everybody(404),
        """
        GET /metrics
        """,
    ),
    # Answers of this split are hidden, so single items are nobody's to see here.
    Group(
        everybody(404),
        """
        GET /compare/items?benchmark=tiny&models=model-a,model-b
        GET /exports/models/model-a/items.csv?benchmark=tiny
        GET /models/model-a/items?benchmark=tiny
        """,
    ),
    # Nothing is calibrated here, and this server sends no mail.
    # Of a site whose host has set none of these.
    Group(everybody(404), "GET /imprint\nGET /logo\nGET /privacy\nGET /terms"),
    Group(everybody(404), "GET /judges/{judge}/bias.json"),
    Group(everybody(404), "GET /judges/{judge}/figure.json"),
    # Nor is a provider configured that signs people in.
    Group(
        everybody(404),
        """
        GET /sign-in/with/nobody
        GET /sign-in/with/nobody/callback
        """,
    ),
    Group(everybody(400), "POST /forgot"),
    Group(everybody(302), "POST /sign-out"),
    # Nobody here is halfway through signing in.
    Group(everybody(301), "GET /published"),
    Group(
        everybody(SIGN_IN),
        """
        GET,POST /sign-in/second-factor
        POST /sign-in/second-factor/passkey
        """,
    ),
    # Wherever a password would be hashed, the form is refused for what is missing in it: hashing
    # is slow on purpose.
    Group(
        everybody(400),
        """
        POST /register
        POST /register/{register_link}
        POST /reset/{reset_link}
        POST /sign-in
        """,
    ),
    Group(
        signed_in(400),
        """
        POST /account/address
        POST /account/delete
        POST /account/password
        POST /account/second-factor
        POST /account/second-factor/off
        POST /account/second-factor/recovery-codes
        POST /account/second-factor/passkeys/1/remove
        """,
    ),
    # At this site's address no browser offers passkeys.
    Group(
        signed_in(409),
        """
        POST /account/second-factor/passkeys
        POST /account/second-factor/passkeys/new
        """,
    ),
    # One's own account, without a confirmed address too.
    Group(
        signed_in(200),
        """
        GET /account
        GET /account/data.json
        GET /account/delete
        GET /account/models/new
        GET /account/notices
        GET /account/second-factor
        GET /endpoints
        GET /endpoints/new
        GET /benchmarks/tiny/1.0.0/objections/new?item=test-text-000
        GET /objections
        GET /join/{team_link}
        GET /submissions
        """,
    ),
    # Nothing is said in it.
    Group(
        signed_in(400, unconfirmed=403),
        "POST /benchmarks/tiny/1.0.0/objections/new?item=test-text-000",
    ),
    Group(
        signed_in(302),
        """
        POST /account/sessions/{session}/end
        POST /account/attention
        """,
    ),
    Group(
        signed_in(404),
        """
        POST /account/providers/nobody
        POST /account/providers/links/1/remove
        """,
    ),
    Group(signed_in(400), "POST /account/confirm"),
    Group(only(OWNER, 302, 404), "POST /account/tokens/{token}/revoke"),
    Group(signed_in(400, unconfirmed=200), "GET /confirm/{confirm_link}"),
    Group(signed_in(400, unconfirmed=302), "POST /confirm/{confirm_link}"),
    # With a confirmed address.
    Group(signed_in(200, unconfirmed=403), "POST /account/tokens"),
    Group(
        signed_in(302, unconfirmed=403),
        """
        POST /account/teams
        POST /join/{team_link}
        """,
    ),
    Group(only((), 200, 403, stranger=200), "GET /invitations/{role_invitation}"),
    Group(
        only((), 302, 403, stranger=302),
        """
        POST /invitations/{role_invitation}
        POST /invitations/{role_invitation}/decline
        """,
    ),
    # One that lets anybody in is declined by nobody.
    Group(signed_in(403), "POST /join/{team_link}/decline"),
    # A team's own.
    Group(
        only(TEAM, 200, 404),
        """
        GET /account/models/model-a
        GET /account/teams/team-a
        GET /endpoints/{endpoint}
        GET /endpoints/{endpoint}/change
        GET /submissions/{scored}
        GET /submissions/{scored}/bundle
        GET /submissions/{scored}/items
        GET /submissions/{scored}/items.csv
        GET /submissions/{scored}/progress
        """,
    ),
    Group(
        only(TEAM, 302, 404, unconfirmed=403),
        """
        POST /account/models/model-a
        POST /account/models/new
        POST /account/notices
        POST /account/notices/{target}/remove
        POST /account/notices/{target}/secret
        POST /account/notices/{target}/secret/end
        POST /account/notices/{target}/test
        POST /account/teams/team-a/variants/model-b/refuse
        POST /endpoints/{endpoint}/change
        POST /endpoints/{endpoint}/delete
        POST /endpoints/{endpoint}/test
        POST /endpoints/{endpoint}/wipe-key
        POST /endpoints/new
        POST /submissions/{queued}/cancel
        POST /submit
        """,
    ),
    Group(only((), 302, 404, member=302, owner=409), "POST /account/teams/team-a/leave"),
    Group(only(TEAM, 409, 404, unconfirmed=403), "POST /submissions/{queued}/choose"),
    Group(
        only(OWNER, 200, 404, member=403, unconfirmed=403),
        "POST /account/teams/team-a/invitations",
    ),
    Group(
        only(OWNER, 302, 404, member=403, unconfirmed=403),
        """
        POST /account/teams/team-a/invitations/{team_invitation}/withdraw
        POST /account/teams/team-a/members/{member}/owner
        POST /account/teams/team-a/members/{member}/remove
        """,
    ),
    # Experts. What another is asked to rate is not on their list.
    Group(only((*EXPERT, "other expert"), 200, 403), "GET /rate"),
    Group(only(EXPERT, 200, 403, other_expert=404), "GET /rate/{assigned}"),
    Group(only(EXPERT, 302, 403, other_expert=404), "POST /rate/{assigned}"),
    Group(only(EXPERT, 200, 403, other_expert=404), "POST /rate/{assigned}/save"),
    # What is not finished cannot be taken back.
    Group(only(EXPERT, 409, 403, other_expert=404), "POST /rate/{assigned}/undo"),
    Group(only((*EXPERT, *HOST), 200, 403), "GET /rate/agreement?benchmark=tiny"),
    # Hosts of any benchmark, each with what is about their own.
    Group(
        only(ANY_HOST, 200, 403),
        """
        GET /admin
        GET /admin/announcements
        GET /admin/approvals
        GET /admin/audit
        GET /admin/benchmarks
        GET /admin/campaigns
        GET /admin/evidence
        GET /admin/items
        GET /admin/objections
        GET /admin/packages
        GET /admin/reported
        GET /admin/roles
        GET /admin/submissions
        GET /rate/experts
        """,
    ),
    Group(only(ANY_HOST, 302, 403), "POST /admin/requeue-held"),
    # It asks for no agreement.
    Group(everybody(404), "GET /benchmarks/tiny/agreement"),
    Group(signed_in(404, unconfirmed=403), "POST /benchmarks/tiny/agreement"),
    Group(only(HOST, 409, 403), "POST /admin/terms/tiny/agreement/end"),
    # Nor has it such a phase.
    Group(only(HOST, 409, 403), "POST /admin/phases/tiny/1.0.0/test/take-back"),
    # Hosts of this benchmark.
    Group(
        only(HOST, 200, 403),
        """
        GET /admin/benchmarks/tiny/1.0.0/changes
        GET /admin/benchmarks/tiny/1.0.0/images/{image}
        GET /admin/benchmarks/tiny/1.0.0/reveal
        GET /admin/evidence/tiny/1.0.0/test
        GET /admin/phases/tiny/1.0.0/test
        GET /admin/terms/tiny
        GET /admin/terms/tiny/acceptances.csv
        GET /admin/items/tiny/1.0.0/test
        GET /admin/items/tiny/1.0.0/test/item/test-text-000
        GET /admin/items/tiny/1.0.0/test/items.csv
        GET /admin/items/tiny/1.0.0/test/keys
        GET /admin/corrections/tiny/1.0.0
        GET /admin/corrections/tiny/1.0.0/package
        GET /admin/reported/tiny/1.0.0/test
        GET /rate/changes?benchmark=tiny
        GET /rate/changes.csv?benchmark=tiny
        GET /rate/ratings.csv?benchmark=tiny
        """,
    ),
    Group(
        only(HOST, 200, 403),
        """
        POST /admin/reported/tiny/1.0.0/test/preview
        POST /rate/experts
        """,
    ),
    # Every report is assigned.
    Group(only(HOST, 409, 403), "POST /rate/experts/assign"),
    Group(
        only(HOST, 302, 403),
        """
        POST /admin/benchmarks/tiny/1.0.0/test/rank
        POST /admin/campaigns/order/tiny/1.0.0
        POST /admin/campaigns/start/tiny/1.0.0
        POST /admin/campaigns/rule/tiny
        POST /admin/benchmarks/tiny/1.0.0/reveal
        POST /admin/benchmarks/tiny/1.0.0/reveal/date
        POST /admin/terms/tiny/third-parties
        POST /admin/phases/tiny/1.0.0/dev
        POST /admin/terms/tiny/agreement
        POST /admin/benchmarks/tiny/1.0.0/test/release
        POST /admin/benchmarks/tiny/1.0.0/test/trained/apart
        POST /admin/reported/tiny/1.0.0/test/add
        POST /admin/roles/invitations
        POST /admin/roles/revoke
        """,
    ),
    # Nor is anything in the answer.
    Group(only(HOST, 400, 403, other_host=404), "POST /admin/objections/{objection}/answer"),
    # A host is told that this item was not drawn, and that nothing is to be drawn.
    Group(only(HOST, 404, 403), "POST /admin/items/tiny/1.0.0/test/item/test-text-000/verdict"),
    Group(
        only(HOST, 400, 403),
        """
        POST /admin/items/tiny/1.0.0/test/item/test-text-000/correct
        POST /admin/items/tiny/1.0.0/test/item/test-report-000/checks/praise/correct
        POST /admin/items/tiny/1.0.0/test/keys/draw
        """,
    ),
    Group(
        only(HOST, 409, 403),
        """
        POST /admin/corrections/tiny/1.0.0/prepare
        POST /admin/items/tiny/1.0.0/test/item/test-text-000/withdraw
        POST /admin/items/tiny/1.0.0/test/item/test-report-000/checks/praise/withdraw
        POST /admin/items/tiny/1.0.0/test/irt
        """,
    ),
    # A host who may approve is told which members they have not seen.
    Group(only(HOST, 409, 403), "POST /admin/approvals/tiny/1.0.0/test/team-a/approve"),
    Group(only(HOST, 302, 403, other_host=400), "POST /admin/announcements"),
    Group(only(HOST, 302, 403, other_host=400), "POST /admin/packages"),
    # What exists for its hosts alone.
    Group(
        only(HOST, 200, 403, other_host=404),
        """
        GET /admin/submissions/{scored}
        GET /admin/packages/{uploaded}
        GET /admin/packages/{uploaded}/items
        GET /admin/packages/{uploaded}/pictures/0
        GET /admin/packages/{uploaded}/progress
        GET /admin/submissions/{scored}/bundle
        GET /admin/submissions/{scored}/items
        GET /admin/submissions/{scored}/items.csv
        """,
    ),
    Group(only(HOST, 200, 403, other_host=404), "GET /admin/campaigns/{campaign}"),
    Group(only(HOST, 302, 403, other_host=404), "POST /admin/campaigns/{campaign}/drop"),
    # Nothing is proposed yet.
    Group(only(HOST, 409, 403, other_host=404), "POST /admin/campaigns/{campaign}/open"),
    Group(
        only(HOST, 302, 403, other_host=404),
        """
        POST /admin/announcements/{announcement}/end
        POST /admin/roles/invitations/{role_invitation}/withdraw
        POST /admin/packages/{uploaded}/answers
        POST /admin/packages/{uploaded}/drop
        POST /admin/packages/{uploaded}/load
        POST /admin/reported/{source}/withdraw
        POST /admin/reported/{source}/0/link
        POST /admin/submissions/{scored}/hide
        """,
    ),
    Group(
        only(ADMINISTRATOR, 200, 403),
        """
        GET /admin/models
        GET /admin/people
        """,
    ),
    Group(
        only(ADMINISTRATOR, 302, 403),
        """
        POST /admin/models/model-a/verify
        POST /admin/people/sam@example.org/ban
        POST /admin/teams/team-b/ban
        """,
    ),
)
API = (
    Group(
        any_program(200),
        """
        GET /api/v1/ablations/tiny/test?base=model-a
        GET /api/v1/benchmarks
        GET /api/v1/benchmarks/tiny
        GET /api/v1/benchmarks/tiny/commitments
        GET /api/v1/benchmarks/tiny/errata
        GET /api/v1/benchmarks/tiny/exports/eval-yaml
        GET /api/v1/benchmarks/tiny/models/model-a/exports/every-eval-ever
        GET /api/v1/benchmarks/tiny/reveal
        GET /api/v1/benchmarks/tiny/splits/test/package
        GET /api/v1/breakdowns/tiny/test
        GET /api/v1/changes/tiny/test
        GET /api/v1/comparisons/tiny/test?models=model-a,model-b
        GET /api/v1/exports
        GET /api/v1/judges/tiny/test
        GET /api/v1/keys
        GET /api/v1/openapi.json
        GET /api/v1/rankings/tiny/test
        GET /api/v1/releases/tiny/test
        GET /api/v1/reported/tiny/test
        GET /api/v1/robustness/tiny/test
        """,
    ),
    # Nothing of this benchmark is graded, so there are no severe errors.
    Group(any_program(404), "GET /api/v1/harm/tiny/test/model-a"),
    Group(any_program(404), "GET /api/v1/confidence/tiny/test/model-a"),
    # Answers of this split are hidden, so single items are nobody's to see here.
    Group(
        any_program(404),
        """
        GET /api/v1/comparisons/tiny/test/items?models=model-a,model-b
        GET /api/v1/readings/tiny/test/model-a
        """,
    ),
    Group(
        programs(read=200, submit=403, other_team=200, unconfirmed=200),
        """
        GET /api/v1/endpoints
        GET /api/v1/me
        GET /api/v1/models
        GET /api/v1/objections
        GET /api/v1/submissions
        """,
    ),
    Group(
        programs(read=200, submit=403, other_team=404, unconfirmed=404),
        """
        GET /api/v1/endpoints/{endpoint}
        GET /api/v1/objections/{objection}
        GET /api/v1/submissions/{scored}
        GET /api/v1/submissions/{scored}/bundle
        GET /api/v1/submissions/{scored}/items
        GET /api/v1/submissions/{scored}/items.csv
        GET /api/v1/submissions/{scored}/results
        """,
    ),
    Group(
        programs(read=200, submit=403, other_team=200, unconfirmed=403),
        "POST /api/v1/validations",
    ),
    Group(
        programs(read=403, submit=201, other_team=404, unconfirmed=403),
        """
        POST /api/v1/endpoints
        POST /api/v1/models
        POST /api/v1/submissions
        """,
    ),
    Group(
        programs(read=403, submit=201, other_team=201, unconfirmed=403),
        "POST /api/v1/objections",
    ),
    Group(
        programs(read=403, submit=200, other_team=404, unconfirmed=403),
        """
        PATCH,DELETE /api/v1/endpoints/{endpoint}
        PATCH /api/v1/models/model-a
        POST /api/v1/submissions/{queued}/cancel
        """,
    ),
    Group(
        programs(read=403, submit=409, other_team=404, unconfirmed=403),
        "POST /api/v1/submissions/{queued}/choose",
    ),
    Group(
        programs(read=403, submit=202, other_team=404, unconfirmed=403),
        "POST /api/v1/endpoints/{endpoint}/test",
    ),
)


def read_cells(groups: tuple[Group, ...]) -> Iterator[Cell]:
    """Every cell of the table."""
    for group in groups:
        for method, address in group.read():
            for who, status in group.expected.items():
                yield Cell(who, method, address, status)
