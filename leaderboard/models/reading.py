"""What a language model read of answers that the parser left unparsed: every call to it."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, enum_column

BY_READER = "+reader"
"""How the parser version of a reading ends that the parser left unparsed and a reader filled in."""


class ReaderOutcome(enum.StrEnum):
    """What became of a call.

    INVALID: the reply was readable, but is no reading: a quote that does not stand in the text, or
    letters that the item does not take. ERROR: the server could not be reached or broke down, and
    the same may be asked again. REJECTED: it will not take this request, however often it is sent.
    """

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    INVALID = "invalid"
    BAD_OUTPUT = "bad_output"
    REFUSED = "refused"
    REJECTED = "rejected"
    ERROR = "error"


class ReaderCall(Base):
    """One request to read a prediction, and all that came back.

    `letters` and `quote` are those of the reply, accepted where the outcome is ANSWERED; `reason`
    says why they were not. `model` is what the server says it ran. Tokens are null where the
    server does not tell.
    """

    __tablename__ = "reader_calls"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), index=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), index=True)
    reader: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(16))
    model: Mapped[str] = mapped_column(String(200))
    prompt_hash: Mapped[str] = mapped_column(String(64))
    reply: Mapped[str] = mapped_column(Text)
    outcome: Mapped[ReaderOutcome] = mapped_column(enum_column(ReaderOutcome))
    reason: Mapped[str] = mapped_column(Text)
    letters: Mapped[str] = mapped_column(String(26))
    quote: Mapped[str] = mapped_column(Text)
    input_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    called_at: Mapped[datetime]
    seconds: Mapped[float]
