"""The guides and references of docs/, as pages."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import Blueprint, render_template
from markdown_it import MarkdownIt
from markupsafe import Markup

from leaderboard.errors import NotFound

blueprint = Blueprint("guides", __name__)
FOLDER = Path(__file__).resolve().parent.parent.parent / "docs"
GUIDES = {
    "submitting": "Submit a model in five minutes",
    "reading": "Read the ranking in five minutes",
    "hosting": "Host a benchmark in five minutes",
    "prediction-files": "Prediction files",
    "benchmark-package": "Benchmark packages",
    "method": "Method: scores, intervals, ranks",
    "checklist-judge": "The checklist judge",
    "api": "API",
}


@blueprint.get("/docs")
def index() -> str:
    """All guides."""
    return render_template("guides/index.html", guides=GUIDES)


@blueprint.get("/docs/<name>")
def guide(name: str) -> str:
    """One guide."""
    if name not in GUIDES:
        raise NotFound(f"There is no guide {name!r}.", "See the list of guides.")
    return render_template(
        "guides/guide.html", title=GUIDES[name], text=render_guide(name), guides=GUIDES, name=name
    )


@lru_cache(maxsize=len(GUIDES))
def render_guide(name: str) -> Markup:
    """The HTML of docs/<name>.md; links to other guides lead to their pages."""
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    for other in GUIDES:
        text = text.replace(f"]({other}.md", f"](/docs/{other}")
    return Markup(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
