"""Folders for other tools: they ask what a run of an endpoint asks, with the same pictures."""

from __future__ import annotations

import ast
import base64
import csv
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
import yaml

from leaderboard.db import Sessions
from leaderboard.endpoints.registry.settings import TrackTokens
from leaderboard.models.benchmark import Item
from leaderboard.packages.catalogue import get_benchmark, get_split, read_items
from leaderboard.packages.prompts import make_prompt
from leaderboard.packages.questions import write_questions
from spinebench.tools import MAX_TOKENS, WRITERS
from tests.cli.answers import MINI_IN_FULL
from tests.cli.api_server import Answer, ApiServer
from tests.cli.conftest import Spinebench
from tests.factories import load_items
from tests.package_files import make_case, make_manifest, make_mcq

pytestmark = pytest.mark.one_database
CANARY = "tiny 0f0f0f0f-0000-4000-8000-000000000000"
SPLIT = "dev"
"""Its answers are public, and yet no tool is given them."""


class Asked(msgspec.Struct, frozen=True):
    """What the server asks a model for an item: its prompt and the pictures' bytes."""

    track: str
    prompt: str
    pictures: tuple[bytes, ...]


@pytest.fixture
def asked(sessions: Sessions, server: ApiServer) -> Mapping[str, Asked]:
    """By item id what the server asks; the scripted server sends these questions."""
    pictures = [{"path": f"images/{name}.png", "alt": "MRI"} for name in ("a", "b", "c")]
    items = [
        make_mcq(1, SPLIT, question='Which\tone?\n"This" or {that} of $5, ünique?'),
        make_mcq(2, SPLIT, image=True),
        make_mcq(3, SPLIT, image=True, images=pictures, question="Both?"),
        make_case(4, SPLIT, images=[{"path": "images/d.png", "alt": "CT"}]),
        make_mcq(5),
    ]
    with sessions.write() as session:
        load_items(session, items, make_manifest(canary=CANARY))
    with sessions.read() as session:
        benchmark = get_benchmark(session, "tiny")
        split = get_split(benchmark, SPLIT)
        with write_questions(session, split) as zipped:
            package = zipped.read()
        found = {
            item.key: Asked(
                item.track.value, make_prompt(benchmark.manifest, item), read_pictures(item)
            )
            for item in read_items(session, split)
        }
    server.on("GET", "/benchmarks/tiny", {**MINI_IN_FULL, "version": "1.0.0"})
    server.on("GET", f"/benchmarks/tiny/splits/{SPLIT}/package", Answer(body=package))
    return found


def read_pictures(item: Item) -> tuple[bytes, ...]:
    return tuple(shown.image.content for shown in item.images)


def download(spinebench: Spinebench, where: Path, tool: str) -> Path:
    outcome = spinebench("download", "tiny", "-s", SPLIT, "-o", str(where), "--for", tool)
    assert outcome.code == 0, outcome.err
    assert [path.name for path in where.iterdir() if path.name != "config"] == [
        f"tiny-{SPLIT}-{tool}"
    ]
    folder = where / f"tiny-{SPLIT}-{tool}"
    for path in folder.rglob("*"):
        assert path.is_dir() or b"secret" not in path.read_bytes(), "an answer is in the folder"
    return folder


def read_asked(folder: Path) -> dict[str, Asked]:
    """items.jsonl of a folder with the bytes of the pictures that it names."""
    lines = (folder / "items.jsonl").read_text(encoding="utf-8").splitlines()
    return {
        line["id"]: Asked(
            line["track"],
            line["prompt"],
            tuple((folder / path).read_bytes() for path in line["images"]),
        )
        for line in map(json.loads, lines)
    }


class TaskLoader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads lm_eval's own mark of a function as text."""


TaskLoader.add_constructor("!function", lambda loader, node: f"!function {node.value}")


def test_a_model_may_write_as_much_as_the_server_allows_an_endpoint() -> None:
    assert msgspec.structs.asdict(TrackTokens()) == MAX_TOKENS


def test_lm_eval_is_given_a_task_for_each_track(
    asked: Mapping[str, Asked], spinebench: Spinebench, tmp_path: Path
) -> None:
    folder = download(spinebench, tmp_path, "lm_eval")
    assert read_asked(folder) == dict(asked)
    module = ast.parse((folder / "tracks.py").read_text(encoding="utf-8"))
    functions = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
    for track, limit in MAX_TOKENS.items():
        text = (folder / f"tiny_dev_{track}.yaml").read_text(encoding="utf-8")
        task = yaml.load(text, TaskLoader)
        assert task["task"] == f"tiny_dev_{track}"
        assert task["custom_dataset"] == f"!function tracks.load_{track}"
        assert f"load_{track}" in functions
        assert task["doc_to_text"] == "prompt"
        assert task["generation_kwargs"] == {
            # Without this lm_eval would stop a model at its first empty line.
            "until": [],
            "do_sample": False,
            "temperature": 0,
            "max_gen_toks": limit,
        }
        assert ("doc_to_image" in task) == (track != "text")
        assert task["metadata"] == {"version": "1.0.0"}
    assert "open_images" in functions
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert "max_images=3 \\\n" in readme
    assert "--tasks tiny_dev_text \\\n" in readme
    assert "--tasks tiny_dev_image,tiny_dev_report \\\n" in readme


def test_inspect_is_given_a_file_with_a_task_for_each_track(
    asked: Mapping[str, Asked], spinebench: Spinebench, tmp_path: Path
) -> None:
    folder = download(spinebench, tmp_path, "inspect")
    assert read_asked(folder) == dict(asked)
    module = ast.parse((folder / "tiny_dev.py").read_text(encoding="utf-8"))
    tasks = {
        node.name: ast.unparse(node.body[-1])
        for node in module.body
        if isinstance(node, ast.FunctionDef) and node.decorator_list
    }
    assert tasks == {
        f"tiny_dev_{track}": f"return make_task('{track}', {limit})"
        for track, limit in MAX_TOKENS.items()
    }
    assert "openai-api/local/NAME" in (folder / "README.txt").read_text(encoding="utf-8")


def test_vlmevalkit_is_given_tables_with_the_pictures_inside(
    asked: Mapping[str, Asked], spinebench: Spinebench, tmp_path: Path
) -> None:
    folder = download(spinebench, tmp_path, "vlmevalkit")
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert set(settings["data"]) == {path.stem for path in folder.glob("*.tsv")}
    assert settings["model"]["NAME"]["max_tokens"] == 4_096
    found = {}
    for track in MAX_TOKENS:
        with (folder / f"tiny_dev_{track}.tsv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        assert [int(row["index"]) for row in rows] == list(range(len(rows)))
        for row in rows:
            cell = row["image_path"] if track == "text" else row["image"]
            texts = json.loads(cell) if cell.startswith("[") else [cell]
            pictures = tuple(base64.b64decode(text, validate=True) for text in texts)
            found[row["id"]] = Asked(track, row["question"], pictures)
    assert found == dict(asked)


@pytest.mark.parametrize("tool", list(WRITERS))
def test_a_server_that_sends_no_prompts_is_named_and_nothing_is_left_behind(
    tool: str, server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("items.jsonl", '{"id": "a", "track": "text", "images": []}\n')
    server.on("GET", "/benchmarks/tiny", MINI_IN_FULL)
    server.on("GET", "/benchmarks/tiny/splits/test/package", Answer(body=package.getvalue()))
    where = tmp_path / "here"
    outcome = spinebench("download", "tiny", "-o", str(where), "--for", tool)
    assert outcome.code == 1
    assert "does not send the prompts" in outcome.err
    assert list(where.iterdir()) == []
