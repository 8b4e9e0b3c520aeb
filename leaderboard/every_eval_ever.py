"""The records of Every Eval Ever, schema 0.3.0: one for a model's scores, one for each answer.

As https://github.com/evaleval/every_eval_ever has them. What we write and what we read of others
goes through these shapes; keys that they do not know are left aside when a file is read. An
optional field that nobody knows is left out when one is written.
"""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA_VERSION = "0.3.0"
Details = dict[str, str]
"""Further facts by name; the schema takes texts alone."""


class _Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a record."""


class SourceMetadata(_Record, frozen=True, kw_only=True):
    """Who publishes the record, and how whoever evaluated is related to the model."""

    source_type: Literal["documentation", "evaluation_run"]
    source_organization_name: str
    evaluator_relationship: Literal["first_party", "third_party", "collaborative", "other"]
    source_name: str | None = None
    source_organization_url: str | None = None
    source_organization_logo_url: str | None = None
    additional_details: Details | None = None


class EvalLibrary(_Record, frozen=True, kw_only=True):
    """The software that evaluated; a version that is not known is "unknown"."""

    name: str
    version: str
    additional_details: Details | None = None


class InferenceEngine(_Record, frozen=True, kw_only=True):
    """What ran the weights."""

    name: str | None = None
    version: str | None = None


class ModelInfo(_Record, frozen=True, kw_only=True):
    """The model; `id` is DEVELOPER/MODEL, as on Hugging Face.

    `additional_details` has `deployment_type` (self_deployed, externally_managed or unknown) and
    `model_availability` (open_weights, closed_weights or unknown).
    """

    name: str
    id: str
    additional_details: Details
    developer: str | None = None
    inference_platform: str | None = None
    inference_engine: InferenceEngine | None = None


class UrlSource(_Record, frozen=True, kw_only=True, tag_field="source_type", tag="url"):
    """Items that stand at addresses."""

    dataset_name: str
    url: list[str]
    additional_details: Details | None = None


class HuggingFaceSource(
    _Record, frozen=True, kw_only=True, tag_field="source_type", tag="hf_dataset"
):
    """Items of a data set on Hugging Face."""

    dataset_name: str
    hf_repo: str | None = None
    hf_split: str | None = None
    samples_number: int | None = None
    sample_ids: list[str] | None = None
    additional_details: Details | None = None


class OtherSource(_Record, frozen=True, kw_only=True, tag_field="source_type", tag="other"):
    """Items that are private, or stand elsewhere."""

    dataset_name: str
    additional_details: Details | None = None


class JudgeConfig(_Record, frozen=True, kw_only=True):
    """A language model that scored."""

    model_info: ModelInfo
    temperature: float | None = None
    weight: float | None = None
    additional_details: Details | None = None


class LlmScoring(_Record, frozen=True, kw_only=True):
    """How language models scored."""

    judges: list[JudgeConfig]
    input_prompt: str
    aggregation_method: Literal["majority_vote", "average", "weighted_average", "median"] | None = (
        None
    )
    expert_baseline: float | None = None
    additional_details: Details | None = None


class MetricConfig(_Record, frozen=True, kw_only=True):
    """What was measured, in which unit and between which ends."""

    lower_is_better: bool
    evaluation_description: str | None = None
    metric_id: str | None = None
    metric_name: str | None = None
    metric_kind: str | None = None
    metric_unit: str | None = None
    metric_parameters: dict[str, str | float | bool | None] | None = None
    score_type: Literal["binary", "continuous", "levels"] | None = None
    level_names: list[str] | None = None
    level_metadata: list[str] | None = None
    has_unknown_level: bool | None = None
    min_score: float | Literal["Infinity", "-Infinity"] | None = None
    max_score: float | Literal["Infinity", "-Infinity"] | None = None
    llm_scoring: LlmScoring | None = None
    additional_details: Details | None = None


class StandardError(_Record, frozen=True, kw_only=True):
    """The standard error of a score."""

    value: float
    method: str | None = None


class ConfidenceInterval(_Record, frozen=True, kw_only=True):
    """The ends of an interval at a level between 0 and 1.

    The package's validator takes ends the wrong way round: whoever reads looks.
    """

    lower: float
    upper: float
    confidence_level: float | None = None
    method: str | None = None


class Uncertainty(_Record, frozen=True, kw_only=True):
    """How sure a score is, and of how many samples."""

    standard_error: StandardError | None = None
    confidence_interval: ConfidenceInterval | None = None
    standard_deviation: float | None = None
    num_samples: int | None = None
    num_bootstrap_samples: int | None = None


class ScoreDetails(_Record, frozen=True, kw_only=True):
    """A score."""

    score: float
    details: Details | None = None
    uncertainty: Uncertainty | None = None


class GenerationArgs(_Record, frozen=True, kw_only=True):
    """How the answers were made; of the schema's fields those that we know or read."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    max_tokens: int | None = None
    reasoning: bool | None = None
    prompt_template: str | None = None


class GenerationConfig(_Record, frozen=True, kw_only=True):
    """How the answers were made."""

    generation_args: GenerationArgs | None = None
    additional_details: Details | None = None


class EvaluationResult(_Record, frozen=True, kw_only=True):
    """One score of a record; `evaluation_result_id` names it for the answers behind it."""

    evaluation_name: str
    source_data: UrlSource | HuggingFaceSource | OtherSource
    metric_config: MetricConfig
    score_details: ScoreDetails
    evaluation_result_id: str | None = None
    evaluation_timestamp: str | None = None
    generation_config: GenerationConfig | None = None


class DetailedResults(_Record, frozen=True, kw_only=True):
    """Where the answers behind a record stand."""

    format: Literal["jsonl"]
    file_path: str
    hash_algorithm: Literal["sha256", "md5"] | None = None
    checksum: str | None = None
    total_rows: int | None = None
    additional_details: Details | None = None


class EvaluationLog(_Record, frozen=True, kw_only=True):
    """The record of a model's scores; `retrieved_timestamp` in seconds of Unix time."""

    schema_version: str
    evaluation_id: str
    retrieved_timestamp: str
    source_metadata: SourceMetadata
    model_info: ModelInfo
    eval_library: EvalLibrary
    evaluation_results: list[EvaluationResult]
    evaluation_timestamp: str | None = None
    detailed_evaluation_results: DetailedResults | None = None


class InstanceInput(_Record, frozen=True, kw_only=True):
    """What was asked."""

    raw: str
    reference: list[str]
    formatted: str | None = None
    choices: list[str] | None = None


class InstanceOutput(_Record, frozen=True, kw_only=True):
    """What the model answered."""

    raw: list[str]
    reasoning_trace: list[str] | None = None


class AnswerAttribution(_Record, frozen=True, kw_only=True):
    """What was read of the answer, and how."""

    turn_idx: int
    source: str
    extracted_value: str
    extraction_method: str
    is_terminal: bool


class InstanceEvaluation(_Record, frozen=True, kw_only=True):
    """What came of it."""

    score: float
    is_correct: bool
    num_turns: int | None = None
    tool_calls_count: int | None = None


class InstanceLog(_Record, frozen=True, kw_only=True):
    """One answer: a line of the file of samples."""

    schema_version: str
    evaluation_id: str
    model_id: str
    evaluation_name: str
    sample_id: str
    interaction_type: Literal["single_turn", "multi_turn", "agentic"]
    input: InstanceInput
    answer_attribution: list[AnswerAttribution]
    evaluation: InstanceEvaluation
    output: InstanceOutput | None = None
    evaluation_result_id: str | None = None
    sample_hash: str | None = None
    error: str | None = None
    metadata: Details | None = None
