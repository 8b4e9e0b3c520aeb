"""Data-use agreements: what a benchmark's host asks teams to accept, and who has."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from leaderboard.accounts.teams import require_owner
from leaderboard.db import lock_row, now
from leaderboard.errors import AgreementNeeded, Conflict, FieldProblems, InvalidRequest
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.team import Membership, Team, User
from leaderboard.models.terms import AcceptedAgreement, Agreement, AgreementEnd

MAX_TEXT, MAX_VERSION = 100_000, 40


def find_agreement(session: Session, slug: str) -> Agreement | None:
    """The agreement of the benchmark `slug` that is in force: its newest, unless it was ended."""
    newest = session.scalar(
        select(Agreement).where(Agreement.benchmark == slug).order_by(Agreement.id.desc()).limit(1)
    )
    if newest is None or session.get(AgreementEnd, newest.id) is not None:
        return None
    return newest


def state_agreement(
    session: Session, slug: str, version: str, text: str, *, covers_pages: bool
) -> Agreement:
    """Put another agreement in force: whoever accepted the one before is asked again.

    Raises InvalidRequest for an empty or too long text or version, Conflict for a version that was
    stated before.
    """
    fields = FieldProblems()
    version, text = version.strip(), text.strip()
    with fields.at("version"):
        if not 1 <= len(version) <= MAX_VERSION or not version.isprintable():
            raise InvalidRequest(
                "The version is missing or too long.", f"Use 1 to {MAX_VERSION} characters."
            )
        if has_stated(session, slug, version):
            raise Conflict(
                f"Version {version} of the agreement was stated before.",
                "A text that teams accepted never changes: give this one another version.",
            )
    with fields.at("text"):
        if not 1 <= len(text) <= MAX_TEXT:
            raise InvalidRequest(
                "The text is missing or too long.", f"Use 1 to {MAX_TEXT:,} characters."
            )
    fields.raise_all()
    row = Agreement(
        benchmark=slug, version=version, text=text, covers_pages=covers_pages, stated_at=now()
    )
    session.add(row)
    session.flush()
    return row


def has_stated(session: Session, slug: str, version: str) -> bool:
    """Whether an agreement of this version was ever in force."""
    query = select(Agreement.id).where(Agreement.benchmark == slug, Agreement.version == version)
    return session.scalar(query) is not None


def end_agreement(session: Session, slug: str) -> Agreement:
    """Ask nobody any more. Raises Conflict where nothing is asked."""
    found = find_agreement(session, slug)
    if found is None:
        raise Conflict(f"{slug} asks for no agreement.", "There is nothing to end.")
    session.add(AgreementEnd(agreement_id=found.id, ended_at=now()))
    session.flush()
    return found


def accept_agreement(
    session: Session, slug: str, version: str, team: Team, user: User
) -> AcceptedAgreement:
    """Write down that `user` accepts the agreement for their team; twice changes nothing.

    Raises Forbidden for one who does not own the team, Conflict where `version`, which they read,
    is not in force.
    """
    require_owner(session, team, user)
    found = find_agreement(session, slug)
    if found is None or found.version != version:
        raise Conflict(
            "The agreement has changed since you opened this page."
            if found
            else f"{slug} asks for no agreement.",
            "Read the page again.",
        )
    lock_row(session, Team.id, team.id)
    row = session.get(AcceptedAgreement, (found.id, team.id))
    if row is None:
        row = AcceptedAgreement(
            agreement_id=found.id, team_id=team.id, user_id=user.id, accepted_at=now()
        )
        session.add(row)
        session.flush()
    return row


def has_accepted(session: Session, agreement: Agreement, team_id: int) -> bool:
    """Whether a team has accepted an agreement."""
    return session.get(AcceptedAgreement, (agreement.id, team_id)) is not None


def is_bound(session: Session, agreement: Agreement, user: User) -> bool:
    """Whether a team that `user` is in now has accepted it."""
    teams = select(Membership.team_id).where(Membership.user_id == user.id)
    query = select(AcceptedAgreement.team_id).where(
        AcceptedAgreement.agreement_id == agreement.id, AcceptedAgreement.team_id.in_(teams)
    )
    return session.scalar(query.limit(1)) is not None


def require_agreed(session: Session, benchmark: Benchmark, team: Team) -> None:
    """Raise AgreementNeeded unless `team` has accepted what the benchmark asks for, if it does."""
    found = find_agreement(session, benchmark.slug)
    if found is not None and not has_accepted(session, found, team.id):
        raise need_agreement(benchmark, found, f"The team {team.name} has")


def need_agreement(benchmark: Benchmark, agreement: Agreement, who: str) -> AgreementNeeded:
    """What those are told who have not accepted an agreement."""
    return AgreementNeeded(
        f"{who} not accepted the data-use agreement of {benchmark.name}, version "
        f"{agreement.version}.",
        benchmark.slug,
    )


def covers_pages(session: Session, slug: str) -> bool:
    """Whether pages that show items of a benchmark are for those alone who accepted."""
    found = find_agreement(session, slug)
    return found is not None and found.covers_pages


def read_acceptances(session: Session, slug: str) -> Sequence[AcceptedAgreement]:
    """Every acceptance of a benchmark's agreements, newest first."""
    return session.scalars(
        select(AcceptedAgreement)
        .join(Agreement, Agreement.id == AcceptedAgreement.agreement_id)
        .where(Agreement.benchmark == slug)
        .options(
            joinedload(AcceptedAgreement.agreement),
            joinedload(AcceptedAgreement.team),
            joinedload(AcceptedAgreement.user),
        )
        .order_by(AcceptedAgreement.accepted_at.desc(), AcceptedAgreement.team_id)
    ).all()
