"""A worker's share of a campaign: one step, or as many parts as a while allows."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from leaderboard.campaigns.content import pack, unpack_changed
from leaderboard.campaigns.fit import fit_split
from leaderboard.campaigns.lease import CAMPAIGNS, PARTS
from leaderboard.campaigns.opening import open_campaign
from leaderboard.campaigns.plan import Plan, View, read_plan, read_view
from leaderboard.campaigns.planning import MakeJudge, add_parts, make_plan, to_plain
from leaderboard.campaigns.prepare import read_changes
from leaderboard.campaigns.report import NO_CHANGE, propose
from leaderboard.campaigns.score import make_new_result
from leaderboard.campaigns.start import clear_parts
from leaderboard.campaigns.touched import settle_parts
from leaderboard.db import Sessions, clock, lock_row, now
from leaderboard.errors import ClaimLost
from leaderboard.evaluation.rating.rate import rate_reports
from leaderboard.leases import Claim, claim_row, end, renew
from leaderboard.models.benchmark import Split
from leaderboard.models.campaign import (
    STEPS,
    Campaign,
    CampaignPart,
    CampaignState,
    Cause,
    PartState,
)
from leaderboard.models.submission import Submission
from leaderboard.queue import Nudge

log = logging.getLogger(__name__)
NAMED = 5
"""How many submissions a failure names."""
WHILE_SECONDS = 20.0
"""How long one job works on parts before it lets what waits behind it go first."""
FAILED = "It failed because of a problem on our side; the traceback is in the worker's log."
Enqueue = Callable[[Nudge[int]], None]


@dataclass
class Runner:
    """A worker at one campaign. `enqueue` brings other workers to it."""

    sessions: Sessions
    campaign_id: int
    make_judge: MakeJudge
    enqueue: Enqueue
    max_attempts: int = 3
    _views: dict[int, View] = field(default_factory=dict)
    _state: CampaignState | None = None

    def work(self, seconds: float = WHILE_SECONDS) -> None:
        """Do what there is to do, until nothing is, others are at it, or the while is over."""
        end_at = time.monotonic() + seconds
        while self._do_next():
            if time.monotonic() > end_at:
                self.enqueue(Nudge(CAMPAIGNS.job, self.campaign_id))
                return

    def _do_next(self) -> bool:
        """Whether something was done."""
        with self.sessions.read() as session:
            campaign = session.get(Campaign, self.campaign_id)
            state = None if campaign is None else campaign.state
        if state is None:
            return False
        if state is not self._state:
            self._views, self._state = {}, state
        try:
            if state.is_by_part:
                return self._work_on_part(state)
            return state in STEPS and self._do_step()
        except ClaimLost:
            log.info("campaign %d went on without this run", self.campaign_id)
            return True

    def _do_step(self) -> bool:
        with self.sessions.write() as session:
            claim = claim_row(session, CAMPAIGNS, self.campaign_id)
            if claim is None:
                return False
            campaign = session.get_one(Campaign, self.campaign_id)
            if campaign.state.is_by_part:
                # It went on since we looked: its parts are claimed, not itself.
                campaign.run_id, campaign.n_attempts = None, 0
                return True
        try:
            with self.sessions.write() as session:
                renew(session, claim)
                campaign = session.get_one(Campaign, self.campaign_id)
                following = _STEP[campaign.state](self, session, campaign)
                end(session, claim, state=following, n_attempts=0)
        except ClaimLost:
            raise
        except Exception:
            log.exception("campaign %d failed at attempt %d", self.campaign_id, claim.n_attempts)
            values: dict[str, Any] = {}
            if claim.n_attempts >= self.max_attempts:
                values = {"state": CampaignState.FAILED, "reason": FAILED, "ended_at": now()}
            with self.sessions.write() as session:
                end(session, claim, **values)
        return True

    def plan(self, session: Session, campaign: Campaign) -> CampaignState:
        """What is new, and a part for each submission."""
        plan = make_plan(session, campaign, self.make_judge)
        campaign.plan = to_plain(plan)
        if not add_parts(session, campaign, plan):
            return CampaignState.PROPOSING
        if plan.is_prepared:
            return CampaignState.PREPARING
        return CampaignState.FITTING if plan.is_fitted else _begin_scoring(session, campaign, plan)

    def fit(self, session: Session, campaign: Campaign) -> CampaignState:
        """The new calibrations; then every part waits for its score.

        Labels that calibrate nothing, or nothing else than before, end it: no score can change.
        """
        plan = read_plan(campaign)
        n_added = sum(fit_split(session, campaign, split) for split in plan.splits)
        if not n_added and campaign.causes == [Cause.LABELS.value] and not plan.changes_ruler:
            clear_parts(session, campaign.id)
            campaign.ended_by, campaign.ended_at = NO_CHANGE, now()
            return CampaignState.OPENED
        session.execute(
            update(CampaignPart)
            .where(CampaignPart.campaign_id == campaign.id)
            .values(state=PartState.WAITING, n_attempts=0)
        )
        return _begin_scoring(session, campaign, plan)

    def propose(self, session: Session, campaign: Campaign) -> CampaignState:
        """The report; a host who wanted it opened before gets it opened."""
        opens = propose(session, campaign)
        return CampaignState.OPENING if opens else CampaignState.PROPOSED

    def open(self, session: Session, campaign: Campaign) -> CampaignState:
        """All of it at once, or first the parts of what was scored since."""
        plan = read_plan(campaign)
        if add_parts(session, campaign, plan):
            return _begin_scoring(session, campaign, plan)
        open_campaign(session, campaign, plan)
        return CampaignState.OPENED

    def _work_on_part(self, state: CampaignState) -> bool:
        with self.sessions.write() as session:
            keys = session.scalars(
                select(CampaignPart.submission_id)
                .where(
                    CampaignPart.campaign_id == self.campaign_id,
                    CampaignPart.state == PartState.WAITING,
                )
                .order_by(CampaignPart.submission_id)
                .limit(2)
            ).all()
            claim = claim_row(session, PARTS, keys[0]) if keys else None
        if not keys:
            return False
        if claim is None:
            return True
        if len(keys) > 1:
            self.enqueue(Nudge(CAMPAIGNS.job, self.campaign_id))
        try:
            self._do_part(claim, state)
        except ClaimLost:
            raise
        except Exception:
            log.exception("campaign %d: submission %s failed", self.campaign_id, claim.key)
            self._give_part_up(claim)
        return True

    def _do_part(self, claim: Claim[str], state: CampaignState) -> None:
        view = self._find_view(claim.key)
        with self.sessions.read() as session:
            part = session.get_one(CampaignPart, claim.key, options=[undefer(CampaignPart.changed)])
            packed = part.changed
        if packed is None:
            if view.plan.is_rated:
                with self.sessions.read() as session:
                    target = session.get_one(Split, view.plan.target_id)
                    judge = self.make_judge(target)
                rate_reports(self.sessions, claim, [judge])
            with self.sessions.read() as session:
                packed = pack(read_changes(session, claim.key, view))
        result = None
        if state is CampaignState.SCORING:
            with self.sessions.read() as session:
                submission = session.get_one(Submission, claim.key)
                changed = unpack_changed(packed)
                result = pack(make_new_result(session, submission, view, changed))
        with self.sessions.write() as session:
            values = {"changed": packed, "result": result}
            end(session, claim, state=PartState.DONE, **values)
            self._advance(session)

    def _give_part_up(self, claim: Claim[str]) -> None:
        """Another attempt, or after the last one the campaign fails with it."""
        is_last = claim.n_attempts >= self.max_attempts
        state = PartState.FAILED if is_last else PartState.WAITING
        with self.sessions.write() as session:
            end(session, claim, state=state, failure=FAILED if is_last else "")
            self._advance(session)

    def _advance(self, session: Session) -> None:
        """Once no part is left, the campaign waits for its next step."""
        lock_row(session, Campaign.id, self.campaign_id)
        campaign = session.get_one(Campaign, self.campaign_id, populate_existing=True)
        if not campaign.state.is_by_part:
            return
        left = [PartState.WAITING, PartState.WORKING]
        if _list_parts(session, self.campaign_id, left, most=1):
            return
        if failed := _list_parts(session, self.campaign_id, [PartState.FAILED]):
            named = ", ".join(failed[:NAMED]) + (", ..." if len(failed) > NAMED else "")
            campaign.state, campaign.ended_at = CampaignState.FAILED, now()
            campaign.reason = f"Could not be scored anew: {named}. {FAILED}"
        elif campaign.state is CampaignState.PREPARING:
            campaign.state = CampaignState.FITTING
        else:
            campaign.state = CampaignState.PROPOSING
        campaign.heartbeat_at = clock()

    def _find_view(self, submission_id: str) -> View:
        with self.sessions.read() as session:
            split_id = session.get_one(Submission, submission_id).split_id
            if split_id not in self._views:
                campaign = session.get_one(Campaign, self.campaign_id)
                plan = read_plan(campaign).of(split_id)
                self._views[split_id] = read_view(session, campaign, plan)
        return self._views[split_id]


def _begin_scoring(session: Session, campaign: Campaign, plan: Plan) -> CampaignState:
    """Where parts wait for their score, that is next; else the proposal is."""
    is_left = settle_parts(session, campaign, plan) > 0
    return CampaignState.SCORING if is_left else CampaignState.PROPOSING


def _list_parts(
    session: Session, campaign_id: int, states: list[PartState], most: int | None = None
) -> list[str]:
    """The submissions of a campaign's parts in these states, at `most` so many."""
    return list(
        session.scalars(
            select(CampaignPart.submission_id)
            .where(CampaignPart.campaign_id == campaign_id, CampaignPart.state.in_(states))
            .order_by(CampaignPart.submission_id)
            .limit(most)
        )
    )


_STEP = {
    CampaignState.PLANNING: Runner.plan,
    CampaignState.FITTING: Runner.fit,
    CampaignState.PROPOSING: Runner.propose,
    CampaignState.OPENING: Runner.open,
}
