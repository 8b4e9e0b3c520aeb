"""Forms that submit: a file of predictions, or an endpoint to ask."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import BooleanField, FileField, SelectField, SelectMultipleField

from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.scoring.boards import order_tracks
from leaderboard.submissions.formats import ENDINGS
from leaderboard.submissions.runs import MAX_LABEL
from leaderboard.web.forms.form import PageForm, TextField

CHOSEN = {"required": True}
RUN_HINT = (
    "If the model was asked again in the same way, with another seed or on another day: the mean "
    "of the runs stands, and what differs between them is part of every interval."
)
LABEL = {"maxlength": MAX_LABEL, "placeholder": "seed 2"}


class PredictionsForm(PageForm):
    """A prediction file, and what it is for."""

    benchmark = SelectField("Benchmark", render_kw=CHOSEN)
    split = SelectField(
        "Split",
        description="Hidden answers: scores are public and ranked. Public answers: for practice.",
        render_kw=CHOSEN,
    )
    model = SelectField("Model", render_kw=CHOSEN)
    file = FileField(
        "Prediction file",
        render_kw={"required": True, "multiple": True, "accept": ",".join(ENDINGS)},
    )
    run_of = SelectField("Another run of", description=RUN_HINT)
    run_label = TextField("What is different about this run", render_kw=LABEL)

    def offer(
        self,
        benchmarks: Sequence[Benchmark],
        splits: Sequence[Split],
        model_cards: Sequence[ModelCard],
        repeatable: Sequence[Submission],
    ) -> None:
        """What there is to choose from, the proposed ones first."""
        self.run_of.choices = name_repeatable(repeatable)
        self.benchmark.choices = name_benchmarks(benchmarks)
        self.split.choices = name_splits(splits)
        self.model.choices = name_owned(model_cards)


class RunForm(PageForm):
    """An endpoint to ask, and what it is asked for."""

    endpoint = SelectField("Endpoint", render_kw=CHOSEN)
    benchmark = SelectField("Benchmark", id="endpoint-benchmark", render_kw=CHOSEN)
    split = SelectField(
        "Split",
        id="endpoint-split",
        description="The host chooses which splits endpoints may see. Hidden items that were sent "
        'leave the mark "saw hidden items".',
        render_kw=CHOSEN,
    )
    model = SelectField("Model", id="endpoint-model", render_kw=CHOSEN)
    track = SelectMultipleField(
        "Tracks",
        description="If you choose none: all that the endpoint can take part in. An endpoint "
        "that does not accept images can only take tracks without pictures. An overall score "
        "needs all of the split.",
    )
    runs = TextField(
        "Runs",
        default="1",
        description="How many times the endpoint is asked everything, one run after the other. The "
        "mean of several stands, with what differs between them in every interval; with 2 the "
        "intervals are wide. Each counts against the quota.",
        render_kw={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"},
    )
    run_of = SelectField("Another run of", id="endpoint-run-of", description=RUN_HINT)
    run_label = TextField(
        "What is different about this run", id="endpoint-run-label", render_kw=LABEL
    )
    wipe_key = BooleanField("Wipe the key when this run has ended", render_kw={"value": "1"})

    def offer(
        self,
        endpoints: Sequence[Endpoint],
        benchmarks: Sequence[Benchmark],
        splits: Sequence[Split],
        model_cards: Sequence[ModelCard],
        repeatable: Sequence[Submission],
    ) -> None:
        """What there is to choose from, the proposed ones first."""
        self.run_of.choices = name_repeatable(repeatable)
        self.endpoint.choices = name_owned(endpoints)
        self.benchmark.choices = name_benchmarks(benchmarks)
        self.split.choices = name_splits(splits)
        self.model.choices = name_owned(model_cards)
        tracks = order_tracks(track for one in benchmarks for track in one.tracks)
        self.track.choices = {one.value: one.words.capitalize() for one in tracks}


def name_repeatable(rows: Sequence[Submission]) -> dict[str, str]:
    """The submissions that another run may repeat, after that it is none."""
    return {"": "No earlier submission"} | {
        row.id: f"{row.model_card.name}, {row.split.name}, {row.created_at:%-d %B %Y} ({row.id})"
        for row in rows
    }


def name_benchmarks(benchmarks: Sequence[Benchmark]) -> dict[str, str]:
    """The benchmarks of a list, with their versions."""
    return {one.slug: f"{one.name} {one.version}" for one in benchmarks}


def name_splits(splits: Sequence[Split]) -> dict[str, str]:
    """The splits of a list, each name once."""
    by_name: dict[str, str] = {}
    for split in splits:
        by_name.setdefault(split.name, f"{split.name}, {split.answers.value} answers")
    return by_name


def name_owned(rows: Sequence[ModelCard] | Sequence[Endpoint]) -> dict[str, str]:
    """Model cards or endpoints of a list; with their teams where they are of several."""
    is_shared = len({row.team_id for row in rows}) > 1
    return {
        (row.slug if isinstance(row, ModelCard) else row.id): (
            f"{row.name} ({row.team.name})" if is_shared else row.name
        )
        for row in rows
    }
