"""Forms of experts and their host: the ratings of a report, a file of ratings."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import BooleanField, Field, FileField, RadioField, SelectField

from leaderboard.experts.rate import VALUES, list_dimensions
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.rating import RaterKind
from leaderboard.scoring.rubric import Rubric
from leaderboard.web.forms.form import PageForm

FIELD_PREFIX = "rating-"
KINDS = (RaterKind.EXPERT, RaterKind.CONSTRUCTED)


class RatingForm(PageForm):
    """A value of each dimension: what `make_rating_form` derives from has no field yet."""

    def find_field(self, key: str) -> Field | None:
        """A dimension's field has a prefix that tells it from fields that are not ratings."""
        return super().find_field(FIELD_PREFIX + key)

    def read_values(self) -> dict[str, str]:
        """What was chosen, by dimension."""
        return {
            name.removeprefix(FIELD_PREFIX): str(value)
            for name, value in self.data.items()
            if value is not None
        }


def make_rating_form(rubric: Rubric) -> type[RatingForm]:
    """The form of a report that `rubric` rates; a problem leads to a dimension's lowest value."""
    fields = {
        FIELD_PREFIX + key: RadioField(
            name, id=f"dimension-{key}-{VALUES[0]}", choices={value: value for value in VALUES}
        )
        for key, name in list_dimensions(rubric).items()
    }
    return type("RubricForm", (RatingForm,), fields)


class RatingsFileForm(PageForm):
    """A file of ratings to add."""

    benchmark = SelectField("Benchmark", render_kw={"required": True})
    kind = SelectField(
        "Kind",
        description="Constructed ratings follow from how reports were constructed, and are never "
        "shown as experts' ratings.",
        choices={kind.value: kind.value for kind in KINDS},
        render_kw={"required": True},
    )
    is_random = BooleanField(
        "The reports in it were drawn at random. Otherwise they do not anchor a model's score.",
        render_kw={"value": "1"},
    )
    file = FileField(
        "File of ratings",
        description="CSV, UTF-8. If there is any problem, nothing is added.",
        render_kw={"required": True, "accept": ".csv,.gz"},
    )

    def offer(self, benchmarks: Sequence[Benchmark]) -> None:
        """Let the host choose one of `benchmarks`."""
        self.benchmark.choices = {one.slug: one.name for one in benchmarks}
