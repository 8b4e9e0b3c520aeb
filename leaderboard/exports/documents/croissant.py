"""Croissant 1.1: a version of a benchmark as a schema.org Dataset, with its files and columns.

The structs are what we ask of a description: validators take empty names and hashes of any form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, BinaryIO

import msgspec
from msgspec import Meta
from sqlalchemy.orm import Session

from leaderboard.errors import Conflict
from leaderboard.exports.documents.document import About, Document
from leaderboard.exports.documents.facts import BenchmarkFacts
from leaderboard.models.benchmark import Answers, Split

VERSION = "http://mlcommons.org/croissant/1.1"
RESPONSIBLE = "http://mlcommons.org/croissant/RAI/1.0"
# What every description of this version begins with.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "name": {"@container": "@language"},
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_LICENCES = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC-BY-NC-SA-4.0": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "CC-BY-ND-4.0": "https://creativecommons.org/licenses/by-nd/4.0/",
    "CC-BY-NC-ND-4.0": "https://creativecommons.org/licenses/by-nc-nd/4.0/",
}
"""Addresses of licences that are named as SPDX does."""

Filled = Annotated[str, Meta(min_length=1, pattern=r"\S")]
Address = Annotated[str, Meta(pattern=r"^https?://[^\s]+$")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class _Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A node of a description: what is not known is left out."""


class Reference(_Node, frozen=True, kw_only=True, rename={"id": "@id"}):
    """Another node of the description, by its id."""

    id: Filled


class Organisation(_Node, frozen=True, kw_only=True, tag_field="@type", tag="sc:Organization"):
    """Who made or published."""

    name: Filled
    url: Address


class FileObject(
    _Node,
    frozen=True,
    kw_only=True,
    tag_field="@type",
    tag="cr:FileObject",
    rename={
        "id": "@id",
        "contained_in": "containedIn",
        "content_url": "contentUrl",
        "content_size": "contentSize",
        "encoding_format": "encodingFormat",
    },
):
    """A file to download, with its hash, or one within another."""

    id: Filled
    name: Filled
    description: Filled
    content_url: Filled
    encoding_format: Filled
    content_size: Annotated[str, Meta(pattern=r"^[1-9][0-9]* B$")] | None = None
    sha256: Sha256 | None = None
    contained_in: Reference | None = None


class FileSet(
    _Node,
    frozen=True,
    kw_only=True,
    tag_field="@type",
    tag="cr:FileSet",
    rename={
        "id": "@id",
        "contained_in": "containedIn",
        "encoding_format": "encodingFormat",
    },
):
    """Files within another."""

    id: Filled
    name: Filled
    description: Filled
    encoding_format: Filled
    includes: Filled
    contained_in: Reference


class Extract(_Node, frozen=True, kw_only=True):
    """A column of a file."""

    column: Filled


class Source(_Node, frozen=True, kw_only=True, rename={"file": "fileObject"}):
    """Where a field comes from."""

    file: Reference
    extract: Extract


class Field(
    _Node,
    frozen=True,
    kw_only=True,
    tag_field="@type",
    tag="cr:Field",
    rename={
        "id": "@id",
        "data_type": "dataType",
        "is_array": "isArray",
        "array_shape": "arrayShape",
    },
):
    """A field of an item."""

    id: Filled
    name: Filled
    description: Filled
    data_type: Filled
    source: Source
    is_array: bool = False
    array_shape: Filled | None = None


class RecordSet(
    _Node, frozen=True, kw_only=True, tag_field="@type", tag="cr:RecordSet", rename={"id": "@id"}
):
    """The items of a split."""

    id: Filled
    name: Filled
    description: Filled
    key: Reference
    field: Annotated[list[Field], Meta(min_length=1)]


class Description(
    _Node,
    frozen=True,
    kw_only=True,
    tag_field="@type",
    tag="sc:Dataset",
    rename={
        "context": "@context",
        "conforms_to": "conformsTo",
        "cite_as": "citeAs",
        "date_published": "datePublished",
        "is_free": "isAccessibleForFree",
        "record_set": "recordSet",
        "use_cases": "rai:dataUseCases",
        "limitations": "rai:dataLimitations",
        "annotation": "rai:dataAnnotationProtocol",
        "annotation_analysis": "rai:dataAnnotationAnalysis",
        "maintenance": "rai:dataReleaseMaintenancePlan",
    },
):
    """A version of a benchmark."""

    context: dict[str, Any]
    conforms_to: list[Address]
    name: Filled
    description: Filled
    version: Filled
    license: Filled
    url: Address
    identifier: Filled
    creator: Organisation
    publisher: Organisation
    date_published: Day
    cite_as: Filled
    keywords: Annotated[list[Filled], Meta(min_length=1)]
    is_free: bool
    use_cases: Filled
    limitations: Filled | None = None
    annotation: Filled | None = None
    annotation_analysis: Filled | None = None
    maintenance: Filled
    distribution: Annotated[list[FileObject | FileSet], Meta(min_length=1)]
    record_set: Annotated[list[RecordSet], Meta(min_length=1)]


_TEXT, _FLAG = "sc:Text", "sc:Boolean"
_COLUMNS = (
    ("id", _TEXT, "the item's id, by which predictions name it"),
    ("kind", _TEXT, "mcq for a multiple-choice question, report for a case that asks for a report"),
    ("track", _TEXT, "text, image or report"),
    ("question", _TEXT, "what is asked"),
    ("subcondition", _TEXT, "the condition of the spine"),
    ("axis", _TEXT, "what is asked for"),
    ("modality", _TEXT, "the modality of the images; empty without"),
    ("case_id", _TEXT, "the case; items of one case are not independent"),
    ("multiple", _FLAG, "whether several options may be right; empty for reports"),
)
_ANSWER = ("answer", _TEXT, "the letters of the right options; empty for reports")


def make_description(session: Session, facts: BenchmarkFacts) -> dict[str, Any]:
    """The description of a version. Raises Conflict where a field is empty."""
    benchmark, manifest = facts.benchmark, facts.benchmark.manifest
    at = benchmark.opened_at or benchmark.published_at
    site = Organisation(name=facts.site, url=facts.base_url)
    described = Description(
        context=_CONTEXT,
        conforms_to=[VERSION, RESPONSIBLE],
        name=benchmark.name,
        description=manifest["description"],
        version=benchmark.version,
        license=_LICENCES.get(benchmark.licence, benchmark.licence),
        url=facts.page,
        identifier=f"sha256:{benchmark.content_hash}",
        creator=site,
        publisher=site,
        date_published=f"{at:%Y-%m-%d}",
        cite_as=facts.citation,
        keywords=[
            "spine",
            "evaluation of language models",
            *(term["name"] for term in manifest["taxonomy"]["subconditions"]),
        ],
        is_free=True,
        use_cases=describe_uses(facts),
        limitations=manifest.get("notice") or None,
        annotation=describe_graders(manifest),
        annotation_analysis=" ".join(one.sentence for one in facts.checked) or None,
        maintenance="A published version never changes. What is wrong in it is corrected by a new "
        f"version, whose errata say why and which models moved: {facts.page}",
        distribution=[
            file for split in benchmark.splits for file in _list_files(session, facts, split)
        ],
        record_set=[_describe_items(facts, split) for split in benchmark.splits],
    )
    try:
        return check_description(msgspec.to_builtins(described))
    except msgspec.ValidationError as error:
        raise Conflict(
            f"{benchmark.name} {benchmark.version} cannot be described: {error}.",
            "Its host publishes a version that says so in its manifest.",
        ) from None


def check_description(made: dict[str, Any]) -> dict[str, Any]:
    """The same, or msgspec.ValidationError with the place of what is empty or of no good form.

    The structs check what is read, not what is made: so what was made is read.
    """
    msgspec.convert(made, Description)
    return made


def describe_uses(facts: BenchmarkFacts) -> str:
    """What the benchmark is for, and for what its canary says that it is not."""
    manifest = facts.benchmark.manifest
    said = "Comparing models on questions and reports on the spine, with their uncertainty."
    if canary := manifest.get("canary"):
        said += f" Not for training: a text with the canary {canary!r} contains items of it."
    return said


def describe_graders(manifest: Mapping[str, Any]) -> str | None:
    """Who graded the harm of mistakes, as a package's manifest says; None where it does not."""
    graders = manifest.get("harm")
    if not graders:
        return None
    if graders["by"] == "constructed":
        return "The harm of mistakes was graded by the authors, by construction."
    n = f"{graders['n']} " if graders.get("n") else ""
    return f"The harm of mistakes was graded by {n}clinicians."


def _list_files(
    session: Session, facts: BenchmarkFacts, split: Split
) -> Sequence[FileObject | FileSet]:
    file, archive = facts.find_file(session, split), f"{split.name}.zip"
    answers = "with" if split.answers is Answers.PUBLIC else "without"
    return [
        FileObject(
            id=archive,
            name=f"{facts.benchmark.slug}-{facts.benchmark.version}-{split.name}.zip",
            description=f"The items of {split.name} {answers} their answers, and their images.",
            content_url=facts.name_package(split),
            content_size=f"{file.n_bytes} B",
            encoding_format="application/zip",
            sha256=file.sha256,
        ),
        FileObject(
            id=_name_items(split),
            name="items.jsonl",
            description=f"The items of {split.name}, one a line.",
            content_url="items.jsonl",
            encoding_format="application/jsonlines",
            contained_in=Reference(id=archive),
        ),
        FileSet(
            id=f"{split.name}-images",
            name="images",
            description=f"The images of the items of {split.name}.",
            encoding_format="image/png",
            includes="images/*",
            contained_in=Reference(id=archive),
        ),
    ]


def _name_items(split: Split) -> str:
    return f"{split.name}-items.jsonl"


def _describe_items(facts: BenchmarkFacts, split: Split) -> RecordSet:
    n = sum(facts.n_items[split.name].values())
    is_open = split.answers is Answers.PUBLIC
    return RecordSet(
        id=split.name,
        name=split.name,
        description=f"The {n} items of {split.name}, answers {split.answers.value}.",
        key=Reference(id=f"{split.name}/id"),
        field=[
            Field(
                id=f"{split.name}/{name}",
                name=name,
                description=meaning,
                data_type=kind,
                source=Source(file=Reference(id=_name_items(split)), extract=Extract(column=name)),
                is_array=name == "answer",
                array_shape="-1" if name == "answer" else None,
            )
            for name, kind, meaning in (*_COLUMNS, *((_ANSWER,) if is_open else ()))
        ],
    )


def write_description(session: Session, facts: BenchmarkFacts, stream: BinaryIO) -> None:
    """The description as JSON-LD."""
    made = make_description(session, facts)
    stream.write(msgspec.json.format(msgspec.json.encode(made), indent=2))


CROISSANT = Document(
    key="croissant",
    about=About.BENCHMARK,
    title="Croissant",
    use="Its files and fields as a schema.org Dataset, for loaders and search engines.",
    media_type="application/ld+json",
    ending="json",
    name_file=lambda facts: f"{facts.benchmark.slug}-{facts.benchmark.version}-croissant",
    write=write_description,
)
