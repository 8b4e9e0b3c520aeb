"""The guides and references of docs/, as pages."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Response, jsonify, render_template
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.anchors import anchors_plugin

from leaderboard.errors import NotFound
from leaderboard.packages.package import package_schema

blueprint = Blueprint("guides", __name__)
FOLDER = Path(__file__).resolve().parents[3] / "docs"
GUIDES = {
    "submitting": "Submit a model in five minutes",
    "reading": "Read the ranking in five minutes",
    "hosting": "Host a benchmark in five minutes",
    "deploying": "From an empty Debian to an https site",
    "prediction-files": "Prediction files",
    "tools": "Evaluate with lm_eval, inspect_ai or VLMEvalKit",
    "endpoints": "Model endpoints",
    "benchmark-package": "Benchmark packages",
    "method": "Method: scores, intervals, ranks",
    "commitments": "Commitments and reveals",
    "proofs": "Proofs: compute your scores again",
    "checklist-judge": "The checklist judge",
    "llm-judge": "LLM judges",
    "experts": "Expert ratings",
    "api": "API",
}
N_BEGINNINGS = 3
"""How many of the guides are beginnings, one for each kind of reader; the rest are references."""


class Heading(NamedTuple):
    """A second-level heading of a guide and the anchor that leads to it."""

    anchor: str
    text: str


class Guide(NamedTuple):
    """A guide as HTML without its title, which is apart, and what its contents list shows."""

    title: str
    html: Markup
    headings: list[Heading]


@blueprint.get("/docs")
def index() -> str:
    """All guides."""
    names = list(GUIDES)
    return render_template(
        "guides/index.html",
        guides=GUIDES,
        beginnings=names[:N_BEGINNINGS],
        references=names[N_BEGINNINGS:],
    )


@blueprint.get("/docs/benchmark-package.schema.json")
def schema() -> Response:
    """The JSON Schema of benchmark packages."""
    return jsonify(package_schema())


@blueprint.get("/docs/verify_reveal.py")
def verify_reveal() -> Response:
    """The script by which anybody checks a reveal, to download."""
    return Response((FOLDER / "verify_reveal.py").read_bytes(), mimetype="text/x-python")


@blueprint.get("/docs/api/try")
def browse_api() -> str:
    """Every address of the API, to look at and to try."""
    return render_template("guides/browse_api.html")


@blueprint.get("/docs/<name>")
def guide(name: str) -> str:
    """One guide."""
    if name not in GUIDES:
        raise NotFound(f"There is no guide {name!r}.", "See the list of guides.")
    return render_template("guides/guide.html", guide=render_guide(name), guides=GUIDES, name=name)


@lru_cache(maxsize=len(GUIDES))
def render_guide(name: str) -> Guide:
    """docs/<name>.md with an anchor at each heading, as code hosts make them too.

    Links to other guides lead to their pages.
    """
    return render_markdown((FOLDER / f"{name}.md").read_text(encoding="utf-8"), GUIDES[name])


def render_markdown(text: str, name: str) -> Guide:
    """A document, which is called `name` where it has no title; HTML in it is shown as text."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.use(anchors_plugin, max_level=6)
    tokens = markdown.parse(text)
    title = words = name
    headings = []
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            words = _plain(tokens[place + 1])
            if token.tag == "h1":
                title = words
            elif token.tag == "h2":
                headings.append(Heading(str(token.attrGet("id")), words))
        elif token.type == "inline":
            for link in (child for child in token.children or () if child.type == "link_open"):
                link.attrSet("href", _page_address(str(link.attrGet("href"))))
        elif token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "table_open":
            token.attrSet("aria-label", f"Table: {words}")
    body = tokens[3:] if tokens and tokens[0].tag == "h1" else tokens
    html = markdown.renderer.render(body, markdown.options, {})
    return Guide(title, Markup(_in_scroll_regions(html)), headings)


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def _page_address(target: str) -> str:
    """Where a link of a document leads on the site: `method.md#x` gives `/docs/method#x`."""
    path, mark, anchor = target.partition("#")
    if path.removesuffix(".md") in GUIDES:
        return f"/docs/{path.removesuffix('.md')}{mark}{anchor}"
    return f"/docs/{target}" if path.endswith((".schema.json", ".py")) else target


def _in_scroll_regions(html: str) -> str:
    """Wide tables scroll by themselves; they and code can be reached with the keyboard.

    They are groups, not regions: a guide has too many to list each as a landmark.
    """
    region = r'<div class="scroll" role="group"\1 tabindex="0"><table>'
    html = re.sub(r"<table( [^>]*)>", region, html).replace("</table>", "</table></div>")
    return html.replace("<pre>", '<pre tabindex="0" role="group" aria-label="Code">')
