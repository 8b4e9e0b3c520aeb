"""Model cards of the token's teams."""

from __future__ import annotations

import msgspec

from leaderboard.accounts.teams import (
    change_model_card,
    describe_model_card,
    find_team,
    get_own_model_card,
    make_model_card,
    read_model_cards,
)
from leaderboard.models.team import ModelCard, ModelVariant, Scope
from leaderboard.queue import send_nudges
from leaderboard.rankings.apart import nudge_rankings
from leaderboard.web.api.operation import get, patch, post
from leaderboard.web.services import current_user, database, services
from spinebench.shapes.models import ChangedModel, ModelList, ModelRecord, NewModel


@get("/models", scope=Scope.READ)
def list_models() -> ModelList:
    """The model cards of your teams."""
    cards = read_model_cards(database(), current_user())
    return ModelList(models=[_show(card) for card in cards])


@post("/models", scope=Scope.SUBMIT, status=201, errors=(404, 409))
def create_model(json: NewModel) -> ModelRecord:
    """Create a model card."""
    team = find_team(database(), current_user(), json.team)
    card = make_model_card(database(), team, msgspec.structs.asdict(json), current_user())
    database().commit()
    return _show(card)


@patch("/models/<model>", scope=Scope.SUBMIT)
def change_model(model: str, json: ChangedModel) -> ModelRecord:
    """Change a model card; fields left out stay as they are, and null takes a fact away."""
    card = get_own_model_card(database(), current_user(), model)
    sent = msgspec.to_builtins(json)
    change_model_card(database(), card, {**describe_model_card(card), **sent})
    rank = nudge_rankings(database(), card)
    database().commit()
    send_nudges(services().queue, rank)
    return _show(card)


def _show(card: ModelCard) -> ModelRecord:
    return ModelRecord.of(
        card,
        team=card.team.slug,
        base=card.variant.base.slug if card.variant else None,
        variant=card.variant.label if card.variant else None,
        base_consent=_show_consent(card.variant) if card.variant else None,
    )


def _show_consent(variant: ModelVariant) -> str:
    if variant.is_own:
        return "own"
    return "requested" if variant.consent is None else variant.consent.answer.value
