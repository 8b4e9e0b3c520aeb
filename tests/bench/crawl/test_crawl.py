"""`python -m bench crawl`, over real HTTP."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.crawl.command import main
from bench.crawl.site import SiteError, start_demo
from bench.crawl.walk import Visitor, walk
from tests.bench.crawl.scripted_site import FIRST, PASSWORD, SECOND, TOKEN, Run, serve

ROOT = Path(__file__).resolve().parent.parent.parent.parent
DEMO = f"""
import json, os, pathlib, signal
from tests.bench.crawl.scripted_site import FIRST, serve

def stop(number, frame):
    raise KeyboardInterrupt

signal.signal(signal.SIGINT, stop)
folder = pathlib.Path(os.environ["DEMO_DIR"])
secrets = {{"password": {PASSWORD!r}, "token": {TOKEN!r}}}
(folder / "secrets.json").write_text(json.dumps(secrets))
try:
    with serve(FIRST) as url:
        print("Everything runs:", url)
        print("Page    ", url)
        print("Stop     Ctrl-C", flush=True)
        signal.pause()
except KeyboardInterrupt:
    (pathlib.Path(__file__).parent / "stopped").touch()
"""


def crawl(run: Run, folder: Path) -> Path:
    with serve(run) as url:
        assert main([str(folder), "--url", url]) == 0
    return folder


def read_all(folder: Path) -> dict[str, str]:
    """Every file of a crawl by its first line."""
    texts = [path.read_text() for path in folder.rglob("*.txt")]
    return {text.partition("\n")[0]: text for text in texts}


def make_tree(folder: Path, demo: str) -> Path:
    """A tree whose demo is the script `demo`."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    python = folder / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}:$PWD" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (folder / "demo.py").write_text(demo)
    return folder


def test_two_runs_of_the_same_code_differ_in_no_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = crawl(FIRST, tmp_path / "a"), crawl(SECOND, tmp_path / "b")
    assert main(["--compare", *map(str, folders)]) == 0
    assert "No address differs." in capsys.readouterr().out


def test_a_changed_number_is_shown_for_every_address_that_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = crawl(FIRST, tmp_path / "a"), crawl(SECOND._replace(score=21.6), tmp_path / "b")
    capsys.readouterr()
    assert main(["--compare", *map(str, folders)]) == 1
    shown = capsys.readouterr().out
    assert "== visitor /models/model-a?v=<hash>" in shown
    assert "-Submission <submission of model-a> scored 21.5; see http://127.0.0.1:<port>/" in shown
    assert "+Submission <submission of model-a> scored 21.6; see http://127.0.0.1:<port>/" in shown
    assert "== visitor /ranking.parquet" in shown
    assert "Addresses that differ: 3; ways in which they do: 3." in shown


def test_one_change_at_many_addresses_is_shown_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, word in (("a", "old"), ("b", "new")):
        (tmp_path / folder).mkdir()
        for number in range(20):
            text = f"/{number}\n200\n\nframe of page {number}\n{word} word"
            (tmp_path / folder / f"{number:02}.txt").write_text(text)
    assert main(["--compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 1
    shown = capsys.readouterr().out
    assert shown.count("-old word\n+new word") == 1
    assert "-- the same at 19 more:" in shown
    assert "   and 9 others" in shown
    assert "Addresses that differ: 20; ways in which they do: 1." in shown


def test_pages_figures_tables_and_every_address_of_the_api_are_crawled(tmp_path: Path) -> None:
    found = read_all(crawl(FIRST, tmp_path / "a"))
    assert {
        "/",
        "/models/model-a?v=<hash>",
        "/f?sort=a",
        "/ranking.parquet",
        "/api/v1/rankings/tiny/test",
        "/api/v1/rankings/tiny/test?board=image",
        "/there/is/no/such/page",
    } <= set(found)
    assert "/?sort=a&board=b" not in found, "addresses with two choices multiply without end"
    assert found["/admin"].splitlines()[1:4] == ["302", "Location: /sign-in", ""]
    assert '"score": 21.5' in found["/ranking.parquet"]
    assert "model string" in found["/ranking.parquet"]


def test_a_demo_is_crawled_as_visitor_and_as_host_and_then_stopped(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", DEMO)
    with start_demo(tree) as site:
        assert site.host is not None
        answers = list(walk(Visitor(site, site.host), max_choices=0))
    found = {answer.address: answer for answer in answers}
    assert found[f"/submissions/{FIRST.key}"].body.startswith(f"{FIRST.key} of host".encode())
    assert found[f"/api/v1/submissions/{FIRST.key}"].status == 200
    assert "/f?sort=a" not in found
    assert (tree / "stopped").exists()


def test_a_demo_that_ends_early_is_reported_with_its_last_lines(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", "print('Redis did not start.')")
    with pytest.raises(SiteError, match=r"Redis did not start\."), start_demo(tree):
        raise AssertionError


def test_a_wrong_password_is_said(tmp_path: Path) -> None:
    tree = make_tree(tmp_path / "tree", DEMO)
    with start_demo(tree) as site:
        assert site.host is not None
        with pytest.raises(SiteError, match="cannot sign in"):
            Visitor(site, site.host._replace(password="another one"))


def test_a_folder_that_exists_is_not_written_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path), "--url", "http://127.0.0.1:9"]) == 2
    assert f"{tmp_path} exists. Name a new folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_site_that_is_down_leaves_no_half_crawl(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "a"), "--url", "http://127.0.0.1:9"]) == 2
    assert "Is the site still up?" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


def test_comparing_with_a_folder_that_is_not_there_says_how_to_make_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--compare", str(tmp_path), str(tmp_path / "b")]) == 2
    assert "make one with `python -m bench crawl" in capsys.readouterr().out
