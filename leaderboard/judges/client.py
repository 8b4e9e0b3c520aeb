"""Asking one judge's server: pace, retries, and the manner of asking that it takes."""

from __future__ import annotations

import asyncio
import enum
import random
from dataclasses import replace
from types import TracebackType
from typing import NamedTuple, NoReturn, Self

from leaderboard.chat import Break, BrokenOff, Filtered, RateLimited, Rejected, Reply
from leaderboard.endpoints.engine.pace import Pace
from leaderboard.endpoints.engine.settings import EndpointSettings
from leaderboard.errors import JudgeUnavailable
from leaderboard.judges.connection import explain, make_session, send
from leaderboard.judges.manner import (
    FORMS,
    SYSTEM,
    Manner,
    adapt,
    find_refused,
    is_about_a_parameter,
    is_too_long,
    make_manner,
)
from leaderboard.judges.prompt import Asking
from leaderboard.judges.settings import JudgeSettings
from leaderboard.meters import JUDGE_CALLS, JUDGE_COST, JUDGE_TOKENS, count

REFUSED_REQUESTS = frozenset({400, 413, 422})
"""Statuses that are about what was asked; other rejections are about the address or the key."""
TRIES_OF_A_FORM = 2
"""So often may a server fail at a form that never worked before the next one is tried."""


class RequestRejected(Exception):
    """The server answers others, but will not take this request, in no manner."""


class RawReply(NamedTuple):
    """What came back: text, the model as the server names it, tokens where it tells them."""

    content: str
    is_refusal: bool
    is_cut: bool
    model: str
    input_tokens: int | None
    output_tokens: int | None


def count_call(
    judge: str, role: str, outcome: enum.StrEnum, raw: RawReply, cost: float | None = None
) -> None:
    """Count a call that has ended, for the host's monitor."""
    count(JUDGE_CALLS, judge, role, outcome.value)
    for direction, n in (("input", raw.input_tokens), ("output", raw.output_tokens)):
        if n is not None:
            count(JUDGE_TOKENS, judge, role, direction, amount=n)
    if cost is not None:
        count(JUDGE_COST, judge, role, amount=cost)


class JudgeClient:
    """Asks one server, within one event loop; remembers for its run how it is to be asked."""

    def __init__(self, settings: JudgeSettings) -> None:
        self._settings = settings
        self._pace = Pace(
            EndpointSettings(
                base_url=settings.base_url,
                model=settings.model,
                concurrency=settings.concurrency,
                requests_per_minute=settings.requests_per_minute,
            )
        )
        self._manner = make_manner(settings)
        self._is_form_sure = settings.structured != "auto"
        self._n_broken = self._n_timeouts = 0
        self._n_replies = self._n_open = self._n_doubtful = 0
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._session = make_session(self._settings)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def ask(self, prompt: Asking) -> RawReply:
        """The reply to `prompt`.

        Waits as the server asks, tries again and in another manner where that may help. Raises
        RequestRejected for a request that is refused where others are not, and JudgeUnavailable
        where the server does not serve.
        """
        self._n_open += 1
        try:
            return await self._ask(prompt)
        finally:
            self._n_open -= 1
            await self._tell()

    async def _ask(self, prompt: Asking) -> RawReply:
        trial = _Trial()
        while True:
            await self._pace.enter()
            manner = trial.choose(self._manner, is_form_sure=self._is_form_sure)
            try:
                outcome = await send(
                    self._session, self._settings, manner.make_fields(self._settings, prompt)
                )
            finally:
                self._pace.leave()
            if isinstance(outcome, Reply | Filtered):
                await self._remember(manner)
                return _make_reply(outcome)
            if isinstance(outcome, Rejected):
                await self._learn(outcome, manner, trial)
            elif not self._adapts(outcome, manner, trial):
                self._doubt_form(outcome, manner, trial)
                await self._wait(outcome, trial)

    async def _remember(self, manner: Manner) -> None:
        self._n_replies += 1
        self._n_timeouts = 0
        if not self._is_form_sure:
            self._manner = replace(self._manner, form=manner.form)
            self._is_form_sure = True
        self._pace.speed_up()
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _learn(self, error: Rejected, manner: Manner, trial: _Trial) -> None:
        """Find another manner for a request that was rejected in this one; raises if none is left.

        A part of the request that is refused is refused every time, so nothing else can be asked
        either. Where nothing is named, it is this request's fault if the server takes others, or
        if it is too long.
        """
        what = explain(error)
        refused = find_refused(error, self._settings.extra)
        if refused is None and error.status not in REFUSED_REQUESTS:
            self._give_up(what, is_final=True)
        if refused is not None:
            if not self._try_without(refused, manner, trial):
                named = "" if error.param or refused in what else f", {refused}"
                self._give_up(what + named, is_final=True)
            return
        if is_about_a_parameter(error):
            self._give_up(what, is_final=True)
        if is_too_long(error):
            raise RequestRejected(f"{what}, too long")
        if not self._is_form_sure and self._lower_form(manner, trial):
            return
        if not await self._takes_others():
            self._give_up(what, is_final=True)
        raise RequestRejected(what)

    def _adapts(self, error: BrokenOff | RateLimited, manner: Manner, trial: _Trial) -> bool:
        """Some servers break where a model's template has no system role."""
        if not isinstance(error, BrokenOff) or error.status < 500 or not manner.has_system:
            return False
        return find_refused(error) == SYSTEM and self._try_without(SYSTEM, manner, trial)

    def _try_without(self, refused: str, manner: Manner, trial: _Trial) -> bool:
        """Whether there is a manner without that part; it is this client's own from now on."""
        if refused == "response_format":
            return self._settings.structured == "auto" and self._lower_form(manner, trial)
        other = adapt(manner, refused)
        if other is None:
            return False
        # Several requests may learn the same at once, and each another part.
        self._manner = replace(other, form=self._manner.form).without(self._manner)
        return True

    def _lower_form(self, manner: Manner, trial: _Trial) -> bool:
        """Whether there is a form that asks less; the next request takes it."""
        form = manner.find_next_form()
        if form is None:
            return False
        if manner.form == self._manner.form:
            self._manner = replace(self._manner, form=form)
        elif FORMS.index(manner.form) > FORMS.index(self._manner.form):
            trial.n_steps += 1
        return True

    def _doubt_form(self, error: BrokenOff | RateLimited, manner: Manner, trial: _Trial) -> None:
        """After repeated errors at a form that never worked, the next one is tried.

        An outage looks the same where a server says that it is down: there each request tries for
        itself, and a form is kept only if it works.
        """
        if self._is_form_sure or not isinstance(error, BrokenOff):
            return
        if error.status < 500 and not error.finish_reason:
            return
        if error.is_down:
            trial.n_broken += 1
            trial.n_steps += int(trial.n_broken % TRIES_OF_A_FORM == 0)
        elif manner.form == self._manner.form:
            self._n_broken += 1
            if self._n_broken >= TRIES_OF_A_FORM and self._lower_form(manner, trial):
                self._n_broken = 0

    async def _takes_others(self) -> bool:
        """Whether the server has replied to any request; waits until that is known."""
        self._n_doubtful += 1
        try:
            async with self._changed:
                self._changed.notify_all()
                await self._changed.wait_for(
                    lambda: self._n_replies > 0 or self._n_doubtful >= self._n_open
                )
        finally:
            self._n_doubtful -= 1
        return self._n_replies > 0

    async def _wait(self, error: BrokenOff | RateLimited, trial: _Trial) -> None:
        """Wait before the next try; raises JudgeUnavailable where there is to be none."""
        retries = self._settings.retries
        is_limited = isinstance(error, RateLimited)
        trial.n_failed += 1
        if trial.n_failed <= max(1, retries.n // 2):
            trial.n_replies_before = self._n_replies
        if isinstance(error, BrokenOff) and error.kind is Break.TIMEOUT:
            # A server that answers nobody is not waited for again and again.
            self._n_timeouts += 1
        is_over = max(trial.n_failed, self._n_timeouts) >= retries.n
        if is_over or (error.wait or 0.0) > retries.longest_pause:
            is_outage = is_limited or self._n_replies == trial.n_replies_before
            self._give_up(explain(error), is_outage=is_outage, wait=error.wait)
        backoff = min(retries.longest, retries.first * 2 ** (trial.n_failed - 1))
        if is_limited or error.wait is not None:
            self._pace.slow_down(2 * backoff if error.wait is None else error.wait)
        else:
            await asyncio.sleep(backoff * random.uniform(0.5, 1.0))

    def _give_up(
        self,
        what: str,
        *,
        is_final: bool = False,
        is_outage: bool = False,
        wait: float | None = None,
    ) -> NoReturn:
        raise JudgeUnavailable(
            self._settings.name, what, is_final=is_final, is_outage=is_outage, wait=wait
        )


class _Trial:
    """One request on its way: how often it failed, and how many forms it is ahead of the client.

    `n_replies_before` is how many replies all requests had got when half of its tries were used:
    none since then means an outage.
    """

    def __init__(self) -> None:
        self.n_failed = self.n_broken = self.n_steps = 0
        self.n_replies_before = 0

    def choose(self, manner: Manner, *, is_form_sure: bool) -> Manner:
        """The client's manner, in the form that this request has come to."""
        if is_form_sure:
            return manner
        place = min(FORMS.index(manner.form) + self.n_steps, len(FORMS) - 1)
        return replace(manner, form=FORMS[place])


def _make_reply(outcome: Reply | Filtered) -> RawReply:
    return RawReply(
        content=outcome.text,
        is_refusal=isinstance(outcome, Filtered) or outcome.is_refusal,
        is_cut=isinstance(outcome, Reply) and outcome.is_cut,
        model=(outcome.model or "")[:200],
        input_tokens=outcome.n_prompt_tokens,
        output_tokens=outcome.n_completion_tokens,
    )
