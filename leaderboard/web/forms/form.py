"""What every form has: its fields, what was sent, and what was wrong with that."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import NamedTuple

from wtforms import Field, Form, StringField

from leaderboard.errors import InvalidFile, NotFound, Problem, SpineBenchError
from leaderboard.models.team import Team
from leaderboard.web.services import database


class TextField(StringField):
    """A line, or with another widget several, of text."""

    @property
    def text(self) -> str:
        """What was sent; empty if nothing was."""
        return str(self.data or "")


def name_teams(teams: Sequence[Team]) -> dict[str, str]:
    """What a list offers to choose one of `teams`."""
    return {team.slug: team.name for team in teams}


class Trouble(NamedTuple):
    """One problem of a form: in words, and the id of the input to mend it in, if there is one."""

    message: str
    remedy: str
    target: str | None


class PageForm(Form):
    """Fields with labels, hints and attributes, in the order of the page.

    What a value must be is checked by the domain, for the API and the commands ask it too. It says
    every problem by the key of its field, and each is shown at the field of that name.
    """

    failure: SpineBenchError | None = None

    @property
    def status(self) -> int:
        """The status of a page with this form."""
        return 200 if self.failure is None else self.failure.status

    @property
    def troubles(self) -> list[Trouble]:
        """What is wrong with fields, in the order of the page; of no field of it, last."""
        found = (
            [(self.find_field(p.field or ""), p) for p in self.failure.fields]
            if self.failure
            else []
        )
        order = {name: place for place, name in enumerate(self.list_fields())}
        found.sort(key=lambda one: len(order) if one[0] is None else order[one[0].short_name])
        return [
            Trouble(p.message, p.remedy, None if field is None else str(field.id))
            for field, p in found
        ]

    @property
    def file_problems(self) -> list[Problem]:
        """What is wrong inside the file that was sent, in the order of its lines."""
        every = () if self.failure is None else self.failure.problems
        return [problem for problem in every if problem.field is None]

    @property
    def n_file_problems(self) -> int:
        """How many problems the file has, with those that were not kept."""
        if isinstance(self.failure, InvalidFile):
            return self.failure.n_problems
        return len(self.file_problems)

    def catches(self) -> Catching:
        """A block whose domain error becomes this form's; the database is as it was before.

        What is not there is no matter of a form, unless it is the value of a field.
        """
        return Catching(self)

    def take(self, error: SpineBenchError) -> None:
        """Show `error` with this form, its problems at their fields."""
        self.failure = error
        for problem in error.fields:
            field = self.find_field(problem.field or "")
            if field is not None:
                field.errors = [*field.errors, f"{problem.message} {problem.remedy}".strip()]

    def list_fields(self) -> list[str]:
        """The names of the fields in the order of the page."""
        return list(self._fields)

    def find_field(self, key: str) -> Field | None:
        """The field with the domain's key `key`."""
        return self._fields.get(key)


class Catching:
    """See PageForm.catches."""

    def __init__(self, form: PageForm) -> None:
        self._form = form

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, SpineBenchError):
            return False
        if isinstance(error, NotFound) and not error.fields:
            return False
        database().rollback()
        self._form.take(error)
        return True
