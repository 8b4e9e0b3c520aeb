"""A reader is set up by a file; there is none without it, and keys never show."""

import json
import tomllib
from pathlib import Path

import pytest

from leaderboard.errors import InvalidRequest
from leaderboard.readers.reader import Reader
from leaderboard.readers.settings import read_reader_settings

TOML = """
[reader]
name = "qwen"
base_url = "http://127.0.0.1:8080/v1"
model = "qwen3-32b"
api_key_variable = "READER_KEY"
timeout_seconds = 30
concurrency = 4
"""
KEY = {"READER_KEY": "sk-1"}


def test_nothing_set_is_no_reader() -> None:
    assert read_reader_settings({}, "") is None


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_a_file_describes_the_reader(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"reader.{kind}"
    path.write_text(TOML if kind == "toml" else json.dumps(tomllib.loads(TOML)))
    found = read_reader_settings(KEY, str(path))
    assert found is not None
    assert (found.name, found.model, found.api_key) == ("qwen", "qwen3-32b", "sk-1")
    assert (found.timeout_seconds, found.concurrency, found.temperature) == (30, 4, 0)
    assert "sk-1" not in repr(found)
    with pytest.raises(InvalidRequest, match="READER_FILE: the key of qwen is not set") as caught:
        read_reader_settings({}, str(path))
    assert "READER_KEY" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[reader]\nname = ", "READER_FILE is neither TOML"),
        (TOML.replace("concurrency", "concurency"), "READER_FILE: .*concurency"),
        (TOML.replace("http://", "ftp://"), "READER_FILE: .*base_url"),
        (TOML.replace("reader", "judge"), "READER_FILE: .*"),
    ],
)
def test_a_file_with_a_mistake_says_which(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(InvalidRequest, match=words):
        read_reader_settings(KEY, str(tmp_path / "r.toml"))
    with pytest.raises(InvalidRequest, match="READER_FILE cannot be read"):
        read_reader_settings(KEY, str(tmp_path / "none.toml"))


def test_a_readers_version_follows_from_what_bears_on_a_reading_and_not_from_its_address(
    tmp_path: Path,
) -> None:
    def version(text: str) -> str:
        (tmp_path / "r.toml").write_text(text)
        found = read_reader_settings(KEY, str(tmp_path / "r.toml"))
        assert found is not None
        return Reader(found).version

    assert version(TOML) == version(TOML.replace("8080", "9090"))
    assert version(TOML) != version(TOML.replace("qwen3-32b", "qwen3-8b"))
