"""Judges are set up by variables or by a file; keys never show."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from leaderboard.errors import InvalidRequest
from leaderboard.judges.settings import JudgeSettings, read_judge_settings

TOML = """
[[judges]]
name = "one"
base_url = "https://one.example/v1"
model = "model-one"
api_key_variable = "KEY_ONE"
family = ["GPT", "OpenAI"]
price_input = 0.5
price_output = 1.5
repeats = 3

[[judges]]
name = "two"
base_url = "http://127.0.0.1:9/v1"
model = "model-two"
temperature = "default"
structured = "off"
"""


def read(**values: Any) -> tuple[JudgeSettings, ...]:
    names = {"base_url": "", "model": "", "api_key": "", "file": ""} | values
    environ = names.pop("environ", {})
    return read_judge_settings(environ, **names)


def test_nothing_set_is_no_judge() -> None:
    assert read() == ()


def test_one_judge_needs_an_address_and_a_model() -> None:
    (judge,) = read(base_url="http://127.0.0.1:1/v1", model="gemma3:27b", api_key="sk-1")
    assert (judge.name, judge.model, judge.api_key) == ("gemma3:27b", "gemma3:27b", "sk-1")
    assert "sk-1" not in repr(judge)
    for half in ({"base_url": "http://x/v1"}, {"model": "m"}):
        with pytest.raises(InvalidRequest, match="belong together"):
            read(**half)


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_a_file_describes_a_panel(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"judges.{kind}"
    path.write_text(TOML if kind == "toml" else json.dumps(tomllib.loads(TOML)["judges"]))
    one, two = read(file=str(path), environ={"KEY_ONE": "sk-1"})
    assert (one.api_key, one.family, one.repeats) == ("sk-1", ("gpt", "openai"), 3)
    assert (one.price_input, one.price_output, one.temperature) == (0.5, 1.5, 0.0)
    assert (two.api_key, two.temperature, two.structured) == ("", None, "off")
    with pytest.raises(InvalidRequest, match="both set"):
        read(file=str(path), base_url="http://x", model="m")
    with pytest.raises(InvalidRequest) as caught:
        read(file=str(path))
    assert "KEY_ONE" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[judges]]\nname = ", "neither TOML"),
        (TOML.replace("repeats", "repeat"), "repeat"),
        (TOML.replace('"two"', '"one"'), "occurs twice"),
        (TOML.replace('"two"', '"panel"'), "reserved"),
        (TOML.replace("http://127", "ftp://127"), "base_url"),
    ],
)
def test_a_file_with_a_mistake_says_which(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "j.toml").write_text(text)
    with pytest.raises(InvalidRequest, match=words):
        read(file=str(tmp_path / "j.toml"), environ={"KEY_ONE": "k"})
    with pytest.raises(InvalidRequest, match="cannot be read"):
        read(file=str(tmp_path / "none.toml"))
