"""Records of Every Eval Ever against its schemas: `python validate_schemas.py FOLDER FILE ...`.

In .venv-rivals-exports, where there is no Python for the package itself. FOLDER holds the schemas;
writes a JSON object like validate_hub.py.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

from jsonschema import Draft7Validator


def main(schemas: Path, paths: list[str]) -> None:
    """Check every record, and every line of the files of answers."""
    errors = []
    for path in map(Path, paths):
        is_log = path.suffix == ".json"
        name = "eval" if is_log else "instance_level_eval"
        validator = Draft7Validator(json.loads((schemas / f"{name}.schema.json").read_text()))
        text = path.read_text(encoding="utf-8")
        for line, one in enumerate([text] if is_log else text.splitlines(), 1):
            for error in validator.iter_errors(json.loads(one)):
                errors.append(f"{path.name}, line {line}: {error.json_path}: {error.message}")
    print(json.dumps({"version": version("jsonschema"), "errors": errors, "warnings": []}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
