"""Enumerations whose members have a name for readers."""

from __future__ import annotations

import enum
from typing import Self


class Labelled(enum.StrEnum):
    """A member is declared as its value, which is kept and sent, and its `label` for readers."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """One member."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.label = label
        return made
