"""Answers as VLMEvalKit's exact matching reads them, in .venv-rivals-vlmeval.

`[text, options, multiple]` a line in, letters a line out. Its package imports torch and much else
at once; the module that matches options uses none of it, so it is loaded alone.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
from importlib.util import find_spec
from types import ModuleType


def load_matching() -> ModuleType:
    """vlmeval.utils.matching_util, with empty packages in the place of those around it."""
    found = find_spec("vlmeval")
    assert found is not None
    assert found.submodule_search_locations is not None
    [root] = found.submodule_search_locations
    for name, path in (("vlmeval", root), ("vlmeval.smp", ""), ("vlmeval.utils", f"{root}/utils")):
        package = ModuleType(name)
        package.__path__ = [path]
        sys.modules[name] = package
    log = ModuleType("vlmeval.smp.log")
    log.get_logger = logging.getLogger  # type: ignore[attr-defined]
    sys.modules[log.__name__] = log
    return importlib.import_module("vlmeval.utils.matching_util")


def main() -> None:
    """One line out for each line in."""
    matching = load_matching()
    for line in sys.stdin:
        text, options, _ = json.loads(line)
        letter = matching.can_infer(text, dict(options))
        print(json.dumps([letter] if letter in options else []))


if __name__ == "__main__":
    main()
