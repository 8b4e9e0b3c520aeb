"""Problems of several fields become one error that names each."""

import pytest

from leaderboard.errors import (
    Conflict,
    FieldProblems,
    InvalidFields,
    InvalidPredictions,
    InvalidRequest,
    Problem,
)


def test_one_problem_is_its_own_error_and_names_its_field() -> None:
    fields = FieldProblems()
    with fields.at("slug"):
        raise Conflict("There is one.", "Choose another.")
    with pytest.raises(Conflict) as caught:
        fields.raise_all()
    assert caught.value.problems == (Problem("There is one.", "Choose another.", field="slug"),)


def test_several_problems_are_one_error_in_their_order() -> None:
    fields = FieldProblems()
    with fields.at("name"):
        raise InvalidRequest("It is empty.", "Write one.")
    inner = FieldProblems()
    for key in ("seed", "extra"):
        with inner.at(key):
            raise InvalidRequest(f"{key} cannot be.", "Leave it out.")
    with fields.at("settings"):
        inner.raise_all()
    with pytest.raises(InvalidFields) as caught:
        fields.raise_all()
    keys = [problem.field for problem in caught.value.problems]
    assert keys == ["name", "settings.seed", "settings.extra"]
    assert caught.value.message == ("3 fields have problems: name, settings.seed, settings.extra.")


def test_a_part_of_a_field_is_named_with_the_way_to_it() -> None:
    fields = FieldProblems()
    with fields.at("settings"):
        raise InvalidRequest("It is too low.", "Choose 1.").at("text").at("max_tokens")
    with pytest.raises(InvalidRequest) as caught:
        fields.raise_all()
    assert caught.value.field == "settings.max_tokens.text"


def test_a_files_problems_stay_beside_those_of_other_fields() -> None:
    line = Problem("It is empty.", "Write something.", line=3)
    alone, mixed = FieldProblems(), FieldProblems()
    for fields in (alone, mixed):
        with fields.at("file"):
            raise InvalidPredictions("The file has 1 problem.", "Fix it.", [line])
    with pytest.raises(InvalidPredictions) as caught:
        alone.raise_all()
    assert (caught.value.problems, caught.value.field) == ((line,), "file")
    with mixed.at("model"):
        raise InvalidRequest("There is none.", "Make one.")
    with pytest.raises(InvalidFields) as both:
        mixed.raise_all()
    assert [problem.field for problem in both.value.problems] == ["file", None, "model"]


def test_nothing_noted_raises_nothing_and_what_is_no_domain_error_is_not_noted() -> None:
    fields = FieldProblems()
    with fields.at("name"):
        pass
    fields.raise_all()
    with pytest.raises(ValueError, match="ours"), fields.at("name"):
        raise ValueError("ours")
