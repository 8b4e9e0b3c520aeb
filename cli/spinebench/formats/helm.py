"""Scenario states of HELM and MedHELM: what was asked for each instance, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from spinebench.formats.file import File, Kind
from spinebench.formats.format import FileFacts, Format, Row, Rows, Shown
from spinebench.formats.problem import Unreadable
from spinebench.formats.samples import find_options, make_extras


class _Instance(msgspec.Struct, frozen=True, gc=False):
    id: str
    perturbation: Any = None


class _Completion(msgspec.Struct, frozen=True, gc=False):
    text: str


class _Result(msgspec.Struct, frozen=True, gc=False):
    completions: list[_Completion]
    success: bool = True
    request_time: Any = None


class _Request(msgspec.Struct, frozen=True, gc=False):
    prompt: str | None = None


class _State(msgspec.Struct, frozen=True, gc=False):
    instance: _Instance
    result: _Result | None = None
    train_trial_index: int = 0
    output_mapping: Mapping[str, str] | None = None
    request: _Request | None = None


class _Adapter(msgspec.Struct, frozen=True, gc=False):
    model: str | None = None
    method: str | None = None


class _Scenario(msgspec.Struct, frozen=True, gc=False):
    request_states: list[_State]
    adapter_spec: _Adapter = _Adapter()


def read_helm_rows(file: File, facts: FileFacts) -> Rows:
    """A row for each instance; None for perturbed ones and for further trials."""
    facts.tool = "HELM scenario state"
    scenario = file.decode(_Scenario, "HELM scenario state")
    adapter = scenario.adapter_spec
    facts.name_model(adapter.model)
    if (adapter.method or "").startswith("multiple_choice_separate"):
        raise Unreadable(
            "HELM compared the likelihoods of the options here: there is no output to read.",
            "Run it with the method multiple_choice_joint or generation.",
        )
    for number, state in enumerate(scenario.request_states, start=1):
        if state.train_trial_index or state.instance.perturbation:
            facts.note("the first trial, without perturbations")
            yield None
            continue
        result = state.result
        failed = result is None or not result.success or not result.completions
        text = None if failed or result is None else result.completions[0].text
        extras = make_extras(latency_s=result.request_time) if result else None
        settled = facts.settle(text, failed=failed)
        yield Row(number, state.instance.id, settled, extras, _find_shown(state))


def _find_shown(state: _State) -> Shown | None:
    """The options by letter: what HELM maps letters to, else what the prompt shows."""
    if state.output_mapping:
        return Shown(state.output_mapping, True)
    prompt = state.request.prompt if state.request else None
    return find_options(prompt) if prompt else None


FORMAT = Format(
    "HELM",
    (".json",),
    read_helm_rows,
    recognises=lambda file: (
        file.kind in (Kind.OBJECT, Kind.LINES)
        and {"adapter_spec", "request_states"} <= set(file.keys)
    ),
    is_of_tool=True,
)
