"""Fit a run of item response theory, and keep its figures with what they rest on."""

from __future__ import annotations

import logging

from sqlalchemy import insert
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now
from leaderboard.errors import ClaimLost
from leaderboard.leases import Claim, claim_row, end, renew
from leaderboard.lens.irt.lease import IRT_RUNS
from leaderboard.lens.irt.sheet import IrtSheet, make_sheet
from leaderboard.lens.sheets import read_sheets
from leaderboard.models.benchmark import Split
from leaderboard.models.irt import IrtFigures, IrtFit, IrtLeftOut, IrtRun, IrtState, LeftOut
from leaderboard.scoring.statistics.item_response import (
    LIBRARY,
    MOST_ROUNDS,
    Fit,
    find_library_version,
    fit_items,
)

log = logging.getLogger(__name__)


def run_irt(sessions: Sessions, key: int, *, most_rounds: int = MOST_ROUNDS) -> bool:
    """Fit a waiting run to its end; whether it was finished by this call.

    It is fitted to the answers that count as it begins, in memory: one whose worker died begins
    again. No transaction is open while it is fitted.
    """
    with sessions.write() as session:
        claim = claim_row(session, IRT_RUNS, key)
        if claim is None:
            return False
    with sessions.read() as session:
        split = session.get_one(Split, session.get_one(IrtRun, key).split_id)
        sheet = make_sheet(read_sheets(session, split))
    try:
        if sheet.why_not:
            _give_up(sessions, claim, sheet.why_not)
            return False
        fit = fit_items(sheet.right, lambda n: _tell(sessions, claim, n), most_rounds=most_rounds)
        with sessions.write() as session:
            _keep(session, claim, sheet, fit)
    except ClaimLost:
        log.info("IRT run %s went to another worker", key)
        return False
    return True


def _tell(sessions: Sessions, claim: Claim[int], n_rounds: int) -> None:
    """Renew the claim, and show how far the run is."""
    with sessions.write() as session:
        renew(session, claim, n_rounds=n_rounds)


def _give_up(sessions: Sessions, claim: Claim[int], reason: str) -> None:
    log.warning("IRT run %s: %s", claim.key, reason)
    with sessions.write() as session:
        end(session, claim, state=IrtState.FAILED, reason=reason)


def _keep(session: Session, claim: Claim[int], sheet: IrtSheet, fit: Fit) -> None:
    end(session, claim, state=IrtState.FINISHED, n_rounds=fit.n_rounds)
    session.add(
        IrtFit(
            irt_run_id=claim.key,
            library=LIBRARY,
            library_version=find_library_version(),
            n_models=len(sheet.models),
            n_items=len(sheet.items),
            sheet_hash=sheet.hash,
            is_converged=fit.is_converged,
            fitted_at=now(),
        )
    )
    session.flush()
    left_out = dict(sheet.left_out)
    figures = []
    for column, (item_id, found) in enumerate(zip(sheet.items, fit.items, strict=True)):
        if found is None:
            left_out[item_id] = LeftOut.NO_ESTIMATE
            continue
        n = int((sheet.right[:, column] >= 0).sum())
        figures.append(
            {
                "irt_run_id": claim.key,
                "item_id": item_id,
                "n": n,
                "difficulty": found.difficulty.value,
                "difficulty_error": found.difficulty.error,
                "discrimination": found.discrimination.value,
                "discrimination_error": found.discrimination.error,
            }
        )
    if not fit.is_converged:
        return
    if figures:
        session.execute(insert(IrtFigures), figures)
    if left_out:
        session.execute(
            insert(IrtLeftOut),
            [
                {"irt_run_id": claim.key, "item_id": item_id, "reason": reason}
                for item_id, reason in left_out.items()
            ],
        )
