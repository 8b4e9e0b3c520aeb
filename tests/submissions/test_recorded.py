"""Files as evaluation tools truly write them are read as what the models said, and nothing else."""

from __future__ import annotations

import gzip
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from leaderboard.errors import InvalidPredictions
from leaderboard.models.benchmark import Track
from leaderboard.scoring.answers import parse_answer
from leaderboard.submissions.content import Content, join_contents, read_content
from leaderboard.submissions.formats import Row, open_file
from leaderboard.submissions.read import KnownItem, Predictions, SplitFacts, read_predictions
from leaderboard.submissions.texts import MAPPED, Choices
from spinebench.converting import convert

RECORDED = Path(__file__).parent / "recorded"
PACKAGE = Path(__file__).resolve().parents[2] / "content" / "spinebench-mini" / "items"
LIMIT = 64 * 2**20


@cache
def read_items(split: str) -> dict[str, dict[str, Any]]:
    lines = (PACKAGE / f"{split}.jsonl").read_text("utf-8").splitlines()
    return {item["id"]: item for item in map(json.loads, lines)}


def make_facts(split: str) -> SplitFacts:
    other = "dev" if split == "test" else "test"
    choices = {
        key: Choices(item["options"], item.get("multiple", False))
        for key, item in read_items(split).items()
        if item.get("options")
    }
    return SplitFacts(split, lambda: choices, lambda: dict.fromkeys(read_items(other), other))


def as_part(content: Content) -> dict[str, KnownItem]:
    """The items of the test split that a file names."""
    rows = open_file(content.raw, LIMIT).rows
    named = {row.key for row in rows if isinstance(row, Row)}
    return {
        key: KnownItem(n, Track.TEXT) for n, key in enumerate(read_items("test")) if key in named
    }


def read_raw(name: str) -> bytes:
    return read_content(io.BytesIO((RECORDED / name).read_bytes()), LIMIT).raw


def read(*names: str, split: str = "test", is_part: bool = False) -> Predictions:
    """The recorded files; one that `is_part` of a run as of a split that has its items alone."""
    named = [
        (name, read_content(io.BytesIO((RECORDED / name).read_bytes()), LIMIT)) for name in names
    ]
    content = named[0][1] if len(named) == 1 else join_contents(named)
    rows = open_file(content.raw, LIMIT).rows if is_part else iter(())
    among = {row.key for row in rows if isinstance(row, Row)}
    items = {
        key: KnownItem(number, Track(key.split("-")[1]))
        for number, (key, item) in enumerate(read_items(split).items())
        if not is_part or key in among
    }
    return read_predictions(content, items, make_facts(split))


def read_letters(predictions: Predictions, split: str = "test") -> dict[str, list[str] | None]:
    """What is read of each prediction, in the letters of the item."""
    items = list(read_items(split).values())
    letters: dict[str, list[str] | None] = {}
    for number, text in predictions.texts.items():
        item = items[number]
        if not item.get("options"):
            continue
        parsed = parse_answer(text, item["options"], multiple=item.get("multiple", False))
        letters[item["id"]] = sorted(parsed.letters) or None
    return letters


def count_right(predictions: Predictions, track: str, split: str = "test") -> tuple[int, int]:
    """How many multiple-choice items of a track are right, and of how many."""
    items = read_items(split)
    letters = {k: v for k, v in read_letters(predictions, split).items() if f"-{track}-" in k}
    right = sum(sorted(items[key].get("answer") or []) == said for key, said in letters.items())
    return right, len(letters)


@pytest.mark.parametrize(
    ("names", "scores", "words"),
    [
        (
            ["lm_eval_samples_text.jsonl.gz"],
            {"text": (45, 56)},
            "lm_eval samples, 56 samples",
        ),
        (
            [
                "lm_eval_samples_text.jsonl.gz",
                "lm_eval_results.json.gz",
                "lm_eval_samples_image.jsonl.gz",
            ],
            {"text": (45, 56), "image": (22, 28)},
            "lm_eval samples 0.4.13, 84 samples, model scripted, 2 files",
        ),
        (
            ["lmms_eval_samples_image.jsonl.gz"],
            {"image": (22, 28)},
            "lmms_eval samples, 28 samples",
        ),
        (
            ["openai_batch_output.jsonl.gz"],
            {"text": (45, 56), "image": (22, 28)},
            "OpenAI Batch output, 98 samples, model scripted",
        ),
        (["vlmevalkit_image.tsv.gz"], {"image": (22, 28)}, "VLMEvalKit, 28 samples"),
        (["vlmevalkit_image.xlsx"], {"image": (22, 28)}, "VLMEvalKit, 28 samples"),
    ],
)
def test_a_recorded_file_has_the_score_that_its_model_had(
    names: list[str], scores: dict[str, tuple[int, int]], words: str
) -> None:
    predictions = read(*names)
    assert {track: count_right(predictions, track) for track in scores} == scores
    assert predictions.recognised is not None
    assert predictions.recognised.words == words
    assert predictions.recognised.warnings == []


@pytest.mark.parametrize(
    ("tool", "names", "note"),
    [
        ("inspect_ai", ["inspect_dataset_shuffled.eval"], MAPPED),
        ("inspect_ai", ["inspect_solver_shuffles.eval"], MAPPED),
        ("inspect_ai", ["inspect_failed_run.eval"], ""),
        (
            "lm_eval",
            ["lm_eval_two_filters_text.jsonl.gz", "lm_eval_two_filters_image.jsonl.gz"],
            "2 files",
        ),
        ("evalscope", ["evalscope_mcq.jsonl.gz"], ""),
        ("inspect_ai", ["eee_inspect_dataset_shuffled.jsonl.gz"], MAPPED),
    ],
)
def test_each_answer_is_read_as_the_model_meant_it(tool: str, names: list[str], note: str) -> None:
    said = json.loads((RECORDED / "said.json").read_text("utf-8"))[tool]
    predictions = read(*names, is_part=True)
    letters = read_letters(predictions)
    assert len(letters) >= 7
    assert letters == {key: said[key] for key in letters}
    assert predictions.recognised is not None
    assert note in ", ".join(predictions.recognised.notes)


def test_failed_requests_and_empty_outputs_count_as_unparsed_and_are_named() -> None:
    recognised = read("inspect_failed_run.eval", is_part=True).recognised
    assert recognised is not None
    assert recognised.words == (
        "inspect_ai log 0.3.285, 7 samples, model openai-api/spine/scripted"
    )
    assert recognised.warnings == [
        "1 failed request has no answer in the file and will count as unparsed.",
        'The run did not end well: its status is "error".',
        "1 output is empty and will count as unparsed.",
    ]


def test_of_several_epochs_the_first_counts() -> None:
    predictions = read("inspect_two_epochs.json.gz", is_part=True)
    assert len(predictions.texts) == 3
    assert predictions.recognised is not None
    assert "the first epoch" in predictions.recognised.notes


def test_a_helm_run_of_the_dev_split_is_recognised_as_such() -> None:
    name = "helm_scenario_state.json.gz"
    assert count_right(read(name, split="dev", is_part=True), "text", "dev") == (17, 26)
    with pytest.raises(InvalidPredictions) as caught:
        read(name)
    (problem,) = caught.value.problems
    assert problem.message == (
        "These are ids of the dev split (dev-text-001, dev-text-002, dev-text-003); you chose test."
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lm_eval_results.json.gz", "lm_eval's summary of a run"),
        ("evalscope_qa.jsonl.gz", "The metadata of an evalscope sample does not hold the ids"),
        ("evalscope_mcq_reviews.jsonl.gz", "evalscope's reviews"),
        ("said.json", "keys inspect_ai, lm_eval, evalscope"),
    ],
)
def test_what_cannot_be_taken_gets_one_message_that_names_tool_or_keys(
    name: str, words: str
) -> None:
    with pytest.raises(InvalidPredictions) as caught:
        read(name)
    (problem,) = caught.value.problems
    assert words in problem.message
    assert problem.remedy


def test_what_a_scorer_says_of_shuffled_options_is_no_reply_of_the_model() -> None:
    said = json.loads((RECORDED / "said.json").read_text("utf-8"))["inspect_ai"]
    with pytest.raises(InvalidPredictions) as caught:
        read("eee_inspect_solver_shuffled.jsonl.gz", is_part=True)
    # Of five samples the output was lost: inspect_ai's scorer had read no letter in it.
    assert caught.value.problems[0].message.startswith("5 of the 10 requests failed")
    rows = open_file(read_raw("eee_inspect_solver_shuffled.jsonl.gz"), LIMIT).rows
    kept = {row.key: row.text for row in rows if isinstance(row, Row)}
    letters = {key: [text] for key, text in kept.items() if text != "[no output]"}
    assert letters == {key: said[key] for key in letters}
    assert len(letters) == 5


def test_filtered_outputs_that_differ_are_refused() -> None:
    with pytest.raises(InvalidPredictions) as caught:
        read("eee_lm_eval_converted.jsonl.gz")
    (problem,) = caught.value.problems
    assert "two outputs of the sample" in problem.message


def test_vlmevalkit_writes_the_same_in_each_of_its_formats_and_failed_requests_are_counted() -> (
    None
):
    texts = []
    for name in ("tsv.gz", "json.gz", "xlsx"):
        raw = read_raw(f"vlmevalkit_failures.{name}")
        rows = [row for row in open_file(raw, LIMIT).rows if isinstance(row, Row)]
        texts.append([(row.key, row.text.replace("\r\n", "\n").replace("\r", "")) for row in rows])
        with pytest.raises(InvalidPredictions) as caught:
            read(f"vlmevalkit_failures.{name}", is_part=True)
        assert caught.value.problems[0].message.startswith("4 of the 12 requests failed")
    assert texts[0] == texts[1] == texts[2]
    assert ("test-image-007", "None") in texts[0]
    assert ("test-image-009", "001") in texts[0]


def test_errors_in_the_output_of_a_batch_are_failed_requests_and_a_refusal_is_an_answer() -> None:
    raw = read_raw("openai_batch_errors.jsonl.gz")
    opened = open_file(raw, LIMIT)
    texts = [row.text for row in opened.rows if isinstance(row, Row)]
    assert texts[1:4] == ["[no output]", "[no output]", "I'm sorry, I cannot help with that."]
    assert opened.facts.n_failed == 2


@pytest.mark.parametrize(
    "name",
    [
        "inspect_dataset_shuffled.eval",
        "inspect_solver_shuffles.eval",
        "inspect_failed_run.eval",
        "inspect_two_epochs.json.gz",
        "lm_eval_two_filters_text.jsonl.gz",
        "lmms_eval_samples_image.jsonl.gz",
        "openai_batch_output.jsonl.gz",
        "evalscope_mcq.jsonl.gz",
        "vlmevalkit_image.xlsx",
        "eee_inspect_dataset_shuffled.jsonl.gz",
    ],
)
def test_a_converted_file_is_read_as_the_file_itself(name: str) -> None:
    converted = convert([RECORDED / name])
    itself, made = Content(read_raw(name), ""), Content(converted.lines, "")
    items = as_part(itself)
    facts = make_facts("test")
    assert read_predictions(made, items, facts) == read_predictions(itself, items, facts)
    assert len(converted.lines) < 100_000


def test_a_helm_run_that_compared_likelihoods_has_no_output_to_read() -> None:
    raw = read_raw("helm_scenario_state.json.gz")
    separate = raw.replace(b"multiple_choice_joint", b"multiple_choice_separate_original")
    with pytest.raises(InvalidPredictions) as caught:
        read_predictions(Content(separate, ""), as_part(Content(raw, "")))
    (problem,) = caught.value.problems
    assert problem.message.startswith("HELM compared the likelihoods")


def test_a_run_that_broke_off_is_refused_in_one_message_with_its_status() -> None:
    with pytest.raises(InvalidPredictions) as caught:
        read("inspect_failed_run.eval")
    (problem,) = caught.value.problems
    assert problem.message == (
        "49 of the 56 text items are missing (test-text-008, test-text-009, test-text-010 and "
        'more). The run did not end well: its status is "error".'
    )


def test_a_log_of_shuffled_options_with_prompts_that_do_not_show_them_is_refused() -> None:
    raw = gzip.decompress((RECORDED / "inspect_two_epochs.json.gz").read_bytes())
    log = json.loads(raw)
    log["plan"]["steps"] = [{"solver": "multiple_choice", "params": {"shuffle": True}}]
    log["samples"][0]["choices"] = ["one", "two"]
    with pytest.raises(InvalidPredictions) as caught:
        read_predictions(Content(json.dumps(log).encode(), ""), as_part(Content(raw, "")))
    (problem,) = caught.value.problems
    assert problem.message.startswith("The options were shuffled; the inspect_ai log does not")
