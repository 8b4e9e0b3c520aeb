"""The second reader: a language model that is asked which option a text chooses."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from leaderboard.db import now
from leaderboard.errors import JudgeUnavailable, ReaderUnavailable
from leaderboard.json_text import make_storable
from leaderboard.judges.client import JudgeClient, RawReply, RequestRejected, count_call
from leaderboard.judges.reply import BadReply, Refused
from leaderboard.judges.settings import JudgeSettings
from leaderboard.models.reading import ReaderOutcome
from leaderboard.readers.prompt import TEMPLATE_VERSION, make_reader_prompt
from leaderboard.readers.reply import SecondReading, read_second


class Unread(NamedTuple):
    """What is to be read: what a model said without its thoughts, and its item's options."""

    said: str
    options: Mapping[str, str]
    multiple: bool


@dataclass(frozen=True, kw_only=True)
class ReadingCall:
    """One request and its reply; the fields are those of the table of calls."""

    prompt_hash: str
    model: str
    reply: str
    outcome: ReaderOutcome
    reason: str
    letters: str
    quote: str
    input_tokens: int | None
    output_tokens: int | None
    called_at: datetime
    seconds: float


class Reader:
    """One language model, named by the host, with the prompt of this version."""

    def __init__(self, settings: JudgeSettings) -> None:
        self.settings = settings
        self.name = settings.name
        self.version = _make_version(settings)

    async def ask(
        self, client: JudgeClient, unread: Unread
    ) -> tuple[ReadingCall, ReaderUnavailable | None]:
        """One call, and beside it the error where the server does not serve."""
        prompt = make_reader_prompt(unread.said, unread.options, multiple=unread.multiple)
        called_at, start = now(), time.monotonic()
        raw, failure = RawReply("", False, False, self.settings.model, None, None), None
        try:
            raw = await client.ask(prompt)
            reading = _read_reply(raw, unread)
        except RequestRejected as error:
            reading = SecondReading(ReaderOutcome.REJECTED, str(error))
        except JudgeUnavailable as error:
            reading = SecondReading(ReaderOutcome.ERROR, error.what)
            failure = ReaderUnavailable(
                error.name,
                error.what,
                is_final=error.is_final,
                is_outage=error.is_outage,
                wait=error.wait,
            )
        count_call(self.name, "reader", reading.outcome, raw)
        call = ReadingCall(
            prompt_hash=prompt.hash,
            model=raw.model,
            reply=make_storable(raw.content),
            outcome=reading.outcome,
            reason=reading.reason,
            letters=reading.letters,
            quote=reading.quote,
            input_tokens=raw.input_tokens,
            output_tokens=raw.output_tokens,
            called_at=called_at,
            seconds=time.monotonic() - start,
        )
        return call, failure


def _read_reply(raw: RawReply, unread: Unread) -> SecondReading:
    if raw.is_refusal:
        return SecondReading(ReaderOutcome.REFUSED, "the model declined")
    try:
        return read_second(raw.content, unread.said, unread.options, multiple=unread.multiple)
    except Refused as error:
        return SecondReading(ReaderOutcome.REFUSED, str(error))
    except BadReply as error:
        reason = f"cut off: {error}" if raw.is_cut else str(error)
        return SecondReading(ReaderOutcome.BAD_OUTPUT, reason)


def _make_version(settings: JudgeSettings) -> str:
    """A hash of all that bears on a reading; where the server stands does not."""
    facts = msgspec.json.encode(
        [
            TEMPLATE_VERSION,
            settings.model,
            settings.structured,
            settings.temperature,
            settings.max_tokens,
            dict(sorted(settings.extra.items())),
        ]
    )
    return hashlib.sha256(facts).hexdigest()[:16]
