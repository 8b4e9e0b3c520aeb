"""Rules of the tree that no other tool checks."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("leaderboard", "workers", "cli/spinebench", "demo", "benchmarks", "bench")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
MAX_LINES = 300


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_says_what_it_is_for_and_stays_readable(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "a module begins with a docstring"
    assert len(source.splitlines()) <= MAX_LINES, "split it on nouns"
    assert path.stem not in {"utils", "helpers", "common"}


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.name == "__init__.py"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_package_file_holds_a_docstring_and_nothing_else(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    allowed = path == ROOT / "cli/spinebench/__init__.py"
    assert len(body) == 1 or (allowed and isinstance(body[1], ast.Assign)), "no code, no imports"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_imports_our_own_code(path: Path) -> None:
    ours = {"leaderboard", "workers", "spinebench", "demo", "benchmarks", "config"}
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                names = []
                if isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                elif isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                assert not any(name.split(".")[0] in ours for name in names), function.name
