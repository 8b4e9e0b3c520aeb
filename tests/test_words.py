"""Pages, messages and documents keep clear of words that no native speaker would put there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ("leaderboard", "workers", "demo", "cli/spinebench")
PRIVATE = ("leaderboard/scoring/", "leaderboard/judges/")
"""Not for readers: patterns for what models write, and the prompts of judges, whose words are
part of their versions."""

BANNED = {
    r"(?<!there )\b(?:is|are) no (?!longer\b)[a-z]": "is not a",
    r"\btake (?:this|the) table|\btables? to take\b|\btake away\b": "download",
    r"\bof the while\b": "for this period",
    r"\bno more[.;,]": "no longer",
    r"\bany more\b": "no longer",
    r"\bmay one\b": "can",
    r"\bneeds a hand\b": "needs attention",
    r"\bgive ratings out\b|\btake ratings in\b": "export, import",
    r"\bmend(?:s|ed|ing)?\b": "fix",
    r"\bthe role \w+ away\b": "remove the role",
    r"\bmakes? no winner\b": "cannot decide a rank",
    r"\bnothing tells\b": "cannot be told apart",
    r"\bin capitals alone\b": "only in upper and lower case",
    r"\bhears? of\b": "is notified of",
    r"\bnought\b": "0",
    r"\bby itself\b": "automatically",
    r"\bstands? (?:twice|above every|in the ranking)\b": "occurs, is",
    r"\bfor so long\b|\bso many (?:submissions|attempts|billions)\b": "this many",
    r"\bas its team states\b": "as stated by its team",
    r"\bshall\b": "should",
}
"""Constructions that were once on pages, and what to write instead."""


def list_files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def read_strings(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a module that have words and are no docstrings, with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in silent:
            continue
        if isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a page or a document without what is code in it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        text = re.sub(r"```.*?```", lambda code: "\n" * code[0].count("\n"), text, flags=re.DOTALL)
        text = re.sub(r"`[^`\n]*`", "`", text)
    else:
        text = re.sub(r"\{#.*?#\}", lambda note: "\n" * note[0].count("\n"), text, flags=re.DOTALL)
    yield from enumerate(text.splitlines(), 1)


def find_banned(words: str) -> Iterator[str]:
    for pattern, instead in BANNED.items():
        for found in re.finditer(pattern, words, flags=re.IGNORECASE):
            yield f"{found[0]!r}: write {instead!r}"


def check(path: Path, lines: Iterator[tuple[int, str]]) -> None:
    name = str(path.relative_to(ROOT))
    found = [f"{name}:{line}: {banned}" for line, words in lines for banned in find_banned(words)]
    assert not found, "\n".join(found)


def test_no_message_of_the_code_has_banned_words() -> None:
    for path in [ROOT / "config.py", *list_files(*(f"{folder}/**/*.py" for folder in CODE))]:
        if not str(path.relative_to(ROOT)).startswith(PRIVATE):
            check(path, read_strings(path))


def test_no_page_or_document_has_banned_words() -> None:
    for path in list_files("templates/**/*.html", "docs/*.md", "*.md", "cli/README.md"):
        check(path, read_lines(path))


@pytest.mark.parametrize(
    ("words", "is_banned"),
    [
        ("'x' is no number.", True),
        ("There is no model 'x'.", False),
        ("The account is no longer banned.", False),
        ("Mend every problem listed.", True),
        ("I recommend this.", False),
    ],
)
def test_the_list_finds_what_it_is_for(words: str, *, is_banned: bool) -> None:
    assert bool(list(find_banned(words))) == is_banned
