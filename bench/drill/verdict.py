"""What came of a drill, and whether it is what was promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from bench.drill.site import Site
from bench.drill.undisturbed import Outcome
from bench.drill.visitors import Visitors
from bench.drill.work import Piece

if TYPE_CHECKING:
    from bench.drill.command import Recovery

MODELS = """
SELECT c.slug, s.id, s.status,
  (SELECT count(*) FROM submission_events e WHERE e.submission_id = s.id AND e.kind = 'scored')
FROM submissions s JOIN model_cards c ON c.id = s.model_card_id
"""
KEPT_CALLS = """
SELECT (SELECT count(*) FROM judge_calls WHERE outcome <> 'error')
     + (SELECT count(*) FROM canary_calls WHERE outcome <> 'error')
     + (SELECT count(*) FROM anchor_calls WHERE outcome <> 'error')
"""
KEPT_ANSWERS = """
SELECT count(*) FROM predictions p
WHERE p.submission_id IN (SELECT submission_id FROM endpoint_runs)
"""


class Verdict(NamedTuple):
    """Rows of what was promised and found, and the promises that were broken."""

    rows: Sequence[tuple[str, str]]
    breaches: Sequence[str]

    def show(self) -> None:
        """Print it."""
        for name, found in self.rows:
            print(f"{name:42}{found}")
        for breach in self.breaches:
            print(f"BROKEN: {breach}")
        if not self.breaches:
            print("Nothing was lost, done twice, different or stuck.")


def read_verdict(
    site: Site,
    work: Sequence[Piece],
    visitors: Visitors,
    expected: Outcome,
    found: Outcome,
    recoveries: Sequence[Recovery],
    *,
    stuck: int,
    most_lost: int,
) -> Verdict:
    """Compare what is in the database with the undisturbed run, and look at what visitors saw."""
    with site.database.connect() as connection:
        submissions = connection.execute(MODELS).fetchall()
        n_calls = int(str(connection.execute(KEPT_CALLS).fetchone()[0]))  # type: ignore[index]
        n_answers = int(str(connection.execute(KEPT_ANSWERS).fetchone()[0]))  # type: ignore[index]
    scored = [str(slug) for slug, _, status, _ in submissions if status == "scored"]
    lost = [piece.model for piece in work if piece.model not in scored]
    sent = Counter(str(slug) for slug, *_ in submissions)
    twice = [slug for slug, n in sent.items() if n > 1]
    twice += [str(slug) for slug, _, _, n_scored in submissions if int(str(n_scored)) > 1]
    different = [
        piece.model
        for piece in work
        if piece.model not in lost
        and found.scores.get(piece.model) != expected.scores.get(piece.model)
    ]
    n_entries = len(found.entries ^ expected.entries)
    calls_lost = site.judge.answered.total() - n_calls
    answers_lost = site.endpoint.answered.total() - n_answers
    late = [one.fault for one in recoveries if one.ready is None or one.scored is None]
    dropped = [one.fault for one in recoveries if one.n_dropped and not one.may_drop]
    seen = visitors.seen
    statuses = ", ".join(f"{n} x {status}" for status, n in sorted(seen.statuses.items()))
    rows = [
        ("lost", f"{len(lost)}"),
        ("twice", f"{len(twice)}"),
        ("different", f"{len(different)} of {len(work)}, {n_entries} ranks or values"),
        ("stuck", f"{stuck}"),
        ("judge calls paid for and not kept", f"{calls_lost} of {n_calls}, at most {most_lost}"),
        ("endpoint answers not kept", f"{answers_lost} of {n_answers}, at most {most_lost}"),
        ("lock waits over 0.2 s", f"{_say_waits(site.database.read_lock_waits())}"),
        ("deadlocks", f"{site.database.count_deadlocks()}"),
        ("what visitors got", statuses),
        ("longest wait of a visitor", f"{seen.longest:.1f} s"),
    ]
    checks = {
        f"lost: {lost}": lost,
        f"twice: {twice}": twice,
        f"different: {different}": different,
        "the ranking differs": n_entries and not lost,
        f"{stuck} are stuck": stuck,
        "more judge calls were paid twice than were in flight": calls_lost > most_lost,
        "more endpoint answers were paid twice than were in flight": answers_lost > most_lost,
        f"not got over in time: {late}": late,
        f"connections lost: {dropped}": dropped,
        f"{len(seen.defects)} defects: {seen.defects[:5]}": seen.defects,
        "deadlocks": site.database.count_deadlocks(),
    }
    return Verdict(rows, [name for name, is_broken in checks.items() if is_broken])


def _say_waits(waits: Sequence[float]) -> str:
    return f"{len(waits)}, the longest {max(waits, default=0.0):.1f} s"
