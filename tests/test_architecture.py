"""Rules of the tree that no other tool checks."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from leaderboard.models.ranking import Board
from leaderboard.scoring.boards import DEFAULT_BOARDS

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("leaderboard", "workers", "cli/spinebench", "demo", "content", "bench")
DRAWERS = {"utils", "helpers", "common", "misc"}
OURS = {"leaderboard", "workers", "spinebench", "demo", "content", "bench", "config"}


@cache
def read_files() -> dict[Path, ast.Module]:
    """Every file of the rooms, parsed."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    }


def _module(path: Path) -> str:
    """The dotted name of a file's module or package."""
    place = path.relative_to(ROOT / "cli" if "cli" in path.relative_to(ROOT).parts[:1] else ROOT)
    parts = place.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def find_faces() -> set[str]:
    """Packages whose __init__.py names what others may import."""
    return {
        _module(path)
        for path, tree in read_files().items()
        if path.name == "__init__.py"
        and any(isinstance(node, ast.ImportFrom) for node in tree.body)
    }


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_every_file_says_what_it_is_for() -> None:
    assert [path for path, tree in read_files().items() if not ast.get_docstring(tree)] == []


def test_no_file_is_a_drawer() -> None:
    assert [path for path in read_files() if path.stem in DRAWERS] == []


def test_a_package_is_imported_by_its_face() -> None:
    around = [
        f"{_module(path)} imports {name}"
        for path, tree in read_files().items()
        for name in _imports(tree)
        for face in find_faces()
        if name.startswith(f"{face}.") and not f"{_module(path)}.".startswith(f"{face}.")
    ]
    assert around == []


def test_no_function_imports_our_own_code() -> None:
    inside = [
        f"{path}: {function.name}"
        for path, tree in read_files().items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(name.split(".")[0] in OURS for name in _imports(function))
    ]
    assert inside == []


def _name_boards(node: ast.Dict | ast.List | ast.Set | ast.Tuple) -> set[str]:
    """The boards that a collection names, by their keys or as members."""
    parts = node.keys if isinstance(node, ast.Dict) else node.elts
    names = {str(part.value) for part in parts if isinstance(part, ast.Constant)}
    members = {
        part.attr.lower()
        for part in parts
        if isinstance(part, ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id == Board.__name__
    }
    return (names | members) & {board.value for board in DEFAULT_BOARDS}


def test_boards_are_listed_by_their_declaration_alone() -> None:
    listed = [
        f"{path}:{node.lineno}"
        for path, tree in read_files().items()
        if not str(path).endswith("leaderboard/scoring/boards.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict | ast.List | ast.Set | ast.Tuple)
        and len(found := _name_boards(node)) > 1
        and Board.OVERALL.value in found
    ]
    assert listed == []


WRITES = {"add", "add_all", "merge", "delete", "flush", "commit", "insert", "update"}


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """The calls below `tree`: a name as it stands, a method as `of.name`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name):
                yield called.id, node
            elif isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
                yield f"{called.value.id}.{called.attr}", node
            elif isinstance(called, ast.Attribute):
                yield f".{called.attr}", node


def test_what_finds_or_gets_writes_nothing() -> None:
    writing = WRITES | {f"session.{name}" for name in WRITES}
    found = [
        f"{path}: {function.name} calls {name}"
        for path, tree in read_files().items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and function.name.lstrip("_").startswith(("find_", "get_"))
        for name, _ in _calls(function)
        if name in writing
    ]
    assert found == []


def test_a_locked_row_lets_foreign_keys_point_at_it() -> None:
    plain = [
        f"{path}:{call.lineno}"
        for path, tree in read_files().items()
        for name, call in _calls(tree)
        if (
            name.endswith("with_for_update")
            and not any(word.arg in ("key_share", "read") for word in call.keywords)
        )
        or any(
            word.arg == "with_for_update" and not isinstance(word.value, ast.Dict)
            for word in call.keywords
        )
    ]
    assert plain == [], "FOR UPDATE deadlocks with inserts: say key_share=True, or read=True"
