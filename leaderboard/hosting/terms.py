"""The terms on which a benchmark's items leave the house, as its host sets them."""

from __future__ import annotations

import csv
import io

from sqlalchemy.orm import Session

from leaderboard.agreements import end_agreement, read_acceptances, state_agreement
from leaderboard.audit import add_audit
from leaderboard.hosting.act import Act
from leaderboard.models.benchmark import Benchmark
from leaderboard.spreadsheets import quote_formula
from leaderboard.third_parties import ThirdParties, choose_third_parties

ACCEPTANCE_COLUMNS = ("version", "team", "team_name", "person", "email", "accepted_at")


def set_third_parties(
    session: Session, benchmark: Benchmark, choice: ThirdParties, actor: str
) -> Act:
    """Say whether items of all versions may go to judges and endpoints of third parties."""
    choose_third_parties(session, benchmark.slug, choice)
    subject, note = f"benchmark {benchmark.slug}", say_third_parties(choice)
    add_audit(session, actor, "choose third parties", subject, note, benchmark=benchmark.slug)
    return Act(f"{benchmark.name}: {note}")


def ask_agreement(
    session: Session,
    benchmark: Benchmark,
    version: str,
    text: str,
    actor: str,
    *,
    covers_pages: bool,
) -> Act:
    """Have teams accept a text before they have items; raises as `state_agreement` does."""
    row = state_agreement(session, benchmark.slug, version, text, covers_pages=covers_pages)
    subject, note = f"benchmark {benchmark.slug}", f"version {row.version}"
    add_audit(session, actor, "ask for agreement", subject, note, benchmark=benchmark.slug)
    return Act(f"Teams are asked to accept version {row.version} from now on.")


def stop_asking(session: Session, benchmark: Benchmark, actor: str) -> Act:
    """Ask nobody any more. Raises Conflict where nothing is asked."""
    row = end_agreement(session, benchmark.slug)
    subject, note = f"benchmark {benchmark.slug}", f"version {row.version}"
    add_audit(session, actor, "end agreement", subject, note, benchmark=benchmark.slug)
    return Act(f"Nobody is asked to accept version {row.version} from now on.")


def write_acceptances(session: Session, slug: str) -> str:
    """Every acceptance of a benchmark's agreements as CSV, newest first."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(ACCEPTANCE_COLUMNS)
    for one in read_acceptances(session, slug):
        writer.writerow(
            quote_formula(cell)
            for cell in (
                one.agreement.version,
                one.team.slug,
                one.team.name,
                one.user.name,
                one.user.email,
                one.accepted_at.isoformat(),
            )
        )
    return lines.getvalue()


def say_third_parties(choice: ThirdParties) -> str:
    """What a choice means, in sentences."""
    judges = "may" if choice.judges else "may not"
    endpoints = "may" if choice.endpoints else "may not"
    return (
        f"Items {judges} go to judges of third parties. "
        f"Items {endpoints} go to endpoints of third parties."
    )
