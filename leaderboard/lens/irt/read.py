"""What is known of a split's questions by item response theory, and how its run stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from leaderboard.lens.irt.sheet import IrtSheet, make_sheet
from leaderboard.lens.sheets import Sheets
from leaderboard.models.irt import IrtFigures, IrtFit, IrtLeftOut, IrtRun, LeftOut


@dataclass(frozen=True)
class Irt:
    """The newest run and the newest fit of a split, and the sheet that would be fitted now.

    `figures` and `left_out` are of that fit, by the id of the item; none without convergence.
    """

    sheet: IrtSheet
    newest: IrtRun | None
    fit: IrtFit | None
    figures: Mapping[int, IrtFigures]
    left_out: Mapping[int, LeftOut]

    @property
    def is_open(self) -> bool:
        """Whether a run waits or is under way."""
        return self.newest is not None and not self.newest.state.is_final

    @property
    def is_stale(self) -> bool:
        """Whether other models, questions or answers count by now than the fit rests on."""
        return self.fit is not None and self.fit.sheet_hash != self.sheet.hash

    @property
    def has_figures(self) -> bool:
        """Whether there is anything to show beside an item."""
        return self.fit is not None and self.fit.is_converged

    def say_why_not(self, item_id: int) -> str:
        """Why an item has no figures, in words; reports have no right and wrong."""
        if self.fit is None:
            return "nothing was fitted"
        if not self.fit.is_converged:
            return "the fit did not converge"
        reason = self.left_out.get(item_id)
        return "not right or wrong" if reason is None else reason.label


def read_irt(session: Session, sheets: Sheets) -> Irt:
    """How item response theory stands on the split of `sheets`."""
    newest = session.scalars(
        select(IrtRun).where(IrtRun.split_id == sheets.split.id).order_by(IrtRun.id.desc()).limit(1)
    ).first()
    fit = session.scalars(
        select(IrtFit)
        .join(IrtRun)
        .where(IrtRun.split_id == sheets.split.id)
        .options(joinedload(IrtFit.run))
        .order_by(IrtFit.irt_run_id.desc())
        .limit(1)
    ).first()
    key = None if fit is None else fit.irt_run_id
    figures = session.scalars(select(IrtFigures).where(IrtFigures.irt_run_id == key))
    left_out = session.scalars(select(IrtLeftOut).where(IrtLeftOut.irt_run_id == key))
    return Irt(
        make_sheet(sheets),
        newest,
        fit,
        {one.item_id: one for one in figures},
        {one.item_id: one.reason for one in left_out},
    )
