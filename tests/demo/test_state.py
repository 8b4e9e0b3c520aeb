"""What a demo keeps in its folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from demo.state import DemoRunsError, get_secrets, keep_secrets, lock_folder


def test_secrets_are_made_once(tmp_path: Path) -> None:
    assert get_secrets(tmp_path) == get_secrets(tmp_path)


def test_two_folders_have_different_secrets(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    one, other = get_secrets(tmp_path), get_secrets(tmp_path / "other")
    assert one.secret_key != other.secret_key
    assert one.password != other.password
    assert len(one.secret_key) >= 32


def test_secrets_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    keep_secrets(tmp_path, replace(get_secrets(tmp_path), token="sbk_token"))
    assert get_secrets(tmp_path).token == "sbk_token"
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


def test_one_demo_runs_in_a_folder_at_a_time(tmp_path: Path) -> None:
    with (
        lock_folder(tmp_path / "new"),
        pytest.raises(DemoRunsError, match="DEMO_DIR"),
        lock_folder(tmp_path / "new"),
    ):
        pass
    with lock_folder(tmp_path / "new"):
        pass
