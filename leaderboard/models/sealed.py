"""What opens commitments: as secret as the answers until a host reveals them.

Pages and API may not import this; `commitments.opened` reads of it what is revealed.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base


class AnswerSalt(Base):
    """The 32 random bytes in the commitment of a hidden item's answer."""

    __tablename__ = "answer_salts"

    item_id: Mapped[int] = mapped_column(ForeignKey("answer_commitments.item_id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)


class CommittedValues(Base):
    """What a value commitment was made of.

    `content` are the values as `items.values.pack_values` packs them, `decides` a byte for each
    item: 1 where it decides ranks, 0 where it gives feedback alone. The salt of each item follows
    from the 32 random bytes of `seed`.
    """

    __tablename__ = "committed_values"

    value_commitment_id: Mapped[int] = mapped_column(
        ForeignKey("value_commitments.id"), primary_key=True
    )
    seed: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    decides: Mapped[bytes] = mapped_column(LargeBinary)
