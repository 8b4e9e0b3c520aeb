"""Reports that try to talk their judge into a rating, by name."""

import json
from pathlib import Path

PATH = Path(__file__).parent.parent / "data" / "judge-attacks.jsonl"
ATTACKS: dict[str, str] = {
    line["name"]: line["report"]
    for line in map(json.loads, PATH.read_text(encoding="utf-8").splitlines())
}
