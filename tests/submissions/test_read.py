"""What a team's prediction file may look like, and what is said of one with problems."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import tracemalloc
import zipfile

import pytest

from leaderboard.errors import InvalidPredictions, Problem, TooLarge
from leaderboard.models.benchmark import Track
from leaderboard.scoring.replies import MOST_CHARACTERS
from leaderboard.submissions.content import join_contents, read_content
from leaderboard.submissions.formats import Extras
from leaderboard.submissions.read import (
    KnownItem,
    Predictions,
    read_predictions,
)
from spinebench.formats.format import MOST_BYTES

LIMIT = 1_000_000
ITEMS = {
    "t1": KnownItem(1, Track.TEXT),
    "t2": KnownItem(2, Track.TEXT),
    "r1": KnownItem(3, Track.REPORT),
}


def read(raw: bytes | str, limit: int = LIMIT) -> Predictions:
    content = raw.encode() if isinstance(raw, str) else raw
    return read_predictions(read_content(io.BytesIO(content), limit), ITEMS)


def problems(raw: bytes | str, limit: int = LIMIT) -> list[Problem]:
    with pytest.raises(InvalidPredictions) as caught:
        read(raw, limit)
    assert all(problem.remedy for problem in caught.value.problems)
    return list(caught.value.problems)


def line(key: object, text: object) -> str:
    return json.dumps({"id": key, "prediction": text}) + "\n"


GOOD = line("t1", "A") + line("t2", "ANSWER: B")


def test_jsonl_is_read_in_its_order_with_the_tracks_it_covers() -> None:
    read_file = read(line("r1", "Report") + GOOD)
    assert read_file.texts == {3: "Report", 1: "A", 2: "ANSWER: B"}
    assert read_file.tracks == (Track.TEXT, Track.REPORT)


def test_csv_is_read_with_quoted_commas_quotes_and_line_breaks() -> None:
    raw = 'id,prediction,note\r\nt1,"A, because ""L4""\nand more",x\r\nt2,B,\r\n'
    assert read(raw).texts == {1: 'A, because "L4"\nand more', 2: "B"}


def test_optional_facts_are_read_from_keys_and_from_columns() -> None:
    rows = [
        {"id": "t1", "prediction": "A", "confidence": 0.9, "input_tokens": 12, "run": 2},
        {"id": "t2", "prediction": "B", "cost_usd": 0.001, "latency_s": 1, "output_tokens": None},
    ]
    wanted = {
        1: Extras(confidence=0.9, input_tokens=12, run="2"),
        2: Extras(cost_usd=0.001, latency_s=1),
    }
    assert read("\n".join(map(json.dumps, rows))).extras == wanted
    table = (
        "id,Confidence,input_tokens,prediction,run,cost_usd,latency_s\n"
        "t1,0.9, 12,A,2,,\nt2,,,B,,0.001,1.0\n"
    )
    assert read(table).extras == wanted
    assert read(GOOD).extras == {}


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("confidence", "1.01", "a number from 0 to 1"),
        ("confidence", "-0.1", "a number from 0 to 1"),
        ("confidence", '"high"', "a number from 0 to 1"),
        ("confidence", '"nan"', "a number from 0 to 1"),
        ("confidence", "true", "a number from 0 to 1"),
        ("input_tokens", "1.5", "a whole number from 0 on"),
        ("output_tokens", "-1", "a whole number from 0 on"),
        ("cost_usd", "[1]", "a number from 0 on"),
        ("latency_s", '"2s"', "a number from 0 on"),
        ("run", '"' + "r" * 101 + '"', "a text of up to 100 characters"),
    ],
)
def test_an_optional_fact_out_of_its_range_is_a_problem_of_its_line(
    name: str, value: str, wanted: str
) -> None:
    raw = f'{{"id": "t1", "prediction": "A", "{name}": {value}}}\n' + line("t2", "B")
    shown = json.loads(value) if value.startswith('"') else value
    problem = Problem(f'"{name}" is {shown[:40]!r}.', f"Write {wanted}, or leave it out.", 1, "t1")
    assert problems(raw) == [problem]
    if "[" not in value:
        table = f"id,prediction,{name}\nt1,A,{shown}\nt2,B,\n"
        assert problems(table) == [problem._replace(line=2)]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        (rb"ANSWER: B \ud83d", "ANSWER: B \ufffd"),
        (rb"\ude00 ANSWER: B", "\ufffd ANSWER: B"),
        (rb"\ud83d\ud83d\ude00", "\ufffd\N{GRINNING FACE}"),
        (rb"\\ud83d \ud83d", "\\ud83d \ufffd"),
        (b"ANSWER: B \xe6\x80", "ANSWER: B \ufffd"),
        (b"\xf0\x9f\x98 ANSWER: B", "\ufffd ANSWER: B"),
        (b"\xf0\x9f ANSWER: B \xf0\x9f\x98\x80", "\ufffd ANSWER: B \N{GRINNING FACE}"),
    ],
)
def test_half_characters_are_read_with_a_replacement_character(text: bytes, read_as: str) -> None:
    given = b'{"id": "t1", "prediction": "' + text + b'"}\n' + line("t2", "B").encode()
    assert read(given).texts == {1: read_as, 2: "B"}


def test_rows_of_a_spreadsheet_without_any_text_are_read_over() -> None:
    assert read("id,prediction\nt1,A\n,\n,\nt2,B\n, \n").texts == {1: "A", 2: "B"}


def test_a_character_cut_short_in_csv_is_replaced() -> None:
    raw = b"id,prediction\nt1,ANSWER: B \xe6\x80\nt2,B\n"
    assert read(raw).texts == {1: "ANSWER: B \ufffd", 2: "B"}


def test_a_utf8_mark_blank_lines_extra_keys_and_windows_line_ends_do_no_harm() -> None:
    raw = (
        b'\xef\xbb\xbf\r\n{"id":"t1","prediction":"A","confidence":0.5}\r\n\r\n'
        + line("t2", "答案：B").encode()
    )
    assert read(raw).texts == {1: "A", 2: "答案：B"}


def test_gzip_is_read_like_the_file_in_it_and_is_the_same_file() -> None:
    assert read(gzip.compress(GOOD.encode())) == read(GOOD)


def test_the_file_hash_is_what_sha256sum_prints() -> None:
    # printf '{"id":"r1","prediction":"x"}' | sha256sum
    expected = "a902eb72e3c107d444680ce4a4d452ab9861c998ba61673128d6223aad1a58c0"
    assert read('{"id":"r1","prediction":"x"}').file_hash == expected


def test_every_problem_is_named_at_once_with_its_line() -> None:
    raw = (
        line("t1", "A")
        + line("nobody", "B")
        + line("t1", "C")
        + line("r1", "  ")
        + '{"id": "t2", "prediction": 7}\n'
        + "not json\n"
    )
    found = problems(raw)
    assert [(problem.line, problem.id) for problem in found] == [
        (2, "nobody"),
        (3, "t1"),
        (4, "r1"),
        (5, "t2"),
        (6, None),
    ]
    assert "line 1" in found[1].message
    assert "of type int" in found[3].message


def test_ids_missing_from_a_track_that_was_started_are_named() -> None:
    found = problems(line("t1", "A"))
    assert [(problem.line, problem.id) for problem in found] == [(None, "t2")]


def test_a_whole_track_may_be_left_out() -> None:
    assert read(line("r1", "Report")).tracks == (Track.REPORT,)


def test_a_line_with_a_problem_is_not_missing_as_well() -> None:
    found = problems(line("t1", "A") + line("t2", ""))
    assert [(problem.line, problem.id) for problem in found] == [(2, "t2")]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"PK\x03\x04rest", "zip is damaged"),
        (b"PAR1rest", "Parquet file cannot be read"),
        (b"PK\x05\x06" + b"\0" * 18, "empty zip"),
        (lzma.compress(GOOD.encode()), "xz"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "7z"),
        (bz2.compress(GOOD.encode()), "bzip2"),
        (b'[{"id": "t1", "text": "A"}]', "keys id, text: there is no prediction"),
        (b"[1, 2]", "its first value is not an object"),
        (b"[]", "empty JSON array"),
        (b'{"t1": "A", "t1": "B"}', "The id 't1' occurs twice"),
        (b'{"t1": "A", "t2": {"x": 1}}', "one JSON object with the keys t1, t2"),
        (b"\x1f\x8bgarbage", "gzip"),
        (gzip.compress(GOOD.encode(), mtime=0)[:-12], "gzip"),
        (b'{"id": "t1", "prediction": "\xe9"}\n', "UTF-8"),
        (b"id,prediction\nt1,\xe9\n", "UTF-8"),
        (b"name;text\nt1;A\n", "columns name, text: none of them is an id or a prediction"),
        (b"t1,A\nt2,B\n", "columns t1, A"),
        (b'id,prediction\nt1,"A\n', "CSV"),
        (b"id,prediction\nt1,A,B\n", "3 fields"),
        (b"id,prediction\n", "no predictions"),
        (b'{"id": "t1"}\n', "keys id: there is no prediction"),
        (b'{"prediction": "A"}\n', "keys prediction: there is no id"),
        (GOOD.encode() + b'{"id": "t1"}\n', 'There is no "prediction"'),
        (GOOD.encode() + b'{"prediction": "A"}\n', 'There is no "id"'),
        (b'{"id": 1, "prediction": "A"}\n', "no item with this id"),
        (b'{"id": 1.5, "prediction": "A"}\n', "float, not a string"),
        (b'{"id": "t1", "prediction": null}\n', "null"),
        (b'{"id": "t1", "prediction": ["A"]}\n', "list"),
        (b'{"id": "t1", "prediction": "A", "p": NaN}\n', "JSON"),
        (b'{"id": "t1", "prediction": "\\ud800"}\n', "JSON"),
        (b'{"id": "t1", "prediction": "A", "prediction": "B"}\n', "twice"),
        (b'{"id": "t1", "prediction": "a\\u0000b"}\n', "NUL"),
        (
            b'{"id": "t1", "prediction": "A", "x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}\n",
            "nested",
        ),
        (b'{"id": "t1", "prediction": "A"} {"id": "t2"}\n', "JSON"),
        (b'"t1"\n', "columns t1"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(raw: bytes, words: str) -> None:
    assert any(words in problem.message for problem in problems(raw))


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-le"),
        GOOD.encode("utf-16-be"),
        b"\xef\xbb\xbf" + GOOD.encode(),
        b'[{"id": "t1", "prediction": "A"}, {"id": "t2", "prediction": "ANSWER: B"}]',
        b'{\n "t1": "A",\n "t2": "ANSWER: B"\n}\n',
        b'{"t1": "A", "t2": "ANSWER: B"}',
        b'{"predictions": [{"id": "t1", "output": "A"}, {"id": "t2", "output": "ANSWER: B"}]}',
        b'{"id": "t1", "response": "A"}\n{"id": "t2", "response": "ANSWER: B"}\n',
        b"id;Answer\nt1;A\nt2;ANSWER: B\n",
        b"id\tanswer\toutput\nt1\tx\tA\nt2\ty\tANSWER: B\n",
        "id,prediction\nt1,A\nt2,ANSWER: B\n".encode("utf-16"),
    ],
)
def test_the_same_predictions_are_read_however_they_are_written(raw: bytes) -> None:
    assert read(raw).texts == {1: "A", 2: "ANSWER: B"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run/file", raw)
        archive.writestr("__MACOSX/run/._file", b"x")
    assert read(packed.getvalue()).texts == {1: "A", 2: "ANSWER: B"}


def test_several_files_of_one_run_are_read_as_one_and_problems_name_the_file() -> None:
    named = [
        (name, read_content(io.BytesIO(raw.encode()), LIMIT))
        for name, raw in (("b.jsonl", line("t2", "B")), ("a.jsonl", line("t1", "A")))
    ]
    joined = join_contents(named)
    assert (
        joined.file_hash == hashlib.sha256((line("t1", "A") + line("t2", "B")).encode()).hexdigest()
    )
    found = read_predictions(joined, ITEMS)
    assert found.texts == {1: "A", 2: "B"}
    assert found.recognised is not None
    assert found.recognised.notes == ["2 files"]
    doubled = join_contents([*named, ("c.jsonl", named[0][1])])
    with pytest.raises(InvalidPredictions) as caught:
        read_predictions(doubled, ITEMS)
    (problem,) = caught.value.problems
    assert problem.message == ("003 c.jsonl: The id is already used in 002 b.jsonl, line 1.")


def test_numbers_are_ids_where_one_id_of_the_split_is_that_number() -> None:
    items = {"001": KnownItem(1, Track.TEXT), "2": KnownItem(2, Track.TEXT)}
    for raw in (
        b'{"id": 1, "prediction": "A"}\n{"id": 2, "prediction": "B"}',
        b"id,output\n1,A\n2,B\n",
    ):
        assert read_predictions(read_content(io.BytesIO(raw), LIMIT), items).texts == {
            1: "A",
            2: "B",
        }
    unclear = items | {"01": KnownItem(3, Track.TEXT)}
    with pytest.raises(InvalidPredictions):
        read_predictions(read_content(io.BytesIO(raw), LIMIT), unclear)


def test_a_file_of_none_of_the_ids_gets_one_message() -> None:
    (problem,) = problems(line("x1", "A") + line("x2", "B"))
    assert problem.message == (
        "None of the ids is of this split: the file has x1, x2, the split t1, t2, r1."
    )


def test_failed_requests_are_unparsed_and_named_and_too_many_refuse_the_file() -> None:
    items = {f"t{n}": KnownItem(n, Track.TEXT) for n in range(5)}
    failed = "Failed to obtain answer via API."
    texts = [failed, "B", "C", "A", "[invalid]"]

    def read_texts(given: list[str]) -> Predictions:
        raw = "".join(line(f"t{n}", text) for n, text in enumerate(given)).encode()
        return read_predictions(read_content(io.BytesIO(raw), LIMIT), items)

    found = read_texts([failed, "B", "C", "A", "D"])
    assert found.texts[0] == "[no output]"
    assert found.recognised is not None
    assert found.recognised.warnings == [
        "1 failed request has no answer in the file and will count as unparsed."
    ]
    with pytest.raises(InvalidPredictions) as caught:
        read_texts(texts)
    assert caught.value.problems[0].message.startswith("2 of the 5 requests failed")


def test_of_an_over_long_prediction_the_end_is_kept_where_answers_stand() -> None:
    longest = "x" * (MOST_CHARACTERS - 9) + "ANSWER: B"
    assert read(line("r1", longest)).texts == {3: longest}
    assert read(line("r1", "The start. " * 900 + longest)).texts == {3: longest}


def test_a_key_that_only_looks_repeated_is_fine() -> None:
    raw = '{"id": "r1", "prediction": "A \\"id\\" card", "meta": {"id": 1}}\n'
    assert read(raw).texts == {3: 'A "id" card'}


def test_a_number_of_many_digits_beside_a_nested_id_does_no_harm() -> None:
    raw = '{"id": "r1", "prediction": "A", "meta": {"id": ' + "9" * 10_000 + "}}\n"
    assert read(raw).texts == {3: "A"}


def test_deep_nesting_beside_a_nested_id_is_a_problem_of_its_line() -> None:
    deep = "[" * 990 + "]" * 990
    found = problems('{"id": "r1", "prediction": "A", "meta": {"id": ' + deep + "}}\n")
    assert (found[0].line, found[0].message) == (1, "Not valid JSON: nested too deeply.")


def test_an_over_long_field_does_not_hide_the_problems_behind_it() -> None:
    found = problems(f"id,prediction\nt1,{'x' * 200_000}\nnobody,B\nt2,A\n")
    assert [(problem.line, problem.id) for problem in found] == [(3, "nobody")]


def test_a_bad_quote_does_not_hide_the_problems_behind_it() -> None:
    found = problems('id,prediction\nt1,"A"x\nnobody,B\nt2,"never closed\nnobody else,C\n')
    named = [(problem.line, problem.id) for problem in found if problem.line]
    assert named == [(2, None), (3, "nobody"), (4, None), (5, "nobody else")]
    assert "Not valid CSV" in found[0].message


def test_a_byte_that_is_not_utf8_does_not_hide_the_problems_behind_it() -> None:
    found = problems(b"id,prediction\nt1,\xe9\nnobody,B\nt\xff2,C\nt2,D\n")
    named = [(problem.line, problem.id) for problem in found]
    assert named == [(2, "t1"), (3, "nobody"), (4, "t\ufffd2")]
    assert "not UTF-8" in found[0].message
    assert "not UTF-8" in found[2].message


def test_zeros_behind_a_gzip_file_are_padding_and_other_bytes_are_not() -> None:
    packed = gzip.compress(GOOD.encode())
    assert read(packed + b"\0" * 512).texts == read(GOOD).texts
    assert "gzip" in problems(packed + b"\0\0x")[0].message


def test_compression_does_not_get_round_the_size_limit() -> None:
    bomb = gzip.compress(b"x" * 10_000_000)
    assert len(bomb) < 20_000
    with pytest.raises(TooLarge):
        read(bomb, limit=100_000)


def test_many_gzip_members_do_not_get_round_the_size_limit() -> None:
    with pytest.raises(TooLarge):
        read(gzip.compress(b"x" * 1_000) * 200, limit=100_000)


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(TooLarge):
        read(GOOD, limit=len(GOOD) - 1)
    assert read(GOOD, limit=len(GOOD)).texts


def test_one_mistake_on_many_lines_is_listed_five_times_and_counted() -> None:
    wrong = "".join(line(f"x{n}", None) for n in range(56)) + line("t1", " ")
    with pytest.raises(InvalidPredictions) as caught:
        read(GOOD + wrong + line("y", None).replace("null", "7"))
    rows = caught.value.problems
    assert [row.line for row in rows[:6]] == [3, 4, 5, 6, 7, 8]
    assert rows[5] == Problem(
        "51 more lines have the same problem (lines 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 …).",
        rows[0].remedy,
        line=8,
        n_lines=51,
    )
    assert [row.line for row in rows[6:]] == [59, 60]
    assert caught.value.n_problems == sum(row.n_lines for row in rows) == 58
    assert caught.value.message.startswith("The prediction file has 58 problems")


def test_values_that_a_message_quotes_do_not_make_it_another_problem() -> None:
    ids = [f"t{n}" for n in range(1, 8)]
    items = {key: KnownItem(n, Track.TEXT) for n, key in enumerate(ids)}
    raw = "".join(
        json.dumps({"id": key, "prediction": "A", "confidence": f"{80 + n}%"}) + "\n"
        for n, key in enumerate(ids)
    )
    with pytest.raises(InvalidPredictions) as caught:
        read_predictions(read_content(io.BytesIO(raw.encode()), LIMIT), items)
    assert [row.id for row in caught.value.problems] == [*ids[:5], None]
    assert caught.value.problems[5].message == "2 more lines have the same problem (lines 6, 7)."


def test_of_many_problems_the_first_200_are_kept_and_all_are_counted() -> None:
    items = {f"t{n}": KnownItem(n, Track.TEXT) for n in range(301)}
    with pytest.raises(InvalidPredictions) as caught:
        read_predictions(read_content(io.BytesIO(line("t0", "A").encode()), LIMIT), items)
    assert len(caught.value.problems) == 200
    assert caught.value.n_problems == 300
    assert caught.value.message.startswith("The prediction file has 300 problems")


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.encode() + b"\n" * 900_000,
        GOOD.encode() + b'{"id": 1}\n' * 90_000,
        line("nobody", "A").encode() * 20_000,
        b"id,prediction\n" + b"\n" * 900_000,
        b"id,prediction\n" + b"a,b\n" * 200_000,
        b"id,prediction\n" + b'"a"b,c\n' * 100_000,
    ],
    ids=["blank", "no text", "no item", "blank in csv", "no item in csv", "quotes in csv"],
)
def test_reading_stops_after_a_multiple_of_the_items_of_the_split(raw: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(
        InvalidPredictions, match="more than 1,012 records or blank lines"
    ) as caught:
        read(gzip.compress(raw), limit=len(raw))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 1 <= len(caught.value.problems) <= 200
    assert "for the 3 items of the split" in caught.value.message
    assert peak < 4 * len(raw) + 1_000_000


@pytest.mark.parametrize(
    "raw",
    [
        b'{"id": "t1", "prediction": "' + b"x" * MOST_BYTES + b'"}\n',
        b'{"id": 1, "prediction": "A", "more": [' + b"[]," * (MOST_BYTES // 3) + b"[]]}\n",
        b"id,prediction\nt1," + b"x" * MOST_BYTES + b"\n",
        b'id,prediction\nt1,"' + b"x\n" * (MOST_BYTES // 2) + b'x"\n',
    ],
    ids=["line", "line with lists", "line of csv", "field of csv"],
)
def test_a_line_or_field_of_more_than_a_mebibyte_is_a_problem_of_its_line(raw: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(InvalidPredictions) as caught:
        read(raw, limit=len(raw))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    found = caught.value.problems[0]
    assert found.line == (2 if raw.startswith(b"id,") else 1)
    assert found.message.endswith("is longer than 1 MiB.")
    assert "of a long prediction only its end is read" in found.remedy
    assert peak < 64 * MOST_BYTES


def test_gzip_members_are_read_one_after_the_other_up_to_a_number() -> None:
    members = b"".join(gzip.compress(part.encode()) for part in GOOD.splitlines(keepends=True))
    empty = gzip.compress(b"")
    assert read(members + empty * 9_998).texts == read(GOOD).texts
    found = problems(members + empty * 9_999)
    assert found[0].message == "The gzip file is made of more than 10,000 parts."
    assert found[0].remedy == "Compress the predictions again, as one file."


def test_a_gzip_file_may_end_anywhere_in_a_piece_that_is_read_at_once() -> None:
    text = "".join(f"{n}" for n in range(30_000))
    whole = gzip.compress(text.encode(), 0)
    raw = gzip.compress(line("r1", text).encode(), 0) + gzip.compress(GOOD.encode())
    assert read(raw).texts[3] == text[-MOST_CHARACTERS:]
    assert "truncated" in problems(whole[:-1])[0].message
    assert "truncated" in problems(raw[:-9])[0].message


def test_old_line_ends_and_mixed_ones_end_records_of_csv() -> None:
    assert read("id,prediction\rt1,A\rt2,B").texts == {1: "A", 2: "B"}
    assert read('id,prediction\nt1,"A\rand"\rt2,B\r\n').texts == {1: "A\rand", 2: "B"}


def test_a_wrong_record_behind_good_ones_is_told_by_its_line_and_reading_goes_on() -> None:
    good = 'id,prediction\nt1,"A\nand more"\n'
    found = problems(good + 'r1,"Report" and\nt2,B\nt9,C\n')
    assert [problem.line for problem in found][:2] == [4, 6]
    assert "no item with this id" in found[1].message
    broken = problems(good.encode() + b"t2,\xff\xfe\nt9,C\n")
    assert [problem.line for problem in broken] == [4, 5]
    assert "not UTF-8" in broken[0].message
    cut = read(good.encode() + "t2,B€\n".encode()[:-2] + b"\n")
    assert cut.texts == {1: "A\nand more", 2: "B\ufffd"}


def test_many_half_characters_of_one_file_are_replaced_and_more_are_a_problem() -> None:
    halves = "A" + r"\ud800" * 150_000
    lines = [f'{{"id": "{key}", "prediction": "{halves}"}}' for key in ("t1", "t2", "r1", "x", "y")]
    found = problems("\n".join(lines), limit=10_000_000)
    assert [problem.line for problem in found] == [4, 5]
    assert "no item with this id" in found[0].message
    assert "Not valid JSON" in found[1].message


def test_repeated_keys_are_found_in_long_lines_too() -> None:
    beside = ', "more": [{"id": 1}' + ", []" * 200_000 + "]}\n"
    fine = '{"id": "t1", "prediction": "A"' + beside + line("t2", "B")
    assert read(fine, limit=len(fine)).texts == {1: "A", 2: "B"}
    found = problems('{"id": "t1", "id": "t1", "prediction": "A"' + beside, limit=10**7)
    assert found[0].message == "The key 'id' occurs twice."
