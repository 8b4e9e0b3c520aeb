"""Crawls as folders, and what of them is compared."""

from pathlib import Path

from bench.crawl.files import MAX_LINES, compare, make_name, write_answers
from bench.crawl.normalise import name_ids, normalise
from bench.crawl.read import Answer


def write(folder: Path, address: str, text: str, kind: str = "text/plain") -> None:
    write_answers(folder, [Answer(address, 200, {"Content-Type": kind}, text.encode())], {})


def test_an_address_that_one_crawl_lacks_is_a_difference(tmp_path: Path) -> None:
    write(tmp_path / "a" / "visitor", "/x", "same")
    write(tmp_path / "b" / "visitor", "/y", "same")
    found = list(compare(tmp_path / "a", tmp_path / "b"))
    assert [one.address for one in found] == ["visitor /x", "visitor /y"]
    assert found[0].lines == [f"is in {tmp_path / 'a'} and not in {tmp_path / 'b'}"]


def test_a_difference_is_shown_in_bounds_and_says_what_it_left_out(tmp_path: Path) -> None:
    write(tmp_path / "a" / "visitor", "/x", "\n".join(f"old {n}" for n in range(100)))
    write(tmp_path / "b" / "visitor", "/x", "\n".join(f"new {n}" for n in range(100)))
    (found,) = compare(tmp_path / "a", tmp_path / "b")
    assert len(found.lines) == MAX_LINES + 1
    assert found.lines[-1].startswith("... and ")


def test_one_cell_of_a_long_line_is_shown_alone(tmp_path: Path) -> None:
    cells = [f"cell {n}" for n in range(100)]
    write(tmp_path / "a" / "visitor", "/x", ",".join(cells))
    write(tmp_path / "b" / "visitor", "/x", ",".join([*cells[:50], "other", *cells[51:]]))
    (found,) = compare(tmp_path / "a", tmp_path / "b")
    assert [line for line in found.lines[2:] if line[0] in "+-"] == ["-cell 50,", "+other,"]


def test_different_addresses_have_different_files() -> None:
    addresses = ["/", "/a/b", "/a_b", "/a?b", "/a?b=1&c=2", "/" + "long/" * 100, "/" + "long/" * 99]
    names = {make_name(address) for address in addresses}
    assert len(names) == len(addresses)
    assert max(map(len, names)) < 150


def test_what_two_runs_write_differently_becomes_a_word() -> None:
    texts = {
        "2026-11-29T22:38:46.535716Z": "<time>",
        "2026-11-29T22:38:46.535716+00:00": "<time>",
        "at 2026-11-29 22:38 UTC.": "at <time>.",
        "spinebench-x-2026-11-29": "spinebench-x-<time>",
        "  month   = {11},": "  month   = {<number>},",
        "http://127.0.0.1:8451/models": "http://127.0.0.1:<port>/models",
        "site.css?v=18eca4604ad0203c": "site.css?v=<hash>",
        "urn:uuid:809f8e3d-5939-5d40-855b-53a13e5bef18": "urn:uuid:<uuid>",
        '<input name="csrf_token" type="hidden" value="Ij.x">': '<input name="csrf_token" '
        'type="hidden" value="<token>">',
    }
    assert {text: normalise(text, {}) for text in texts} == texts


def test_numbers_words_and_content_hashes_stay() -> None:
    text = "42.5 of 2026, benchmarks, 12:30, version 1.1.0, sha256 " + "8b2d87bf" * 8
    assert normalise(text, {}) == text


def test_a_submission_is_named_for_its_model_wherever_its_id_stands() -> None:
    body = (
        b'{"entries": [{"model": {"slug": "b"}, "submission": "fkaczs3guf"},'
        b' {"model": "a", "id": "27b8eb8yd2"}, {"model": "a", "id": "22b8eb8yd2"}],'
        b' "run": {"model": "a", "endpoint": {}, "file_hash": "0778"},'
        b' "asked": {"model": "a", "endpoint": {"name": "mine"}, "file_hash": "e1d8"},'
        b' "properties": {"model": {}, "submission": {}, "endpoint": {"type": "object"},'
        b' "file_hash": {}, "name": {}, "id": {}},'
        b' "endpoints": [{"id": "9289f52cb34f", "name": "mine", "model": "m"}]}'
    )
    answer = Answer("/api/v1/rankings/x/y", 200, {"Content-Type": "application/json"}, body)
    ids = name_ids([answer])
    assert normalise("/submissions/fkaczs3guf#27b8eb8yd2", ids) == (
        "/submissions/<submission of b>#<submission of a>"
    )
    assert normalise("0778 e1d8", ids) == "0778 <hash of the endpoint run of a>"
    assert normalise("22b8eb8yd2 9289f52cb34f", ids) == "<submission of a, 2> <endpoint mine>"
