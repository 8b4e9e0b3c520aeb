"""Facts of a model card: one declaration each, held against table, API and command."""

import pytest
from sqlalchemy import inspect

from leaderboard.accounts.card_fields import CARD_FIELDS, CardField, read_card_fields
from leaderboard.errors import InvalidRequest
from leaderboard.models.team import ModelCard
from spinebench.shapes.models import ChangedModel, ModelRecord, NewModel

OWN = {"slug", "team"}
"""What a card has in the API that is no fact of its model."""
RELATED = {"base", "variant"}
"""The facts that name another model of the site."""
NOT_STATED = {"id", "team_id", "slug", "created_at", "changed_at", "is_verified"}
"""What the table knows of a card that its team does not state."""
KEYS = {field.key for field in CARD_FIELDS}
each_fact = pytest.mark.parametrize("fact", CARD_FIELDS, ids=[one.key for one in CARD_FIELDS])


def test_every_stated_column_of_the_table_is_a_declared_fact() -> None:
    columns = {column.key for column in inspect(ModelCard).column_attrs}
    assert columns - NOT_STATED == KEYS


def test_the_api_and_the_command_take_and_show_every_fact() -> None:
    assert set(NewModel.__struct_fields__) == KEYS | RELATED | OWN
    assert set(ChangedModel.__struct_fields__) == KEYS | RELATED
    assert set(ModelRecord.__struct_fields__) == KEYS | RELATED | OWN | {"base_consent"}
    assert all(one.meaning for one in NewModel.describe() if one.name not in OWN)


@each_fact
def test_a_fact_that_is_not_stated_is_written_and_sorted_as_nothing(fact: CardField) -> None:
    card = ModelCard(slug="m", open_weights=False)
    if fact.key != "open_weights":
        assert fact.write(card) == ""
        assert fact.sort_by(card) is None


@pytest.mark.parametrize(
    ("key", "sent", "kept", "written"),
    [
        ("licence", "  Apache  2.0 ", "Apache 2.0", "Apache 2.0"),
        ("parameters_billion", "0.135", 0.135, "135M"),
        ("parameters_billion", 7, 7.0, "7B"),
        ("open_weights", "on", True, "open"),
        ("open_weights", None, False, "closed"),
        ("url", " https://example.org/a ", "https://example.org/a", "https://example.org/a"),
        ("description", " one\ntwo ", "one\ntwo", "one\ntwo"),
    ],
)
def test_what_is_sent_is_kept_and_written_back(
    key: str, sent: object, kept: object, written: str
) -> None:
    found = read_card_fields({"name": "M", "organisation": "O", key: sent})
    assert found[key] == kept
    (fact,) = (one for one in CARD_FIELDS if one.key == key)
    assert fact.write(ModelCard(**found)) == written


@pytest.mark.parametrize(
    ("key", "sent", "said"),
    [
        ("name", " ", "The model's name is empty."),
        ("organisation", "o" * 121, "The model's organisation is too long."),
        ("licence", "l" * 101, "The licence is too long."),
        (
            "base_model",
            "a\u202eb",
            "The base model contains U+202E (right-to-left override), which cannot be displayed.",
        ),
        ("description", "d" * 4001, "The description is too long."),
    ],
)
def test_a_fact_that_cannot_be_kept_is_named(key: str, sent: str, said: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_card_fields({"name": "M", "organisation": "O", key: sent})
    assert refused.value.message == said


@pytest.mark.parametrize("sent", ["seven", "0", "-1", "nan", "inf", "100000"])
def test_a_size_is_a_number_of_billions(sent: str) -> None:
    with pytest.raises(InvalidRequest, match=r"parameters|number"):
        read_card_fields({"name": "M", "organisation": "O", "parameters_billion": sent})


@pytest.mark.parametrize(
    "sent", ["example.org", "ftp://example.org", "https://", "http://[", "javascript:x"]
)
def test_a_link_is_an_address_of_the_web(sent: str) -> None:
    with pytest.raises(InvalidRequest, match="link"):
        read_card_fields({"name": "M", "organisation": "O", "url": sent})
