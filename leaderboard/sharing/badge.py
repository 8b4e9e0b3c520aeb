"""A badge: an SVG of one line that says where a model stands."""

from __future__ import annotations

from leaderboard.sharing.templates import TEMPLATES, make_printable

# Widths of DejaVu Sans at 11 pixels would need the font; this is wide enough for any of them.
CHARACTER_WIDTH = 6.6
ROOM = 10
HEIGHT = 20
MAX_LABEL, MAX_VALUE = 40, 40


def make_badge(label: str, value: str) -> str:
    """A badge with `label` on dark and `value` on the accent; too long texts are cut."""
    label, value = _cut(label, MAX_LABEL), _cut(value, MAX_VALUE)
    label_length, value_length = (round(len(t) * CHARACTER_WIDTH) for t in (label, value))
    return TEMPLATES.get_template("badge.svg").render(
        label=label,
        value=value,
        label_length=label_length,
        value_length=value_length,
        left=label_length + 2 * ROOM,
        right=value_length + 2 * ROOM,
        height=HEIGHT,
    )


def _cut(text: str, limit: int) -> str:
    """`text` in one line of at most `limit` characters, without those that XML does not know."""
    plain = make_printable(" ".join(text.split()))
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"
