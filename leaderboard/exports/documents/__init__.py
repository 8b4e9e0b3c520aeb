"""Files for other software of the field: each format is declared in one file, and listed here."""

from leaderboard.exports.documents import (
    croissant,
    eval_results,
    eval_yaml,
    evaluation_card,
    every_eval_ever,
)
from leaderboard.exports.documents.croissant import make_description as make_description
from leaderboard.exports.documents.document import About as About
from leaderboard.exports.documents.document import Document as Document
from leaderboard.exports.documents.document import Facts as Facts
from leaderboard.exports.documents.evaluation_card import make_card as make_card
from leaderboard.exports.documents.facts import BenchmarkFacts as BenchmarkFacts
from leaderboard.exports.documents.facts import CheckedKeys as CheckedKeys
from leaderboard.exports.documents.facts import ModelFacts as ModelFacts
from leaderboard.exports.documents.facts import gather_benchmark as gather_benchmark
from leaderboard.exports.documents.facts import gather_model as gather_model
from leaderboard.exports.documents.facts import read_dataset as read_dataset

OF_MODELS: tuple[Document[ModelFacts], ...] = (
    every_eval_ever.MODEL,
    eval_results.EVAL_RESULTS,
    eval_results.MODEL_INDEX,
)
OF_BENCHMARKS: tuple[Document[BenchmarkFacts], ...] = (
    every_eval_ever.MODELS,
    eval_yaml.EVAL_YAML,
    croissant.CROISSANT,
    evaluation_card.CARD,
)
MEDIA_TYPES = tuple(
    sorted(
        {one.media_type for one in OF_MODELS} | {one.media_type for one in OF_BENCHMARKS},
    )
)
