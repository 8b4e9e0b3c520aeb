"""The LLM judge: a language model that answers atomic questions; see docs/llm-judge.md."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Sequence

import msgspec

from leaderboard.db import now
from leaderboard.errors import InvalidRequest, JudgeUnavailable
from leaderboard.judges.calls import Call, Subject, derive_rating, is_settled
from leaderboard.judges.client import JudgeClient, RawReply, RequestRejected, count_call
from leaderboard.judges.evidence import EVIDENCE_VERSION
from leaderboard.judges.prompt import TEMPLATE_VERSION, Prompt, make_prompt, make_seed
from leaderboard.judges.protocol import DimensionRating, JudgeIdentity, ReportCase
from leaderboard.judges.reply import BadReply, Refused, read_reply
from leaderboard.judges.settings import JudgeSettings
from leaderboard.judges.together import run_together
from leaderboard.judges.untrusted import clean_report
from leaderboard.models.judging import CallOutcome
from leaderboard.scoring.checklist import MAX_CHARACTERS
from leaderboard.scoring.rubric import Dimension, Question, Rubric

MILLION = 1_000_000


class LlmJudge:
    """One language model with a rubric's questions."""

    kind = "llm"
    at_once = 1

    def __init__(self, settings: JudgeSettings, rubric: Rubric) -> None:
        """Raises InvalidRequest if the rubric has no questions."""
        self.settings = settings
        self.dimensions = [d for section in rubric.sections for d in section.dimensions]
        if not all(dimension.questions for dimension in self.dimensions):
            raise InvalidRequest(
                "The rubric of this benchmark has no questions for a language model.",
                "Load a version with questions in every dimension, or use the checklist judge.",
            )
        self.identity = JudgeIdentity(settings.name, _make_version(settings, self.dimensions))

    @property
    def family(self) -> tuple[str, ...]:
        """Words of the cards of models that this judge does not rate."""
        return self.settings.family

    @property
    def limits(self) -> str:
        """What this judge cannot see, in one paragraph for the page."""
        return (
            f"The language model {self.settings.model} answers questions about each report, with "
            "a passage of the report as evidence. It can be wrong about medicine, lenient "
            "towards what reads well, and different in the next release of the same model. It "
            "reads the "
            f"first {MAX_CHARACTERS:,} characters of a report and no images. Calibration "
            f"measures how well it agrees with surgeons."
        )

    def rate(self, case: ReportCase, report: str) -> Sequence[DimensionRating]:
        """One rating for each dimension of the rubric, without keeping the calls."""
        return asyncio.run(self._rate(Subject(case.item_id, case, clean_report(report))))

    async def _rate(self, subject: Subject) -> list[DimensionRating]:
        async with JudgeClient(self.settings) as client:
            units = [(d, r) for d in self.dimensions for r in range(self.settings.repeats)]
            asked = await run_together(
                self._collect(client, subject, dimension, repeat) for dimension, repeat in units
            )
        calls = [call for group in asked for call in group]
        return [
            derive_rating(d, subject, [call for call in calls if call.dimension == d.key])
            for d in self.dimensions
        ]

    async def _collect(
        self, client: JudgeClient, subject: Subject, dimension: Dimension, repeat: int
    ) -> list[Call]:
        return [call async for call in self.ask(client, subject, dimension, repeat, [])]

    async def ask(
        self,
        client: JudgeClient,
        subject: Subject,
        dimension: Dimension,
        repeat: int,
        known: Sequence[Call],
    ) -> AsyncIterator[Call]:
        """Call until one dimension and repeat is settled, giving each call as it ends.

        `known` are calls from before: none of them is made again. The seed of each follows from
        the subject, this judge, repeat and attempt. Raises JudgeUnavailable.
        """
        calls = list(known)
        while not is_settled(calls):
            attempt = len(calls)
            seed = make_seed(subject.key, *self.identity, dimension.key, repeat, attempt)
            prompt = make_prompt(dimension, subject.case, subject.report, seed)
            started_at, start = now(), time.monotonic()
            raw, failure = RawReply("", False, False, self.settings.model, None, None), None
            try:
                raw = await client.ask(prompt)
                outcome, reason = _judge_reply(raw, prompt)
            except RequestRejected as error:
                outcome, reason = CallOutcome.REJECTED, str(error)
            except JudgeUnavailable as error:
                outcome, reason, failure = CallOutcome.ERROR, error.what, error
            call = Call(
                dimension=dimension.key,
                repeat=repeat,
                attempt=attempt,
                seed=seed,
                prompt_hash=prompt.hash,
                model=raw.model,
                reply=raw.content,
                input_tokens=raw.input_tokens,
                output_tokens=raw.output_tokens,
                cost=self._cost(raw),
                outcome=outcome,
                reason=reason,
                started_at=started_at,
                seconds=time.monotonic() - start,
            )
            calls.append(call)
            count_call(self.identity.name, "judge", outcome, raw, call.cost)
            yield call
            if failure is not None:
                raise failure

    def _cost(self, raw: RawReply) -> float | None:
        price_in, price_out = self.settings.price_input, self.settings.price_output
        if None in (price_in, price_out, raw.input_tokens, raw.output_tokens):
            return None
        assert price_in is not None
        assert price_out is not None
        assert raw.input_tokens is not None
        assert raw.output_tokens is not None
        return (raw.input_tokens * price_in + raw.output_tokens * price_out) / MILLION


def _judge_reply(raw: RawReply, prompt: Prompt) -> tuple[CallOutcome, str]:
    if raw.is_refusal:
        return CallOutcome.REFUSED, "the model declined"
    try:
        read_reply(raw.content, prompt.keys)
    except Refused as error:
        return CallOutcome.REFUSED, str(error)
    except BadReply as error:
        return CallOutcome.BAD_OUTPUT, f"cut off: {error}" if raw.is_cut else str(error)
    return CallOutcome.OK, ""


def _make_version(settings: JudgeSettings, dimensions: Sequence[Dimension]) -> str:
    """A hash of all that bears on a rating; where the server stands does not."""
    facts = msgspec.json.encode(
        [
            TEMPLATE_VERSION,
            EVIDENCE_VERSION,
            MAX_CHARACTERS,
            settings.model,
            settings.repeats,
            settings.structured,
            settings.temperature,
            settings.max_tokens,
            dict(sorted(settings.extra.items())),
            [[d.key, d.name, d.question, _ungraded(d.questions)] for d in dimensions],
        ]
    )
    return hashlib.sha256(facts).hexdigest()[:16]


def _ungraded(questions: Sequence[Question]) -> list[Question]:
    """The questions without the harm of mistakes, which a judge is never told."""
    return [msgspec.structs.replace(one, harm=msgspec.UNSET) for one in questions]
