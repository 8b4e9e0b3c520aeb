"""A model's report as HTML that can do nothing: no links, no images, no markup of its own."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markupsafe import Markup

LOWEST_HEADING = "h3"
_markdown = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .disable(["image", "link", "autolink", "html_inline", "html_block", "reference"])
)


def render_report(text: str) -> Markup:
    """Markdown as HTML; its headings are all of the third level, below those of the page."""
    tokens = _markdown.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = LOWEST_HEADING
    return Markup(_markdown.renderer.render(tokens, _markdown.options, {}))
