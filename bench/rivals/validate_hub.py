"""Files of Hugging Face's kinds read with its own package: `python validate_hub.py FILE ...`.

In .venv-rivals-exports; writes a JSON object of the package's version and what each refused.
"""

from __future__ import annotations

import json
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import yaml
from huggingface_hub import ModelCardData, parse_eval_result_entries
from huggingface_hub.repocard import ModelCard


def read(path: Path) -> int:
    """How many results a file holds. Raises what the package raises."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        data = ModelCard(text, ignore_metadata_errors=False).data
        assert isinstance(data, ModelCardData)
        return len(data.eval_results or [])
    return len(parse_eval_result_entries(yaml.safe_load(text)))


def main(paths: list[str]) -> None:
    """Read them all."""
    errors, counts = [], []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for path in map(Path, paths):
            try:
                n = read(path)
            except Exception as error:
                errors.append(f"{path.name}: {type(error).__name__}: {error}")
                continue
            counts.append(f"{n} results in {path.name}")
            if n == 0:
                errors.append(f"{path.name}: no result was read")
    said = [f"{one.message}" for one in warned]
    found = {"version": version("huggingface_hub"), "errors": errors, "warnings": said}
    print(json.dumps({**found, "notes": counts}))


if __name__ == "__main__":
    main(sys.argv[1:])
