"""Files for other software of the field: what they say, by the schemas and readers of others."""

import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import requests
import yaml
from huggingface_hub import ModelCardData, parse_eval_result_entries
from huggingface_hub.repocard import ModelCard as HubCard
from jsonschema import Draft7Validator

from leaderboard.bundles.verifying.names import WORDS
from leaderboard.exports.documents.croissant import check_description
from leaderboard.exports.documents.every_eval_ever import MEANINGS, SCALES
from leaderboard.exports.documents.facts import identify
from leaderboard.exports.documents.yaml_text import write_yaml
from leaderboard.models.ranking import Metric
from leaderboard.models.team import ModelCard, Team
from leaderboard.reported.read_file import NamedFile, read_reported_file
from leaderboard.scoring.boards import DEFAULT_BOARDS
from spinebench.shapes.rankings import BOARDS
from tests.site import N_IMAGE, N_TEXT, OpenSite, Site
from tests.web.api.test_api import make_file

pytestmark = pytest.mark.one_database
SCHEMAS = Path(__file__).parents[1] / "exports" / "schemas"
MODEL = "/api/v1/benchmarks/tiny/models/model-a/exports"
BENCHMARK = "/api/v1/benchmarks/tiny/exports"
DATASET = "dataset=lab/tiny"


def read_archive(answer: requests.Response) -> dict[str, bytes]:
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def make_strict(schema: Any) -> Any:
    """The schema with no key but those that it names: the package's own lets any pass."""
    if isinstance(schema, list):
        return [make_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: make_strict(value) for key, value in schema.items()}
    if "properties" in made and "if" not in made.get("properties", {}):
        made.setdefault("additionalProperties", False)
    return made


def check(value: Any, name: str) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    Draft7Validator(schema).validate(value)
    # Conditions name some properties alone: what is strict is the rest.
    for key in ("allOf", "if", "then", "else"):
        schema.pop(key, None)
    for found in (schema["properties"].get("evaluation_results", {}).get("items", {}),):
        metric = found.get("properties", {}).get("metric_config", {})
        for key in ("if", "then", "else"):
            metric.pop(key, None)
    Draft7Validator(make_strict(schema)).validate(value)


def list_entries(site: Site) -> dict[str, Any]:
    entry: dict[str, Any] = site.get("/api/v1/rankings/tiny/test").json()["entries"][0]
    return entry


def test_a_record_of_every_eval_ever_has_the_scores_intervals_and_counts_of_the_api(
    scored_site: Site,
) -> None:
    files = read_archive(scored_site.get(f"{MODEL}/every-eval-ever"))
    (name,) = files
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    assert re.fullmatch(rf"data/tiny/org/model-a/{uuid}\.json", name)
    log = json.loads(files[name])
    check(log, "eval")
    entry = list_entries(scored_site)
    results = {one["evaluation_result_id"]: one for one in log["evaluation_results"]}
    assert len(results) == len(log["evaluation_results"]) > 10
    for board, place in {
        "overall": "overall/all/overall",
        "text": "accuracy/track/text",
        "report": "report/track/report",
    }.items():
        found = results[f"test/{place}"]["score_details"]
        uncertainty, known = found["uncertainty"], entry[board]
        assert found["score"] == known["value"]
        interval = uncertainty["confidence_interval"]
        assert (interval["lower"], interval["upper"]) == (known["low"], known["high"])
        assert (uncertainty["num_samples"], interval["confidence_level"]) == (known["n"], 0.95)
    for one in results.values():
        # What the package's validator does not ask.
        metric, score = one["metric_config"], one["score_details"]
        assert metric["min_score"] <= score["score"] <= metric["max_score"]
        if interval := score["uncertainty"].get("confidence_interval"):
            assert interval["lower"] <= score["score"] <= interval["upper"]
        items = one["source_data"]["additional_details"]
        assert (items["version"], items["licence"]) == ("1.0.0", "CC0-1.0")
        assert all(text for text in (one["evaluation_name"], metric["metric_name"]))
    assert log["source_metadata"]["evaluator_relationship"] == "other"
    known = log["model_info"]["additional_details"]
    assert (known["deployment_type"], known["model_availability"]) == ("unknown", "closed_weights")
    assert "@misc{" in log["source_metadata"]["additional_details"]["citation"]
    again = scored_site.get(f"{MODEL}/every-eval-ever")
    assert read_archive(again) == files


def test_every_metric_has_a_scale_for_records_and_a_name_for_proofs() -> None:
    assert SCALES.keys() == MEANINGS.keys() == WORDS.keys() == set(Metric)


def test_a_record_of_this_software_is_read_again_as_reported_results(scored_site: Site) -> None:
    files = read_archive(scored_site.get(f"{MODEL}/every-eval-ever"))
    (record,) = (raw for name, raw in files.items() if name.endswith(".json"))
    (model,) = read_reported_file([NamedFile(None, record)], "test").models
    entry = list_entries(scored_site)
    assert model.name == entry["model"]["name"]
    boards = {one.board.value: one for one in model.figures if one.board is not None}
    scored = {name for name in BOARDS if entry[name] is not None}
    assert set(boards) == scored
    assert len(model.figures) == len(scored)
    for name, figure in boards.items():
        assert figure.value == pytest.approx(entry[name]["value"])
        assert figure.low == pytest.approx(entry[name]["low"])
        assert figure.n == entry[name]["n"]


def test_answers_are_in_a_record_only_where_items_are_shown(open_site: OpenSite) -> None:
    with open_site() as site:
        site.submit(site.token("ada"), make_dev_file(), split="dev")
        site.submit(site.token("ada"), make_file())
        site.evaluate_all()
        files = read_archive(site.get(f"{MODEL}/every-eval-ever"))
        of_all = read_archive(site.get(f"{BENCHMARK}/every-eval-ever"))
    (name,) = (one for one in files if one.endswith(".json"))
    samples = name.removesuffix(".json") + "_samples.jsonl"
    log = json.loads(files[name])
    check(log, "eval")
    assert log["detailed_evaluation_results"]["file_path"] == samples
    lines = [json.loads(line) for line in files[samples].splitlines()]
    assert log["detailed_evaluation_results"]["total_rows"] == len(lines) == 4
    named = {one["evaluation_result_id"] for one in log["evaluation_results"]}
    for line in lines:
        check(line, "instance_level_eval")
        assert line["sample_id"].startswith("dev-")
        assert line["evaluation_result_id"] in named
        assert line["evaluation_id"] == log["evaluation_id"]
        read = [one["extracted_value"] for one in line["answer_attribution"]]
        assert line["evaluation"]["is_correct"] is (read == line["input"]["reference"])
        assert line.get("error") == (None if read else "unparsed")
    assert sum(line["evaluation"]["is_correct"] for line in lines) == 2
    splits = {
        one["source_data"]["additional_details"]["split"] for one in log["evaluation_results"]
    }
    assert splits == {"dev", "test"}
    (alone,) = of_all
    assert alone == name
    assert "detailed_evaluation_results" not in json.loads(of_all[alone])


def make_dev_file() -> bytes:
    """Every item of dev, half of its four questions right."""
    said = {"dev-text-000": "B", "dev-text-001": "B", "dev-text-002": "C", "dev-image-000": "No."}
    lines = [{"id": key, "prediction": text} for key, text in said.items()]
    lines.append({"id": "dev-report-000", "prediction": "There is excellent alignment."})
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def test_results_for_hugging_face_are_read_by_its_own_library(scored_site: Site) -> None:
    raw = scored_site.get(f"{MODEL}/eval-results?{DATASET}").content
    entries = {one.task_id: one for one in parse_eval_result_entries(yaml.safe_load(raw))}
    entry = list_entries(scored_site)
    assert list(entries) == [f"test_{board.value}" for board in DEFAULT_BOARDS]
    for board, one in ((task.removeprefix("test_"), one) for task, one in entries.items()):
        known = entry[board]
        assert one.value == pytest.approx(known["value"], abs=1e-4)
        assert (one.dataset_id, one.source_name) == ("lab/tiny", "SpineBench leaderboard")
        assert one.notes is not None
        assert f"interval {known['low']:.1f} to {known['high']:.1f}, n {known['n']}," in one.notes
    tasks = yaml.safe_load(scored_site.get(f"{BENCHMARK}/eval-yaml").content)["tasks"]
    # Every task that a result names is one of the benchmark's.
    assert set(entries) <= {one["id"] for one in tasks}


def test_the_older_model_index_is_read_by_the_same_library(scored_site: Site) -> None:
    raw = scored_site.get(f"{MODEL}/model-index?{DATASET}").content.decode()
    card = HubCard(raw).data
    assert isinstance(card, ModelCardData)
    results = {one.metric_type: one for one in card.eval_results or []}
    said = results["test_text"].metric_args or {}
    known = list_entries(scored_site)["text"]
    assert results["test_text"].metric_value == pytest.approx(known["value"], abs=1e-4)
    assert said["n"] == known["n"] == N_TEXT
    assert said["ci95_low"] == pytest.approx(known["low"], abs=1e-4)
    assert (results["test_closed"].metric_args or {})["n"] == N_TEXT + N_IMAGE


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"{MODEL}/eval-results", 400),
        (f"{MODEL}/eval-results?dataset=no-owner", 400),
        (f"{MODEL}/nothing", 404),
        (f"{BENCHMARK}/nothing", 404),
        ("/api/v1/benchmarks/tiny/models/nobody/exports/every-eval-ever", 404),
    ],
)
def test_what_cannot_be_written_says_what_to_do(
    scored_site: Site, address: str, status: int
) -> None:
    answer = scored_site.get(address)
    assert answer.status_code == status
    assert answer.json()["error"]["remedy"]


def test_a_page_sends_the_same_file_as_the_api(scored_site: Site) -> None:
    for key in ("every-eval-ever", "eval-results", "model-index"):
        page = scored_site.get(f"/exports/models/model-a/formats/{key}?benchmark=tiny&{DATASET}")
        assert page.content == scored_site.get(f"{MODEL}/{key}?{DATASET}").content
        assert page.headers["Content-Disposition"].startswith("attachment; filename=")


def test_no_text_becomes_a_number_or_a_date_in_either_version_of_yaml() -> None:
    texts = ["1e5", "0o17", "no", "2026-01-01", "1.0", "null", "~", "a: b", 'quote " and \\']
    raw = write_yaml({"texts": texts, "number": 1.5})
    assert yaml.safe_load(raw) == {"texts": texts, "number": 1.5}
    for text in texts:
        assert json.dumps(text) in raw.decode()


@pytest.mark.parametrize(
    ("url", "organisation", "expected"),
    [
        ("https://huggingface.co/Qwen/Qwen2.5-VL-7B", "Alibaba", "Qwen/Qwen2.5-VL-7B"),
        ("https://huggingface.co/Qwen", "Alibaba Cloud", "alibaba-cloud/m"),
        (None, "Data", "data-x/m"),
        (None, "脊柱", "team-a/m"),
    ],
)
def test_a_model_is_named_as_on_hugging_face_where_its_card_says_so(
    url: str | None, organisation: str, expected: str
) -> None:
    card = ModelCard(slug="m", organisation=organisation, url=url, team=Team(slug="team-a"))
    assert identify(card) == expected


def test_a_croissant_description_has_the_hash_of_each_file_and_stands_in_the_page(
    scored_site: Site,
) -> None:
    made = scored_site.get(f"{BENCHMARK}/croissant").json()
    page = scored_site.get("/benchmarks/tiny").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    assert json.loads(found[1]) == made
    assert made["conformsTo"][0] == "http://mlcommons.org/croissant/1.1"
    assert (made["version"], made["rai:dataLimitations"]) == ("1.0.0", "Not validated.")
    assert "@misc{" in made["citeAs"]
    files = {one["@id"]: one for one in made["distribution"]}
    for split in ("dev", "test"):
        archive = files[f"{split}.zip"]
        address = urlsplit(archive["contentUrl"])
        raw = scored_site.get(f"{address.path}?{address.query}")
        assert archive["sha256"] == hashlib.sha256(raw.content).hexdigest()
        assert archive["contentSize"] == f"{len(raw.content)} B"
        with zipfile.ZipFile(io.BytesIO(raw.content)) as questions:
            first = json.loads(questions.read("items.jsonl").splitlines()[0])
        (records,) = (one for one in made["recordSet"] if one["@id"] == split)
        columns = {one["source"]["extract"]["column"] for one in records["field"]}
        assert columns <= first.keys()
        assert ("answer" in columns) is (split == "dev")


@pytest.mark.parametrize(
    "path",
    [
        ("name",),
        ("description",),
        ("creator", "name"),
        ("license",),
        ("distribution", 0, "sha256"),
        ("recordSet", 0, "field", 0, "name"),
    ],
)
@pytest.mark.parametrize("value", ["", "zz z"])
def test_what_validators_let_pass_is_refused(
    scored_site: Site, path: tuple[str | int, ...], value: str
) -> None:
    made = scored_site.get(f"{BENCHMARK}/croissant").json()
    place = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    if value and path[-1] != "sha256":
        assert check_description(made) == made
    else:
        with pytest.raises(msgspec.ValidationError, match=str(path[-1])):
            check_description(made)


def test_a_card_says_of_each_field_what_is_claimed_or_that_nothing_is(scored_site: Site) -> None:
    made = scored_site.get(f"{BENCHMARK}/evaluation-card").json()
    page = scored_site.get("/benchmarks/tiny/card").text
    missing = made.pop("missing_fields")
    assert "benchmark_details.languages" in missing
    assert page.count("<em>claim not made</em></dd>") == len(missing)
    made.pop("citation")
    for section, fields in made.items():
        for field, says in fields.items():
            is_missing = f"{section}.{field}" in missing
            assert (says == "claim not made") is is_missing
    entry = list_entries(scored_site)["overall"]
    said = " ".join(made["methodology"]["baseline_results"])
    assert f"highest {entry['value']:.1f}" in said
    assert f"{entry['low']:.1f} to {entry['high']:.1f}), n {entry['n']}" in said
    assert made["data"]["size"][1] == (
        f"test: 11 items ({N_TEXT} text, {N_IMAGE} image, 2 report), answers hidden"
    )
