"""Tables to take away over HTTP: the numbers of the API, in every format, with their source."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest
import requests

from tests.site import Site

ENDINGS = ("csv", "json", "parquet")
PLACE = "benchmark=tiny&split=test"


def read_rows(answer: requests.Response, ending: str) -> list[dict[str, str]]:
    """The rows, all cells as text, so that formats compare."""
    assert answer.status_code == 200
    if ending == "csv":
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"), newline="")))
    if ending == "json":
        rows = json.loads(answer.content)["rows"]
    else:
        rows = pq.read_table(io.BytesIO(answer.content)).to_pylist()
    return [{name: as_text(cell) for name, cell in row.items()} for row in rows]


def as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat()).replace("+00:00", "Z")
    return str(cell)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_ranking_to_take_away_has_the_numbers_of_the_api(
    scored_site: Site, ending: str
) -> None:
    entry = scored_site.get("/api/v1/rankings/tiny/test?board=closed").json()["entries"][0]
    rows = read_rows(scored_site.get(f"/exports/ranking.{ending}?{PLACE}&board=closed"), ending)
    assert len(rows) == 1
    row = rows[0]
    for board in ("overall", "text", "image", "closed", "report"):
        score = entry[board]
        assert float(row[f"{board}_score"]) == score["value"]
        assert float(row[f"{board}_low"]) == score["low"]
        assert float(row[f"{board}_high"]) == score["high"]
        assert int(row[f"{board}_n_items"]) == score["n"]
        # An uncalibrated report score has no rank, so there is no leader to be told apart from.
        assert row[f"{board}_separable"] == ("" if board == "report" else "false")
    provenance = entry["report_provenance"]
    assert (row["report_judge"], row["report_badge"]) == (provenance["judge"], "uncalibrated")
    assert (row["report_n_labels"], row["report_label_kind"], row["report_raw_mean"]) == (
        "0",
        "",
        "",
    )
    assert (row["rank_low"], row["board"], row["model"]) == ("1", "closed", "model-a")
    assert int(row["n_unparsed"]) == entry["n_unparsed"]
    assert row["submission"] == entry["submission"]
    benchmark = scored_site.get("/api/v1/benchmarks/tiny").json()
    assert row["benchmark_sha256"] == benchmark["content_hash"]
    assert (row["benchmark_version"], row["split"]) == ("1.0.0", "test")
    assert row["ranked_at"].startswith("20")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_models_scores_to_take_away_are_those_of_the_api(scored_site: Site, ending: str) -> None:
    entries = scored_site.get("/api/v1/rankings/tiny/test").json()["entries"]
    results = f"/api/v1/submissions/{entries[0]['submission']}/results"
    known = scored_site.get(results, scored_site.token("ada")).json()["scores"]
    rows = read_rows(scored_site.get(f"/exports/models/model-a/scores.{ending}?{PLACE}"), ending)
    assert [
        (row["metric"], row["slice"], row["name"], row["value"], row["n_items"]) for row in rows
    ] == [
        (one["metric"], one["slice"], one["name"], as_text(one["value"]), str(one["n"]))
        for one in known
    ]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_benchmarks_composition_to_take_away_adds_up_to_its_items(
    scored_site: Site, ending: str
) -> None:
    rows = read_rows(scored_site.get(f"/exports/benchmarks/tiny/composition.{ending}"), ending)
    counts = scored_site.get("/api/v1/benchmarks/tiny").json()["splits"]
    for split in counts:
        for slice_ in ("subcondition", "axis", "modality"):
            own = [r for r in rows if (r["split"], r["slice"]) == (split["name"], slice_)]
            for track, n in split["n_items"].items():
                assert sum(int(row[f"n_{track}"]) for row in own) == n


def test_a_file_has_a_name_a_type_and_a_tag_that_spares_the_second_download(
    scored_site: Site,
) -> None:
    address = f"/exports/ranking.csv?{PLACE}"
    first = scored_site.get(address)
    assert first.headers["Content-Type"].startswith("text/csv; charset=utf-8")
    assert first.headers["Content-Disposition"] == (
        'attachment; filename="tiny-1.0.0-test-overall.csv"'
    )
    tag = {"If-None-Match": first.headers["ETag"]}
    assert scored_site.get(address, tag).status_code == 304
    assert scored_site.get(f"/exports/ranking.csv?{PLACE}&board=text", tag).status_code == 200


def test_the_filter_of_the_page_is_that_of_the_file(scored_site: Site) -> None:
    assert read_rows(scored_site.get(f"/exports/ranking.csv?{PLACE}&q=nobody"), "csv") == []


@pytest.mark.parametrize(
    "path",
    [
        "/exports/ranking.xlsx",
        "/exports/models/nobody/scores.csv",
    ],
)
def test_what_is_not_there_is_not_found(scored_site: Site, path: str) -> None:
    assert scored_site.get(path).status_code == 404
