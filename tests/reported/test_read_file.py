"""Files of reported results: what is understood, and every problem with its line and remedy."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leaderboard.errors import InvalidFields, InvalidReported, InvalidRequest
from leaderboard.models.ranking import Board
from leaderboard.models.reported import SourceKind
from leaderboard.reported.lines import ReportedFile
from leaderboard.reported.read_file import NamedFile, read_reported_file
from leaderboard.reported.source import SaidOfSource, read_address, read_source

SCHEMA = Path(__file__).parents[1] / "exports" / "schemas" / "eval.schema.json"


def read(text: str) -> ReportedFile:
    return read_reported_file([NamedFile(None, text.encode())], "test")


def make_result(name: str, score: float, **metric: Any) -> dict[str, Any]:
    config = {"lower_is_better": False, "score_type": "continuous", "min_score": 0, "max_score": 1}
    return {
        "evaluation_name": name,
        "source_data": {"dataset_name": "Tiny", "source_type": "other"},
        "metric_config": {**config, **metric},
        "score_details": {"score": score},
    }


def make_log(*results: dict[str, Any], name: str = "Vlm") -> dict[str, Any]:
    log = {
        "schema_version": "0.3.0",
        "evaluation_id": f"tiny/maker/{name}/1",
        "retrieved_timestamp": "1796000000",
        "source_metadata": {
            "source_name": "A leaderboard",
            "source_type": "documentation",
            "source_organization_name": "Somebody",
            "source_organization_url": "https://example.org/board",
            "evaluator_relationship": "third_party",
        },
        "eval_library": {"name": "inspect_ai", "version": "0.3"},
        "model_info": {
            "name": name,
            "id": f"maker/{name}",
            "additional_details": {
                "deployment_type": "unknown",
                "model_availability": "open_weights",
            },
        },
        "evaluation_results": list(results),
    }
    jsonschema.validate(log, json.loads(SCHEMA.read_text(encoding="utf-8")))
    return log


def test_a_table_gives_figures_with_their_intervals_sizes_and_facts() -> None:
    found = read(
        "Model,organisation,parameters,open_weights,url,total,text,text_low,text_high,text_n,level,"
        "figure:exact set,note\n"
        'Vlm,Org,135M,yes,https://example.org,,87.50,80,92.1,294,90,9.35,"a, b"\n\n'
    )
    (model,) = found.models
    assert (model.name, model.organisation, model.parameters_billion) == ("Vlm", "Org", 0.135)
    assert (model.open_weights, model.url, model.note) == (True, "https://example.org", "a, b")
    text, exact = model.figures
    assert (text.board, text.value, text.decimals, text.n) == (Board.TEXT, 87.5, 2, 294)
    assert (text.low, text.high, text.level) == (80, 92.1, 0.9)
    assert (exact.board, exact.metric, exact.value) == (None, "exact set", 9.35)


@pytest.mark.parametrize(
    ("text", "line", "message", "remedy"),
    [
        ("model,txt\nA,1", 1, "no column 'txt'", "figure:precision"),
        ("organisation,text\nA,1", 1, "no column model", "The columns are"),
        ("model,text,text\nA,1,2", 1, "two columns 'text'", "Leave one out"),
        ("model,text\nA,0.87%", 2, "'0.87%', not a number", "87.44"),
        ("model,text\nA,870", 2, "outside 0 to 100", "a share of 0.87 is 87"),
        ("model,text\nA,nan", 2, "not a number", "leave it empty"),
        ("model,text,text_low\nA,50,40", 2, "one end of an interval", "both ends or none"),
        ("model,text,text_low,text_high\nA,50,60,70", 2, "outside its interval", "lower end"),
        ("model,text_low,text_high\nA,60,70", 2, "an interval and no figure", "Give the figure"),
        ("model,text,text_n\nA,50,2.5", 2, "not a number of items", "294"),
        ("model,text,parameters\nA,50,seven", 2, "'seven'", "7B, 135M"),
        ("model,text,open_weights\nA,50,maybe", 2, "'maybe'", "true or false"),
        ("model,text\nA,", 2, "no figure", "leave the line out"),
        ("model,text\nA,50,1", 2, "3 fields, but the header has 2", "Quote fields"),
        ("model,text\nA,50\na,51", None, "there twice", "by their names"),
        ("model,text\n", None, "no models", "a line for each model"),
        ('{"a": 1}', None, "Not an aggregate file of Every Eval Ever", "a CSV"),
        ("[" * 100_000, None, "Not an aggregate file", "0.3.0"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line_and_remedy(
    text: str, line: int | None, message: str, remedy: str
) -> None:
    with pytest.raises(InvalidReported) as refused:
        read(text)
    assert "nothing was added" in refused.value.message
    problem = refused.value.problems[0]
    assert problem.line == line
    assert message in problem.message
    assert remedy in problem.remedy


def test_all_problems_of_a_file_are_said_at_once() -> None:
    with pytest.raises(InvalidReported) as refused:
        read("model,text,image\nA,x,y\nB,1,200\n")
    assert [one.line for one in refused.value.problems] == [2, 2, 3]


def test_an_aggregate_file_gives_figures_on_the_boards_that_its_names_say() -> None:
    sure = make_result("SpineBench-Mini: Text", 0.875)
    sure["score_details"]["uncertainty"] = {
        "confidence_interval": {"lower": 0.8, "upper": 0.92, "confidence_level": 0.9},
        "num_samples": 40,
    }
    log = make_log(
        sure,
        make_result("Spine", 71.5, metric_id="spinebench.overall", max_score=100),
        make_result("Spine exact set", 0.0935),
        make_result("Spine judge mean", 3.5, min_score=1, max_score=5),
    )
    other = make_log(make_result("text", 0.5), name="Llm")
    found = read(json.dumps([log, other]))
    assert found.kind is SourceKind.EVERY_EVAL_EVER
    assert (found.title, found.address) == ("A leaderboard", "https://example.org/board")
    assert found.note == "Evaluated by a third party, with inspect_ai 0.3."
    model = found.models[0]
    assert (model.name, model.organisation, model.open_weights) == ("Vlm", "maker", True)
    text, overall, exact = model.figures
    assert (text.board, text.value, text.decimals, text.n) == (Board.TEXT, 87.5, 1, 40)
    assert (text.low, text.high, text.level) == (80, 92, 0.9)
    assert (overall.board, overall.value, overall.decimals) == (Board.OVERALL, 71.5, 1)
    assert (exact.board, exact.value, exact.metric) == (None, 9.35, "Spine exact set")
    (left_out,) = found.left_out
    assert "Vlm, evaluation_results[3]: The range of the metric is 1.0 to 5.0." in left_out


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (
            make_log(make_result("text", 0.5), make_result("MCQ: text", 0.6)),
            "as evaluation_results",
        ),
        (make_log(make_result("text", 4, max_score=5)), "evaluation_results[0]: The range"),
        (make_log(make_result("text", 0.5, lower_is_better=True)), "a lower score is better"),
        (make_log(make_result("text", 1.5)), "outside the metric's range"),
        ({**make_log(make_result("text", 0.5)), "schema_version": "9.9"}, "schema_version is"),
        (make_log(), "no figure that can be taken"),
    ],
)
def test_an_aggregate_file_that_its_schema_lets_pass_is_still_read_with_care(
    log: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidReported) as refused:
        read(json.dumps(log))
    assert message in refused.value.problems[0].message
    assert refused.value.problems[0].id == "Vlm"


def test_an_interval_whose_ends_are_the_wrong_way_round_is_refused() -> None:
    result = make_result("text", 0.5)
    result["score_details"]["uncertainty"] = {"confidence_interval": {"lower": 0.6, "upper": 0.4}}
    with pytest.raises(InvalidReported) as refused:
        read(json.dumps(make_log(result)))
    assert "outside its interval from 60 to 40" in refused.value.problems[0].message


def test_a_source_says_where_it_is_and_all_that_is_wrong_with_it_at_once() -> None:
    assert read_address("doi:10.48550/arXiv.2510.03160") == (
        "https://doi.org/10.48550/arXiv.2510.03160"
    )
    assert read_address("https://arxiv.org/abs/2510.03160") == "https://arxiv.org/abs/2510.03160"
    for bad in ("javascript:alert(1)", "arXiv 2510.03160", ""):
        with pytest.raises(InvalidRequest):
            read_address(bad)
    said = SaidOfSource(kind="poster", address="nowhere", differs=["mood"], counts="text=many")
    with pytest.raises(InvalidFields) as refused:
        read_source(said, ReportedFile([]))
    assert {one.field for one in refused.value.fields} == {
        "kind",
        "title",
        "address",
        "differs",
        "counts",
    }
