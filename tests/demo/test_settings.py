"""What the demo reads from the environment and hands on."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from config import ConfigError
from demo.settings import Settings, make_environ


def test_everything_stays_in_the_demo_folder_unless_told_otherwise(tmp_path: Path) -> None:
    settings = Settings.from_env({"DEMO_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/demo.sqlite3"
    assert settings.redis_url is None
    assert settings.port is None
    assert not settings.exits


def test_the_environment_replaces_database_redis_and_port() -> None:
    settings = Settings.from_env(
        {
            "DATABASE_URL": "postgresql://host/name",
            "REDIS_URL": "redis://host",
            "PORT": "8010",
            "DEMO_EXIT": "1",
        }
    )
    assert settings.database_url == "postgresql://host/name"
    assert settings.redis_url == "redis://host"
    assert settings.port == 8010
    assert settings.exits


@pytest.mark.parametrize("name", ["with space", "100 %41", "a#b", "日本"])
def test_a_folder_of_any_name_holds_the_database(tmp_path: Path, name: str) -> None:
    settings = Settings.from_env({"DEMO_DIR": str(tmp_path / name)})
    assert sa.make_url(settings.database_url).database == str(tmp_path / name / "demo.sqlite3")


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "\N{FULLWIDTH DIGIT EIGHT}"])
def test_an_impossible_port_is_refused_by_name(port: str) -> None:
    with pytest.raises(ConfigError, match="PORT"):
        Settings.from_env({"PORT": port})


def test_a_misspelt_demo_exit_is_refused() -> None:
    with pytest.raises(ConfigError, match="DEMO_EXIT"):
        Settings.from_env({"DEMO_EXIT": "maybe"})


def test_children_are_not_steered_by_what_the_shell_set_for_other_programs() -> None:
    environ = make_environ({"FLASK_DEBUG": "1", "GUNICORN_CMD_ARGS": "--reload", "LANG": "C"})
    assert "FLASK_DEBUG" not in environ
    assert "GUNICORN_CMD_ARGS" not in environ
    assert environ["LANG"] == "C"


def test_a_language_model_of_the_shell_judges_the_demos_reports() -> None:
    judge = {"JUDGE_BASE_URL": "http://127.0.0.1:1/v1", "JUDGE_MODEL": "m", "JUDGE_API_KEY": "k"}
    assert make_environ(judge).items() >= judge.items()


def test_requests_to_this_machine_never_go_through_a_proxy() -> None:
    environ = make_environ({"NO_PROXY": "example.org", "HTTPS_PROXY": "http://proxy"})
    assert environ["NO_PROXY"] == "example.org,127.0.0.1,localhost"
    assert environ["no_proxy"] == "127.0.0.1,localhost"
