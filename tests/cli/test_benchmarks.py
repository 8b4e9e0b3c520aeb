"""Benchmarks, their downloads and their rankings."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest

from tests.cli.answers import MINI, MINI_IN_FULL, RANKING
from tests.cli.api_server import Answer, ApiServer
from tests.cli.conftest import Spinebench

PACKAGE = "/benchmarks/spinebench-mini/splits/dev/package"
FILES = {"items.jsonl": b'{"id": "a"}\n', "images/x.png": b"\x89PNG" * 5_000, "README.txt": b"Hi."}


def make_zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_benchmarks_lists_what_there_is(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/benchmarks", {"benchmarks": [MINI]})
    outcome = spinebench("benchmarks", SPINEBENCH_TOKEN="")
    assert outcome.code == 0
    assert outcome.out.splitlines()[-1].split() == [
        *("spinebench-mini", "SpineBench-Mini", "1.0.0", "CC-BY-4.0"),
        *("dev", "46,", "test", "98"),
    ]


def test_one_benchmark_is_described_with_its_notice(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/benchmarks/spinebench-mini", MINI_IN_FULL)
    outcome = spinebench("benchmarks", "spinebench-mini")
    assert "not clinically validated" in outcome.out
    assert "Lumbar disc herniation" in outcome.out
    assert outcome.out.splitlines()[-1].split() == ["test", "hidden", "56", "28", "14"]
    assert spinebench("benchmarks", "spinebench-mini", "--json").json == MINI_IN_FULL


def test_download_writes_the_zip_as_it_came(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    package = make_zip(FILES)
    server.on("GET", PACKAGE, Answer(body=package))
    where = tmp_path / "new" / "folder"
    outcome = spinebench("download", "spinebench-mini", "--split", "dev", "-o", str(where))
    assert outcome.code == 0
    assert (where / "spinebench-mini-dev.zip").read_bytes() == package
    assert names_in(where) == ["spinebench-mini-dev.zip"]


def test_download_can_unpack(server: ApiServer, spinebench: Spinebench, tmp_path: Path) -> None:
    server.on("GET", PACKAGE, Answer(body=make_zip(FILES)))
    arguments = ("download", "spinebench-mini", "-s", "dev", "-o", str(tmp_path), "--unzip")
    outcome = spinebench(*arguments, "--json")
    folder = tmp_path / "spinebench-mini-dev"
    assert outcome.json["path"] == str(folder)
    unpacked = {name: (folder / name).read_bytes() for name in FILES}
    assert unpacked == FILES
    assert names_in(tmp_path) == ["spinebench-mini-dev"]


@pytest.mark.parametrize("unzip", [[], ["--unzip"]])
def test_download_replaces_only_when_forced(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path, unzip: list[str]
) -> None:
    server.on("GET", PACKAGE, Answer(body=make_zip({"items.jsonl": b"old"})))
    arguments = ("download", "spinebench-mini", "-s", "dev", "-o", str(tmp_path), *unzip)
    assert spinebench(*arguments).code == 0
    server.on("GET", PACKAGE, Answer(body=make_zip({"items.jsonl": b"new"})))
    refused = spinebench(*arguments)
    assert refused.code == 2
    assert "--force" in refused.err
    assert len(server.asked("GET", PACKAGE)) == 1
    assert spinebench(*arguments, "--force").code == 0
    (target,) = tmp_path.iterdir()
    content = (
        (target / "items.jsonl").read_bytes()
        if unzip
        else zipfile.ZipFile(target).read("items.jsonl")
    )
    assert content == b"new"


def test_forced_unpacking_leaves_other_files_alone(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    folder = tmp_path / "spinebench-mini-dev"
    folder.mkdir()
    (folder / "predictions.jsonl").write_text("my work", encoding="utf-8")
    server.on("GET", PACKAGE, Answer(body=make_zip(FILES)))
    arguments = ("download", "spinebench-mini", "-s", "dev", "-o", str(tmp_path))
    assert spinebench(*arguments, "--unzip", "--force").code == 0
    assert (folder / "predictions.jsonl").read_text(encoding="utf-8") == "my work"
    assert names_in(folder) == ["README.txt", "images", "items.jsonl", "predictions.jsonl"]


def test_a_download_cut_short_begins_again(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    package = make_zip(FILES)
    server.on("GET", PACKAGE, Answer(body=package[:9_000], missing=100), Answer(body=package))
    outcome = spinebench("download", "spinebench-mini", "-s", "dev", "-o", str(tmp_path))
    assert outcome.code == 0
    assert (tmp_path / "spinebench-mini-dev.zip").read_bytes() == package


def test_a_download_that_fails_leaves_nothing_behind(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    server.on("GET", PACKAGE, Answer(body=make_zip(FILES)[:9_000], missing=100))
    where = tmp_path / "here"
    outcome = spinebench("download", "spinebench-mini", "-s", "dev", "-o", str(where))
    assert outcome.code == 7
    assert names_in(where) == []


def test_a_page_instead_of_a_zip_is_not_kept(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    server.on("GET", PACKAGE, Answer(body=b"<html>Sign in</html>"))
    where = tmp_path / "here"
    outcome = spinebench("download", "spinebench-mini", "-s", "dev", "-o", str(where))
    assert outcome.code == 1
    assert "not a zip" in outcome.err
    assert names_in(where) == []


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "a/../../out.txt", "C:\\out.txt"])
def test_a_package_cannot_write_outside_its_folder(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path, name: str
) -> None:
    server.on("GET", PACKAGE, Answer(body=make_zip({"items.jsonl": b"{}", name: b"evil"})))
    where = tmp_path / "here"
    outcome = spinebench("download", "spinebench-mini", "-s", "dev", "-o", str(where), "--unzip")
    assert outcome.code == 1
    assert "unsafe path" in outcome.err
    assert names_in(where) == []
    assert names_in(tmp_path) == ["here"]


def test_a_package_cannot_bring_links(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("images")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc")
    server.on("GET", PACKAGE, Answer(body=buffer.getvalue()))
    outcome = spinebench("download", "spinebench-mini", "-s", "dev", "-o", str(tmp_path), "--unzip")
    assert outcome.code == 1
    assert names_in(tmp_path) == []


def test_an_unknown_split_is_status_8(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    outcome = spinebench("download", "spinebench-mini", "-s", "gold", "-o", str(tmp_path))
    assert outcome.code == 8


def test_the_ranking_shows_rank_ranges_scores_and_coverage(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/rankings/spinebench-mini/test", RANKING)
    outcome = spinebench("rankings", "spinebench-mini", SPINEBENCH_TOKEN="")
    assert outcome.code == 0
    rows = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert rows[0] == "spinebench-mini 1.0.0, split test, ranked 2026-11-24 03:15 UTC"
    assert rows[1] == (
        "rank model organisation overall 95 % interval text image report MCQ total "
        "coverage refused unparsed attempts"
    )
    assert "1-2 My-VLM Lab North 51.8 [46.8, 56.8] 52.0 48.3 61.0 50.5 100 % 0 4 2" in rows
    assert "3 TextOnly Lab North - 52.0 - - - 57 % 0 4 2" in rows
    assert "-: not ranked there" in outcome.out
    assert spinebench("rankings", "spinebench-mini", "--json").json == RANKING


def test_the_ranking_shows_the_board_of_reliability_where_that_is_asked_for(
    server: ApiServer, spinebench: Spinebench
) -> None:
    score = {"value": 72.4, "low": 68.0, "high": 76.5, "n": 40}
    entries = [{**entry, "reliability": score} for entry in RANKING["entries"]]
    answer = {**RANKING, "board": "reliability", "entries": entries}
    server.on("GET", "/rankings/mini/test", answer)
    outcome = spinebench("rankings", "mini", "--board", "reliability")
    assert server.requests[-1].path.endswith("?board=reliability")
    assert "reliability text image" in " ".join(outcome.out.split())
    assert "72.4" in outcome.out


def test_the_ranking_shows_report_scores_with_style_controlled_where_that_is_asked(
    server: ApiServer, spinebench: Spinebench
) -> None:
    moved = {"value": 58.0, "low": 41.5, "high": 74.5, "shift": -2.0}
    entries = [
        {**entry, "report_controlled": found}
        for entry, found in zip(RANKING["entries"], (moved, None), strict=False)
    ]
    server.on("GET", "/rankings/mini/test", {**RANKING, "entries": entries})
    outcome = spinebench("rankings", "mini", "--style-controlled")
    assert server.requests[-1].path.endswith("?board=report&style=controlled")
    assert "report, style controlled" in " ".join(outcome.out.split())
    assert "58.0 [41.5, 74.5]" in outcome.out
    assert "it has no rank" in " ".join(outcome.out.split())


def test_an_empty_ranking_is_said_in_words(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/rankings/m/dev", {**RANKING, "entries": [], "ranked_at": None})
    outcome = spinebench("rankings", "m", "-s", "dev")
    assert (outcome.code, outcome.out) == (0, "No model is ranked on m dev yet.\n")


FORMATS = {
    "formats": [
        {
            "key": "model-index",
            "about": "model",
            "title": "Hugging Face model-index",
            "use": "For a README.",
            "media_type": "text/markdown",
            "ending": "md",
            "needs_dataset": True,
        }
    ]
}


def test_export_lists_the_formats_and_writes_one(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    server.on("GET", "/exports", FORMATS)
    assert "For a README." in spinebench("export").out
    path = "/benchmarks/tiny/models/m/exports/model-index"
    server.on("GET", path, Answer(body=b"---"))
    where = tmp_path / "index.md"
    chosen = ("export", "-f", "model-index", "-b", "tiny", "-o", str(where))
    outcome = spinebench(*chosen, "-m", "m", "--dataset", "lab/tiny")
    assert (outcome.code, where.read_bytes()) == (0, b"---")
    assert server.asked("GET", path)[0].path.endswith("?dataset=lab%2Ftiny")
    wrong = spinebench(*chosen)
    assert wrong.code == 2
    assert "Add --model" in wrong.err
