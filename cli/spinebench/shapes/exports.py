"""The formats of other software that results and benchmarks are given in."""

from __future__ import annotations

from spinebench.shapes.shape import Shape


class FormatRecord(Shape, frozen=True, kw_only=True):
    """A format by its `key`; `about` is model or benchmark, `ending` that of its file's name.

    One that `needs_dataset` is asked for with the benchmark's dataset repository on Hugging Face.
    """

    key: str
    about: str
    title: str
    use: str
    media_type: str
    ending: str
    needs_dataset: bool


class FormatList(Shape, frozen=True, kw_only=True):
    """All formats, those of models first."""

    formats: list[FormatRecord]
