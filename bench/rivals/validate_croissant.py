"""Croissant descriptions checked, and their records loaded, with mlcroissant.

`python validate_croissant.py FILE ID=ZIP ...` in .venv-rivals-exports: the zips stand for the files
to download, by their ids. Writes a JSON object like validate_hub.py.
"""

from __future__ import annotations

import json
import logging
import sys
from importlib.metadata import version

import mlcroissant


class _Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def main(description: str, files: list[str]) -> None:
    """Check it, and load every record of every set."""
    kept = _Kept()
    logging.getLogger().addHandler(kept)
    logging.getLogger("absl").addHandler(kept)
    errors, warned, notes = [], [], []
    try:
        mapping = dict(one.split("=", 1) for one in files)
        dataset = mlcroissant.Dataset(description, mapping=mapping)
        warned = list(dataset.metadata.issues.warnings)
        errors = list(dataset.metadata.issues.errors)
        for records in dataset.metadata.record_sets:
            n = sum(1 for _ in dataset.records(records.uuid))
            notes.append(f"{n} records of {records.uuid}")
            if n == 0:
                errors.append(f"{records.uuid} has no records")
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")
    warned = list(dict.fromkeys([*warned, *kept.said]))
    found = {"version": version("mlcroissant"), "errors": errors, "warnings": warned}
    print(json.dumps({**found, "notes": notes}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
