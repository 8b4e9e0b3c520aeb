"""Write questions of a source as a package; what the source does not say is asked for at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from leaderboard.errors import InvalidPackage, InvalidRequest, Problem
from leaderboard.models.benchmark import Track
from leaderboard.packages.check import LETTERS, MANIFEST, usual_prompt
from leaderboard.packages.importing.question import Question, make_key, make_term
from leaderboard.scoring.boards import DEFAULT_TRACKS

SEVERAL = (
    "{question}\n{options}\nEnd with a line ANSWER: X, where X is the letter, or ANSWER: X, Y with "
    "all right letters where several may be right."
)
SAYS_SEVERAL = "Several options may be right."
_PLAIN = re.compile(r"[^A-Za-z0-9_.()+,-]+")


@dataclass(frozen=True)
class Facts:
    """What a package says of the whole and few sources do; what is empty must be given.

    `overall` is what the overall score is the mean of, None for SpineBench's own rule.
    """

    name: str = ""
    licence: str = ""
    description: str = ""
    answers: str = ""
    slug: str = ""
    version: str = "1.0.0"
    split: str = "test"
    alt: str = ""
    overall: Mapping[str, Any] | None = None

    def list_missing(self, *, has_pictures: bool) -> list[Problem]:
        """What the host has to say, each with the option that says it."""
        needed = {
            "name": "what the benchmark is called",
            "licence": "under which licence its items and pictures are",
            "description": "what it measures",
            "answers": "whether its answers are public or hidden",
        }
        missing = [
            Problem(f"The source does not say {words}.", f"Give --{option}.", field=option)
            for option, words in needed.items()
            if not getattr(self, option)
        ]
        if has_pictures and not self.alt:
            missing.append(
                Problem(
                    "The source does not say what kind of pictures there are.",
                    'Give --alt, such as "X-ray of the spine", without what they show.',
                    field="alt",
                )
            )
        return missing


@dataclass
class _Terms:
    """Values of the taxonomy that were found: their names by their keys."""

    axis: dict[str, str] = field(default_factory=dict)
    subcondition: dict[str, str] = field(default_factory=dict)
    modality: dict[str, str] = field(default_factory=dict)

    def add(self, question: Question, name: str) -> str | None:
        """The key of a value of the question; None where it has none."""
        said = getattr(question, name)
        if not said:
            return None
        key = make_term(said)
        getattr(self, name).setdefault(key, said[:200])
        return key


def write_draft(
    questions: Iterable[Question], facts: Facts, problems: Sequence[Problem], folder: Path
) -> int:
    """Write the package of these questions into a new folder; how many there are.

    `questions` may add to `problems` while they are read. Raises InvalidPackage with all of these
    and all that is missing, and then writes nothing.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidRequest(f"{folder} is not empty.", "Name a new folder.")
    found = list(questions)
    every = [*facts.list_missing(has_pictures=any(one.pictures for one in found))]
    every += dict.fromkeys(problems)
    every += [
        Problem(
            f"The answer of {one.key} is none of its {len(one.options)} options.",
            "Correct it in the source.",
            line=line,
        )
        for line, one in enumerate(found, start=1)
        if not one.right
    ]
    if not found:
        every.append(Problem("No question was found.", "Look at what the source holds."))
    if every:
        raise InvalidPackage(
            f"The source cannot be imported yet: {len(every)} problem(s).", "Solve them all.", every
        )
    _write(found, facts, folder)
    return len(found)


def _write(questions: Sequence[Question], facts: Facts, folder: Path) -> None:
    (folder / "items").mkdir(parents=True)
    terms, lines, names = _Terms(), [], dict[str, int]()
    for question in questions:
        key = make_key(question.key)
        names[key] = names.get(key, 0) + 1
        key = key if names[key] == 1 else f"{key}-{names[key]}"
        lines.append(_make_item(question, key, terms, facts, folder))
    path = f"items/{facts.split}.jsonl"
    (folder / path).write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in lines))
    manifest = _make_manifest(questions, facts, terms, path)
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (folder / MANIFEST).write_bytes(text + b"\n")


def _make_manifest(
    questions: Sequence[Question], facts: Facts, terms: _Terms, path: str
) -> dict[str, Any]:
    tracks = dict.fromkeys(map(_find_track, questions))
    several = any(_is_multiple(one) for one in questions)
    taxonomy = {
        "subconditions": terms.subcondition,
        "axes": terms.axis,
        "modalities": terms.modality,
    }
    manifest: dict[str, Any] = {
        "format": 1,
        "slug": facts.slug or make_term(facts.name).replace("_", "-"),
        "name": facts.name,
        "version": facts.version,
        "licence": facts.licence,
        "description": facts.description,
        "prompts": {
            track.value: SEVERAL if several else usual_prompt(track) for track in sorted(tracks)
        },
        "taxonomy": {
            name: [{"key": key, "name": title} for key, title in found.items()]
            for name, found in taxonomy.items()
            if found
        },
        "splits": [{"name": facts.split, "items": path, "answers": facts.answers}],
    }
    if not tracks.keys() <= set(DEFAULT_TRACKS):
        manifest["tracks"] = [{"key": one.value, "name": one.name} for one in tracks]
    return manifest | ({"overall": dict(facts.overall)} if facts.overall else {})


def _find_track(question: Question) -> Track:
    if question.track:
        return Track(make_term(question.track), question.track)
    return Track.IMAGE if question.pictures else Track.TEXT


def _make_item(
    question: Question, key: str, terms: _Terms, facts: Facts, folder: Path
) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": key,
        "split": facts.split,
        "kind": "mcq",
        "question": _ask(question),
        "options": dict(zip(LETTERS, question.options, strict=False)),
        "multiple": _is_multiple(question),
        "answer": list(question.right),
        "case_id": make_key(question.case) if question.case else key,
        "provenance": {"kind": "dataset", "reference": f"{facts.name}: {question.key}"},
    }
    for name in ("axis", "subcondition", "modality"):
        if value := terms.add(question, name):
            item[name] = value
    if question.track:
        item["track"] = _find_track(question).value
    if question.explanation:
        item["explanation"] = question.explanation
    if question.pictures:
        shown = facts.alt if not question.modality else f"{question.modality}: {facts.alt}"
        item["images"] = [
            {"path": _write_picture(folder, name, content), "alt": shown}
            for name, content in question.pictures
        ]
    return item


def _is_multiple(question: Question) -> bool:
    return question.multiple or len(question.right) > 1


def _ask(question: Question) -> str:
    """The question, which says so where several options may be right."""
    return f"{question.text}\n\n{SAYS_SEVERAL}" if _is_multiple(question) else question.text


def _write_picture(folder: Path, name: str, content: bytes) -> str:
    """Where a picture is written in the package: the same bytes in one file, others beside it."""
    plain = _PLAIN.sub("-", name).lstrip(".-(),+") or "picture"
    stem, _, ending = plain.rpartition(".")
    number = 1
    while True:
        path = f"images/{plain}" if number == 1 else f"images/{stem or ending}-{number}.{ending}"
        place = folder / path
        if not place.exists():
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
            return path
        if place.read_bytes() == content:
            return path
        number += 1
