"""What the schema of a package cannot say: references, letters, ids, cases."""

from __future__ import annotations

import json
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec import UnsetType

from leaderboard.errors import Problem
from leaderboard.models.benchmark import Answers, Track
from leaderboard.packages.package import (
    Manifest,
    McqItem,
    PackageItem,
    ReportItem,
    SplitFile,
    Taxonomy,
    list_attributes,
    track_of,
)
from leaderboard.scoring.boards import DEFAULT_TRACKS, RESERVED, tracks_of
from leaderboard.scoring.checklist import LevelCheck, checklist_problems
from leaderboard.scoring.levels import find_transitional
from leaderboard.scoring.rubric import Dimension
from leaderboard.scoring.totals import SPINEBENCH_RULE

LETTERS = string.ascii_uppercase
MANIFEST = "manifest.json"
MOST_SHOWN = 30
FEWEST_QUESTIONS, MOST_QUESTIONS = 6, 10
USUAL_PROMPTS = {
    Track.TEXT: "{question}\n{options}\nEnd with a line ANSWER: X, where X is the letter.",
    Track.IMAGE: "{question}\n{options}\nEnd with a line ANSWER: X, where X is the letter.",
    Track.REPORT: "{question}",
}
"""What a package may ask in each track; the remedy for a prompt that is missing names it."""
WHOLE: frozenset[str] = frozenset()
"""Of an object that the format allows: no field of it is broken."""


def usual_prompt(track: Track) -> str:
    """The same for any track: those that a host names are of questions."""
    return USUAL_PROMPTS.get(track, USUAL_PROMPTS[Track.TEXT])


class Line(NamedTuple):
    """An item and where it stands: its file in the package and its line there, from 1.

    Of one that departs from the format the `broken` fields are not looked at.
    """

    path: str
    number: int
    item: PackageItem
    broken: frozenset[str] = WHOLE

    def problem(self, message: str, remedy: str) -> Problem:
        """A problem of this item."""
        return Problem(message, remedy, line=self.number, id=self.item.id, path=self.path)

    def has(self, *fields: str) -> bool:
        """Whether all of these can be looked at."""
        return self.broken.isdisjoint(fields)


def check_manifest(manifest: Manifest, broken: frozenset[str] = WHOLE) -> Iterator[Problem]:
    """Keys that stand twice, hidden items to be shown, public answers to be revealed, and wrong
    questions of the rubric.

    Fields of a manifest that are `broken` are not looked at.
    """
    taxonomy = Taxonomy() if "taxonomy" in broken else manifest.taxonomy
    sections = [] if "rubric" in broken else manifest.rubric.sections
    lists: dict[str, list[str]] = {
        "splits": [split.name for split in manifest.splits or ()],
        "tracks": [track.key for track in manifest.tracks or ()],
        "subconditions": [term.key for term in taxonomy.subconditions],
        "axes": [term.key for term in taxonomy.axes],
        "modalities": [term.key for term in taxonomy.modalities],
        "attributes": [one.key for one in list_attributes(taxonomy)],
    }
    lists |= {
        f"attributes: {one.key}": [value.key for value in one.values]
        for one in list_attributes(taxonomy)
    }
    lists |= {
        "sections": [section.key for section in sections],
        "dimensions": [d.key for section in sections for d in section.dimensions],
    }
    for name, keys in lists.items():
        for key, count in Counter(keys).items():
            if count > 1:
                message = f"{name}: {key!r} occurs {count} times."
                yield Problem(message, "Keep one.", path=MANIFEST)
    yield from _check_tracks(manifest)
    for split in manifest.splits or ():
        if split.answers is Answers.HIDDEN and split.show_items is True:
            yield Problem(
                f"splits: {split.name!r} shows its items, and its answers are hidden.",
                'Set "show_items": false or leave it out, or make the answers public.',
                path=MANIFEST,
            )
        yield from _check_phases(split)
        if split.answers is Answers.PUBLIC and not isinstance(split.reveal_at, UnsetType):
            yield Problem(
                f"splits: {split.name!r} has a date of its reveal, and its answers are public.",
                'Leave out "reveal_at", or hide the answers until then.',
                path=MANIFEST,
            )
    dimensions = [d for section in sections for d in section.dimensions]
    if any(d.questions for d in dimensions):
        for dimension in dimensions:
            yield from _check_questions(dimension)


def _check_phases(split: SplitFile) -> Iterator[Problem]:
    last = None
    names = Counter(" ".join(phase.name.split()) for phase in split.phases or ())
    for name, count in names.items():
        if count > 1:
            message = f"phases of {split.name}: {name!r} occurs {count} times."
            yield Problem(message, "Give each its own name.", path=MANIFEST)
    for phase in sorted(split.phases or (), key=lambda one: one.opens_at):
        if phase.closes_at <= phase.opens_at:
            message = f"phases of {split.name}: {phase.name!r} closes before it opens."
            yield Problem(message, "Give it a later closes_at.", path=MANIFEST)
        if last is not None and phase.opens_at < last.closes_at:
            message = f"phases of {split.name}: {phase.name!r} opens before {last.name!r} closes."
            yield Problem(message, "Let one phase follow the other.", path=MANIFEST)
        last = phase


def _check_tracks(manifest: Manifest) -> Iterator[Problem]:
    for track in manifest.tracks or ():
        if track.key in RESERVED:
            yield Problem(
                f"tracks: {track.key!r} is the name of something else that rankings show.",
                "Choose another key.",
                path=MANIFEST,
            )


def _check_questions(dimension: Dimension) -> Iterator[Problem]:
    place, questions = f"Questions for {dimension.key}", dimension.questions
    for key, count in Counter(question.key for question in questions).items():
        if count > 1:
            yield Problem(f"{place}: {key!r} occurs {count} times.", "Keep one.", path=MANIFEST)
    if not FEWEST_QUESTIONS <= len(questions) <= MOST_QUESTIONS:
        yield Problem(
            f"{place}: there are {len(questions)}.",
            f"Ask {FEWEST_QUESTIONS} to {MOST_QUESTIONS} in every dimension, or in none.",
            path=MANIFEST,
        )
    elif all(question.good == "no" for question in questions):
        yield Problem(
            f"{place}: every good answer is no.",
            "Ask for something that a report must say, so that silence earns nothing.",
            path=MANIFEST,
        )


def check_used(
    manifest: Manifest, lines: Sequence[Line], broken: frozenset[str] = WHOLE
) -> Iterator[Problem]:
    """What items use of the manifest and it does not have: prompts of their tracks, a rubric."""
    whole = [line for line in lines if line.has("images")]
    tracks = {track_of(line.item) for line in whole}
    for track in sorted(tracks) if "prompts" not in broken else ():
        if track.value not in manifest.prompts:
            usual = json.dumps({track.value: usual_prompt(track)})
            yield Problem(
                f"prompts: there are items of the {track.value} track and no prompt for them.",
                f'Add it to "prompts", such as {usual}.',
                path=MANIFEST,
            )
    if Track.REPORT in tracks and "rubric" not in broken and not manifest.rubric.sections:
        yield Problem(
            "rubric: there are reports, and nothing says what they are rated on.",
            'Add "rubric" with its sections and their dimensions, or leave the reports out.',
            path=MANIFEST,
        )


def check_tracks(
    manifest: Manifest, lines: Sequence[Line], broken: frozenset[str] = WHOLE
) -> Iterator[Problem]:
    """Items in no track of their benchmark; pictures and words tell the default ones apart."""
    named = [{"key": one.key, "name": one.name} for one in manifest.tracks or ()]
    known = tracks_of({"tracks": named})
    for line in lines if "tracks" not in broken else ():
        if line.has("images", "track"):
            yield from _check_track(known, line)


def _check_track(known: Sequence[Track], line: Line) -> Iterator[Problem]:
    track = track_of(line.item)
    if track not in known:
        asked = [one.value for one in known if not one.is_report]
        yield line.problem(
            f"It is in the {track.value} track, which is not among the tracks of {MANIFEST}.",
            "Add it there."
            if isinstance(line.item, ReportItem)
            else f'Give the item a "track", one of {", ".join(asked)}, or add its track there.',
        )
    elif known == DEFAULT_TRACKS and isinstance(line.item, McqItem):
        usual = Track.IMAGE if line.item.images else Track.TEXT
        if track != usual:
            yield line.problem(
                f'Its track is "{track.value}", and it has '
                f"{'pictures' if line.item.images else 'no pictures'}.",
                f'Leave "track" out, or name tracks of your own in {MANIFEST}.',
            )
    elif track == Track.REPORT and isinstance(line.item, McqItem):
        yield line.problem("A question is in the track of reports.", "Name another track.")


def check_overall(
    manifest: Manifest, lines: Sequence[Line], broken: frozenset[str] = WHOLE
) -> Iterator[Problem]:
    """Items in no group of the overall score's rule, groups without a weight, divided reports."""
    rule = manifest.overall
    if "overall" in broken or rule == SPINEBENCH_RULE:
        return
    whole = [line for line in lines if line.has("images", rule.over)]
    groups = [
        track_of(one.item) if rule.over == "track" else getattr(one.item, rule.over)
        for one in whole
    ]
    for line, group in zip(whole, groups, strict=True):
        if group is None:
            yield line.problem(
                f"{rule.over} is missing, and the overall score is a mean over its values.",
                f'Give every item one, or name another part in "overall" of {MANIFEST}.',
            )
    found = {str(group) for group in groups if group is not None}
    if isinstance(rule.weights, dict) and found != set(rule.weights) and len(whole) == len(lines):
        yield Problem(
            f"overall: weights are given of {', '.join(sorted(rule.weights)) or 'nothing'}, and "
            f"the items have {', '.join(sorted(found)) or 'nothing'}.",
            'Give each of these one weight, or say "equal" or "items".',
            path=MANIFEST,
        )
    of_reports = {
        group
        for line, group in zip(whole, groups, strict=True)
        if isinstance(line.item, ReportItem)
    }
    if len(of_reports) > 1:
        yield Problem(
            f"overall: reports are in {len(of_reports)} groups; their calibrated score is of all.",
            "Let the overall score be a mean over tracks, or give all reports one value.",
            path=MANIFEST,
        )


def check_item(manifest: Manifest, line: Line, broken: frozenset[str] = WHOLE) -> Iterator[Problem]:
    """What is wrong with one item by itself; `broken` fields of the manifest say nothing on it."""
    item = line.item
    if "taxonomy" not in broken:
        yield from _check_terms(manifest.taxonomy, line)
    if line.has("levels", "numbering", "checklist"):
        yield from _check_numbering(item, line)
    if isinstance(item, McqItem):
        yield from _check_mcq(item, line)
    elif line.has("checklist") and "rubric" not in broken and manifest.rubric.sections:
        yield from _check_report(manifest, item, line)


def _check_terms(taxonomy: Taxonomy, line: Line) -> Iterator[Problem]:
    known = (
        ("subcondition", "subconditions", taxonomy.subconditions),
        ("axis", "axes", taxonomy.axes),
        ("modality", "modalities", taxonomy.modalities),
    )
    for field, name, terms in known:
        key = getattr(line.item, field)
        some = ", ".join(term.key for term in terms[:MOST_SHOWN])
        if not line.has(field):
            continue
        if key is None and terms and field != "modality":
            yield line.problem(f"{field} is missing.", f"Use one of {some}.")
        elif key is not None and not terms:
            yield line.problem(
                f"{field} {key!r} is not in the manifest's taxonomy, which has no {name}.",
                f'Add {{"key": "{key}", "name": "..."}} to "{name}" there, or leave it out.',
            )
        elif key is not None and key not in {term.key for term in terms}:
            yield line.problem(
                f"{field} {key!r} is not in the manifest's taxonomy.", f"Use one of {some}."
            )
    if line.has("attributes"):
        yield from _check_attributes(taxonomy, line)


def _check_attributes(taxonomy: Taxonomy, line: Line) -> Iterator[Problem]:
    known = {one.key: [value.key for value in one.values] for one in list_attributes(taxonomy)}
    for attribute, value in line.item.attributes.items():
        if attribute not in known:
            yield line.problem(
                f"attribute {attribute!r} is not in the manifest's taxonomy.",
                f'Add {{"key": "{attribute}", "name": "...", "values": [...]}} to "attributes" '
                "there, or leave it out.",
            )
        elif value not in known[attribute]:
            some = ", ".join(known[attribute][:MOST_SHOWN])
            yield line.problem(
                f"attribute {attribute}: {value!r} is not one of its values in the manifest.",
                f"Use one of {some}, or leave it out.",
            )


def _check_numbering(item: PackageItem, line: Line) -> Iterator[Problem]:
    named = list(item.levels)
    if isinstance(item, ReportItem):
        checks = [check for check in item.checklist if isinstance(check, LevelCheck)]
        named += [level for check in checks for level in check.levels]
    transitional = find_transitional(named)
    if transitional and item.numbering is None:
        yield line.problem(
            f"{', '.join(transitional)}: how the vertebrae are counted is missing.",
            'Add "numbering": "from_c2", "from_sacrum" or "unspecified".',
        )


def _check_mcq(item: McqItem, line: Line) -> Iterator[Problem]:
    if not line.has("options", "answer"):
        return
    letters = list(item.options)
    if letters != list(LETTERS[: len(letters)]) or len(letters) < 2:
        yield line.problem(
            f"The options are {', '.join(letters) or 'empty'}.",
            f"Letter two to {len(LETTERS)} options A, B, C ... in order.",
        )
    if set(item.answer) - set(letters) or len(set(item.answer)) < len(item.answer):
        yield line.problem(
            f"The answer {item.answer} is not a set of the options.", "Name each right letter once."
        )
    if len(item.answer) > 1 and not item.multiple and line.has("multiple"):
        yield line.problem(
            "Several right letters, but multiple is false.",
            'Set "multiple": true, or keep one letter.',
        )


def _check_report(manifest: Manifest, item: ReportItem, line: Line) -> Iterator[Problem]:
    dimensions = [d.key for section in manifest.rubric.sections for d in section.dimensions]
    for text in checklist_problems(item.checklist, dimensions):
        yield line.problem(text, "Fix the checklist.")


def check_together(lines: Sequence[Line]) -> Iterator[Problem]:
    """Ids that stand twice, images shared across cases, paths that differ in capitals alone."""
    first: dict[str, Line] = {}
    case_of: dict[str, str] = {}
    spelled: dict[str, str] = {}
    for line in lines:
        before = first.setdefault(line.item.id, line) if line.has("id") else line
        if before is not line:
            yield line.problem(
                f"The id is already used in {before.path}, line {before.number}.",
                "Give every item of the benchmark its own id.",
            )
        for image in line.item.images if line.has("images", "case_id", "id") else ():
            case = line.item.case_key
            if case_of.setdefault(image.path, case) != case:
                yield line.problem(
                    f"{image.path} is shared with case {case_of[image.path]!r}.",
                    "Items that share an image are one case: give them the same case_id.",
                )
            other = spelled.setdefault(image.path.casefold(), image.path)
            if other != image.path:
                yield line.problem(
                    f"{image.path} differs from {other} only in upper and lower case.",
                    "Not every system can tell these apart: give each file its own name.",
                )
