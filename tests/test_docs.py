"""The documents stay true: what they name exists, and what they say happens."""

import ast
import io
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
import pytest
from markdown_it import MarkdownIt
from pydantic.fields import FieldInfo

from config import Config
from leaderboard.accounts.invitations import MAX_OPEN
from leaderboard.db import now
from leaderboard.errors import InvalidPredictions
from leaderboard.host_cli.commands import HostCommands
from leaderboard.makers import CAPS
from leaderboard.models.benchmark import Track
from leaderboard.notices.signature import make_secret, sign, write_secrets
from leaderboard.packages.files import open_package
from leaderboard.packages.package import package_schema
from leaderboard.packages.read import read_package
from leaderboard.pictures import PictureSource
from leaderboard.scoring.answers import parse_answer
from leaderboard.scoring.statistics.intervals import wilson_interval
from leaderboard.submissions.content import read_content
from leaderboard.submissions.read import KnownItem, Predictions, read_predictions
from leaderboard.web.failures import HTTP_CODES
from leaderboard.web.pages.guides import GUIDES, render_guide
from spinebench.errors import EXIT_CODE_MEANINGS
from spinebench.main import cli
from spinebench.shapes.errors import ErrorRecord
from tests.package_files import make_png
from tests.site import Site

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "cli" / "README.md"],
)
REQUIRED = {"DATABASE_URL": "sqlite://", "REDIS_URL": "redis://r", "SECRET_KEY": "k" * 32}
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)


class Block(NamedTuple):
    """A fenced code block: what stands after its fence, and its text."""

    info: str
    text: str


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def read_blocks(text: str) -> list[Block]:
    tokens = MarkdownIt("commonmark").parse(text)
    return [Block(token.info, token.content) for token in tokens if token.type == "fence"]


def read_tables(text: str) -> Iterator[list[list[str]]]:
    """The rows of each table without its head, cells as they are written."""
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        lines = table.strip().splitlines()
        yield [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def read_anchors(text: str) -> list[str]:
    """The anchor of each heading in order, as code hosts make it: `## 2. Settings`: 2-settings."""
    tokens = MarkdownIt("commonmark").parse(text)
    lines = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    return [re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines]


def read_codes(text: str) -> list[str]:
    """What stands in backticks outside of code blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def read_commands(text: str, name: str) -> Iterator[list[str]]:
    """The words after each `name` at the beginning of a command, in code."""
    lines = [line.strip() for block in read_blocks(text) for line in block.text.splitlines()]
    for line in [*lines, *read_codes(text)]:
        for part in re.split(r"&&|\|\||;|\$\(|^id=\$\(|\)$|`", line.split(" > ")[0]):
            words = part.split("#")[0].strip()
            if re.match(rf"{name}(\s|$)", words):
                yield shlex.split(words)[len(name.split()) :]


def find_command(words: list[str], group: click.Command) -> tuple[click.Command, list[str]]:
    """The command that the words name below `group`, and the words that are left."""
    while isinstance(group, click.Group) and words and not words[0].startswith("-"):
        found = group.get_command(click.Context(group), words[0])
        assert found is not None, f"there is no command {words[0]}"
        group, words = found, words[1:]
    return group, words


def check_options(words: list[str], command: click.Command) -> None:
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    given = {word.split("=")[0].strip("[],") for word in words if word.strip("[").startswith("-")}
    unknown = given - known - {"--help", "-h", "--version"}
    assert not unknown, f"{command.name} has no {unknown}"


@each_document
def test_every_participants_command_that_a_document_names_exists(path: Path) -> None:
    for words in read_commands(read(str(path)), "spinebench"):
        command, rest = find_command(words, cli)
        check_options(rest, command)


@each_document
def test_every_host_command_that_a_document_names_exists(path: Path) -> None:
    group = HostCommands()
    text = read(str(path))
    python = "python -m flask --app leaderboard.app"
    for spelling in ("flask", python, f".venv/bin/{python}"):
        for words in read_commands(text, spelling):
            if words and words[0] != "--app":
                command, rest = find_command(words, group)
                check_options(rest, command)


@each_document
def test_every_make_command_that_a_document_names_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), flags=re.MULTILINE))
    for words in read_commands(read(str(path)), "make"):
        assert {word for word in words if "=" not in word} <= targets


@each_document
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", read(str(path))):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        place = path.parent / name if name else path
        assert place.exists(), target
        if anchor:
            assert anchor in read_anchors(place.read_text("utf-8")), target


@each_document
def test_every_file_of_the_project_that_a_document_names_is_there(path: Path) -> None:
    rooms = "leaderboard|workers|migrations|templates|tests|cli|demo|content|bench|docs"
    for code in read_codes(read(str(path))):
        if re.fullmatch(rf"({rooms})/[\w./-]*", code):
            assert (ROOT / code).exists(), code


def test_a_guide_of_the_site_links_to_nothing_that_the_site_does_not_show() -> None:
    shown = {f"{name}.md" for name in GUIDES} | {
        "benchmark-package.schema.json",
        "verify_reveal.py",
    }
    for name in GUIDES:
        for target in re.findall(r"\]\(([^)\s#]+)", read(f"docs/{name}.md")):
            assert target.startswith("https://") or target in shown, f"{name}: {target}"


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_is_a_page_with_its_contents(name: str) -> None:
    guide = render_guide(name)
    assert guide.headings
    for heading in guide.headings:
        assert f'id="{heading.anchor}"' in guide.html
    assert (
        re.findall(r'<h[2-6] id="([^"]*)"', guide.html) == read_anchors(read(f"docs/{name}.md"))[1:]
    )
    assert "<h1" not in guide.html
    assert '.md"' not in guide.html


def write_default(field: FieldInfo) -> str:
    """A setting's default as the table of settings has it."""
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, bool):
        default = int(default)
    return "" if default in ("", ()) else f"`{default}`"


def test_the_table_of_settings_is_that_of_the_code_with_its_defaults_and_meanings() -> None:
    (rows,) = [
        table for table in read_tables(read("docs/hosting.md")) if "DATABASE_URL" in str(table)
    ]
    fields = Config.model_fields.values()
    assert rows == [[f"`{f.alias}`", write_default(f), f.description] for f in fields]
    written = {name.strip("`"): default.strip("`") for name, default, _ in rows}
    assert {name for name, default in written.items() if default == "required"} == set(REQUIRED)
    assert Config.from_env(written | REQUIRED) == Config.from_env(REQUIRED)


def test_the_limits_per_person_are_those_of_the_code() -> None:
    text = read("docs/submitting.md")
    for cap in CAPS:
        assert cap.words.format(n=cap.limit) in text
    assert f"up to {MAX_OPEN} open invitations" in text


def test_the_exit_statuses_are_those_of_the_command() -> None:
    tables = [list(map(tuple, table)) for table in read_tables(read("docs/submitting.md"))]
    expected = [(str(int(code)), meaning) for code, meaning in EXIT_CODE_MEANINGS.items()]
    assert expected in tables


def test_the_script_of_the_submission_guide_writes_a_file_that_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    block, _ = [b for b in read_blocks(read("docs/submitting.md")) if b.info == "python"]
    folder = tmp_path / "spinebench-mini-test"
    folder.mkdir()
    items = [
        {"id": "t1", "prompt": "Q?", "images": []},
        {"id": "r1", "prompt": "Write.", "images": [{"path": "images/1.png", "alt": "MRI"}]},
    ]
    (folder / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    monkeypatch.chdir(tmp_path)
    exec(compile(block.text, "submitting.md", "exec"), {"__name__": "script"})
    known = {"t1": KnownItem(1, Track.TEXT), "r1": KnownItem(2, Track.REPORT)}
    raw = (tmp_path / "predictions.jsonl").read_bytes()
    assert set(read_file(raw, known).texts) == {1, 2}


def test_the_webhooks_of_the_submission_guide_are_checked_as_the_specification_says() -> None:
    _, block = [b for b in read_blocks(read("docs/submitting.md")) if b.info == "python"]
    names: dict[str, Any] = {}
    exec(compile(block.text, "submitting.md", "exec"), names)
    is_genuine = names["is_genuine"]
    # The example that the specification's libraries are tested by.
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert is_genuine(secret, headers, body, seconds=10**12)
    assert not is_genuine(secret, headers, body)
    # What the server sends, also while a secret is replaced.
    kept = f"{make_secret()} {make_secret()}"
    sent = sign(kept, "notice-1", body, now())
    for one in write_secrets(kept):
        assert is_genuine(one, sent, body)
        assert not is_genuine(one, sent, body + b" ")
        assert not is_genuine(one, sent | {"webhook-id": "notice-2"}, body)
        assert not is_genuine(one, sign(kept, "notice-1", body, now() - timedelta(hours=1)), body)
        later = {"webhook-timestamp": str(int(sent["webhook-timestamp"]) + 60)}
        assert not is_genuine(one, sent | later, body)
    assert not is_genuine(write_secrets(make_secret())[0], sent, body)


def read_file(raw: bytes, items: Mapping[str, KnownItem]) -> Predictions:
    return read_predictions(read_content(io.BytesIO(raw), 10**6), items)


def unusual_lines() -> list[tuple[str, str]]:
    rows = [row for table in read_tables(read("docs/prediction-files.md")) for row in table]
    return [(line[1:-1], result) for line, result in rows if re.match(r"`\s*[{\[]", line)]


def test_there_are_examples_of_unusual_lines() -> None:
    assert len(unusual_lines()) >= 15


@pytest.mark.parametrize(("line", "result"), unusual_lines())
def test_an_unusual_line_ends_as_the_document_says(line: str, result: str) -> None:
    known = {"test-text-001": KnownItem(1, Track.TEXT)}
    if result.startswith("accepted"):
        assert read_file(line.encode(), known).texts
        return
    with pytest.raises(InvalidPredictions) as caught:
        read_file(line.encode(), known)
    first = caught.value.problems[0]
    assert result.startswith("refused: ")
    assert first.message.startswith(result.removeprefix("refused: "))


def test_the_example_files_are_read() -> None:
    known = {f"test-text-{n:03}": KnownItem(n, Track.TEXT) for n in (1, 2)}
    blocks = {block.info: block.text for block in read_blocks(read("docs/prediction-files.md"))}
    jsonl, table = (read_file(blocks[name].encode(), known) for name in ("jsonl", "csv"))
    assert jsonl.texts == {1: "The answer is B.", 2: "Let me think.\nANSWER: C"}
    assert table.texts == {1: "The answer is B.", 2: 'Let me think.\nANSWER: "C"'}


def test_the_schema_file_is_that_of_the_code() -> None:
    assert json.loads(read("docs/benchmark-package.schema.json")) == package_schema()


def test_every_field_of_a_package_is_explained() -> None:
    codes = set(read_codes(read("docs/benchmark-package.md")))
    fields = {
        name
        for definition in package_schema()["$defs"].values()
        for name in definition.get("properties", ())
    }
    assert fields <= codes


def test_the_smallest_package_has_no_problems(tmp_path: Path) -> None:
    blocks = dict(read_blocks(read("docs/benchmark-package.md")))
    (tmp_path / "items").mkdir()
    (tmp_path / "manifest.json").write_text(blocks["json smallest"])
    (tmp_path / "items" / "test.jsonl").write_text(blocks["json smallest-item"])
    read_package(open_package(tmp_path))


def test_the_example_package_has_no_problems(tmp_path: Path) -> None:
    blocks = {block.info: block.text for block in read_blocks(read("docs/benchmark-package.md"))}
    (tmp_path / "items").mkdir()
    (tmp_path / "images").mkdir()
    manifest = json.loads(blocks["json manifest"]) | json.loads(blocks["json confirmed"])
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    msgspec.json.decode(blocks["json source"], type=PictureSource)
    (tmp_path / "items" / "test.jsonl").write_text(blocks["json mcq"] + blocks["json report"])
    for number in (1, 2):
        (tmp_path / "images" / f"p-{number}.png").write_bytes(make_png(number))
    package = read_package(open_package(tmp_path))
    assert [item.id for item in package.items["test"]] == ["test-image-001", "test-report-001"]


def test_every_address_of_the_api_has_its_section_with_an_example(site: Site) -> None:
    document = site.get("/api/v1/openapi.json").json()
    operations = {
        f"{method.upper()} {path}": operation
        for path, of in document["paths"].items()
        for method, operation in of.items()
    }
    sections = re.split(r"^### ", read("docs/api.md"), flags=re.MULTILINE)[1:]
    titles = [section.splitlines()[0].strip("`") for section in sections]
    assert sorted(titles) == sorted(operations)
    for title, section in zip(titles, sections, strict=True):
        assert "curl " in section
        for scope in (name for one in operations[title]["security"] for name in one["token"]):
            assert f"Scope `{scope}`" in section
        for parameter in operations[title]["parameters"]:
            if parameter["in"] == "query" and parameter["name"] != "version":
                assert re.search(rf"[?`]{parameter['name']}[=`]", section)


def test_every_error_code_of_the_api_is_explained() -> None:
    rows = [row for table in read_tables(read("docs/api.md")) for row in table]
    statuses = {row[0].strip("`"): row[1] for row in rows}
    for status, code in HTTP_CODES.items():
        assert str(status) in statuses[code]
    example = next(b for b in read_blocks(read("docs/api.md")) if b.info == "json")
    of_some_codes = {"submission", "url", "next_at"}
    fields = set(ErrorRecord.__struct_fields__) - of_some_codes
    assert set(json.loads(example.text)["error"]) == fields
    assert of_some_codes <= {name for row in rows for name in read_codes(row[-1])}


def test_python_examples_are_python() -> None:
    for path in DOCUMENTS:
        for block in read_blocks(read(str(path))):
            if block.info == "python":
                ast.parse(block.text)


def test_answers_are_read_as_the_method_says() -> None:
    options = {"A": "L3/L4", "B": "L4/L5", "C": "L5/S1", "D": "L2/L3"}
    rows = next(table for table in read_tables(read("docs/method.md")) if "answered" in table[0][1])
    assert len(rows) >= 9
    for text, expected in rows:
        parsed = parse_answer(text.strip("`"), options, multiple=False)
        assert " ".join([parsed.outcome.value, *parsed.letters]) == expected, text


def test_the_interval_of_the_method_is_the_one_computed() -> None:
    value, low, high = re.findall(
        r"29 of 56 is ([\d.]+) \[([\d.]+), ([\d.]+)\]", read("docs/method.md")
    )[0]
    estimate = wilson_interval(29, 56)
    assert [f"{100 * (end or 0):.1f}" for end in estimate] == [value, low, high]
