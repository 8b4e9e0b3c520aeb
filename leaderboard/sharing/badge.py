"""A badge: an SVG of one line that says where a model stands."""

from __future__ import annotations

from html import escape

# Widths of DejaVu Sans at 11 pixels would need the font; this is wide enough for any of them.
CHARACTER_WIDTH = 6.6
ROOM = 10
HEIGHT = 20
MAX_LABEL, MAX_VALUE = 40, 40

TEMPLATE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" \
aria-label="{label}: {value}"><title>{label}: {value}</title>\
<rect width="{width}" height="{height}" rx="3" fill="#005f7a"/>\
<path d="M3 0h{stem}v{height}H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#3a3f44"/>\
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">\
<text x="{label_at}" y="14" textLength="{label_length}">{label}</text>\
<text x="{value_at}" y="14" textLength="{value_length}">{value}</text></g></svg>
"""


def make_badge(label: str, value: str) -> str:
    """A badge with `label` on dark and `value` on the accent; too long texts are cut."""
    label, value = _cut(label, MAX_LABEL), _cut(value, MAX_VALUE)
    label_length, value_length = (round(len(t) * CHARACTER_WIDTH) for t in (label, value))
    left, right = label_length + 2 * ROOM, value_length + 2 * ROOM
    return TEMPLATE.format(
        width=left + right,
        height=HEIGHT,
        stem=left - 3,
        label=escape(label),
        value=escape(value),
        label_at=left / 2,
        label_length=label_length,
        value_at=left + right / 2,
        value_length=value_length,
    )


def _cut(text: str, limit: int) -> str:
    """`text` in one line of at most `limit` characters, without those that XML does not know."""
    plain = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"
