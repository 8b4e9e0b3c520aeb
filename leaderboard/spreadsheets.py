"""Text that goes to spreadsheets."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""


def quote_formula(text: str) -> str:
    """`text` with an apostrophe before what a spreadsheet would run as a formula."""
    # Blanks before the sign do not stop every spreadsheet.
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text
