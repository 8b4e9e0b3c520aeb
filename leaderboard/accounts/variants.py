"""Which model of the site another one was made from, and how it differs."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from leaderboard.db import now
from leaderboard.disclosure import is_public
from leaderboard.errors import FieldProblems, InvalidRequest, NotFound
from leaderboard.models.submission import Submission
from leaderboard.models.team import Consent, ModelCard, ModelVariant, Team, VariantConsent
from leaderboard.names import read_line

MAX_LABEL_CHARACTERS = 60


class Origin(NamedTuple):
    """The model of the site that another one was made from, and in which way."""

    base: ModelCard
    label: str


def read_origin(
    session: Session,
    team: Team | None,
    base_slug: str,
    label: str,
    card: ModelCard | None = None,
) -> Origin | None:
    """The base that a card of `team` names, and by `label` how it differs; None if both are empty.

    A base is a card of the same team, or one with a public result: others' cards are nobody's
    business. Raises, each under its field, one that is neither, a base that was itself made from
    `card`, and one without a label.
    """
    fields = FieldProblems()
    base_slug = base_slug.strip().lower()
    with fields.at("variant"):
        label = read_line(label, "How the variant differs from its base", MAX_LABEL_CHARACTERS)
        if base_slug and not label:
            raise InvalidRequest(
                "The card does not say how the variant differs from its base.",
                f"Use 1 to {MAX_LABEL_CHARACTERS} characters, such as: spine only.",
            )
    if not base_slug and not label:
        return None
    with fields.at("base"):
        base = _get_base(session, team, base_slug)
        if card is not None:
            _refuse_cycle(session, card, base)
    fields.raise_all()
    return Origin(base, label)


def set_origin(card: ModelCard, origin: Origin | None) -> None:
    """Say what `card` was made from; None means no model on this site.

    A new base or label needs the consent of the base's team anew; a refusal of that base stays.
    """
    variant = card.variant
    if origin is None:
        card.variant = None
    elif variant is None:
        card.variant = ModelVariant(base=origin.base, label=origin.label)
    elif (variant.base, variant.label) != origin:
        is_refused = variant.consent is not None and variant.consent.answer is Consent.REFUSED
        if not (is_refused and variant.base is origin.base):
            variant.consent = None
        variant.base, variant.label = origin


def read_requests(session: Session, team: Team) -> list[ModelVariant]:
    """Models of other teams that name one of `team` as their base: unanswered first, by name."""
    variant, base = aliased(ModelCard), aliased(ModelCard)
    rows = session.scalars(
        select(ModelVariant)
        .join(variant, variant.id == ModelVariant.model_card_id)
        .join(base, base.id == ModelVariant.base_id)
        .where(base.team_id == team.id, variant.team_id != team.id)
        .options(
            joinedload(ModelVariant.model_card).joinedload(ModelCard.team),
            joinedload(ModelVariant.base),
            joinedload(ModelVariant.consent),
        )
        .order_by(variant.name, variant.slug)
    )
    return sorted(rows, key=lambda one: one.consent is not None)


def answer_request(session: Session, team: Team, slug: str, answer: Consent) -> ModelVariant:
    """Accept or refuse that the model `slug` is shown as made from one of `team`.

    An answer can be changed: to refuse what was accepted withdraws it. Raises NotFound where no
    such model names one of the team.
    """
    found = next((one for one in read_requests(session, team) if one.model_card.slug == slug), None)
    if found is None:
        raise NotFound(
            f"No model {slug[:60]!r} names a model of {team.name} as its base.",
            "See the team's page.",
        )
    if found.consent is None:
        found.consent = VariantConsent(answer=answer, answered_at=now())
    else:
        found.consent.answer, found.consent.answered_at = answer, now()
    session.flush()
    return found


def read_possible_bases(session: Session, teams: list[Team]) -> list[ModelCard]:
    """The cards that those of `teams` may name as their base, by name."""
    own = [team.id for team in teams]
    return list(
        session.scalars(
            select(ModelCard)
            .where(or_(ModelCard.team_id.in_(own), ModelCard.id.in_(_public_cards())))
            .order_by(ModelCard.name, ModelCard.slug)
        )
    )


def find_public_variant(session: Session, card: ModelCard) -> ModelVariant | None:
    """What `card` was made from, if all may see a result of that model; it may not be agreed."""
    variant = card.variant
    if variant is None:
        return None
    shown = session.scalar(
        _public_cards().where(Submission.model_card_id == variant.base.id).limit(1)
    )
    return None if shown is None else variant


def _public_cards() -> Select[int]:
    return select(Submission.model_card_id).where(is_public())


def _get_base(session: Session, team: Team | None, slug: str) -> ModelCard:
    if not slug:
        raise InvalidRequest(
            "A variant needs a base model.", "Name the model on this site that it was made from."
        )
    is_own = ModelCard.team_id == team.id if team else false()
    base = session.scalar(
        select(ModelCard).where(
            ModelCard.slug == slug, or_(is_own, ModelCard.id.in_(_public_cards()))
        )
    )
    if base is None:
        raise InvalidRequest(
            f"There is no model {slug[:60]!r} that can be the base.",
            "Use the short name of a model in the ranking or of your team; for any other model, "
            "fill in the base model field instead.",
        )
    return base


def _refuse_cycle(session: Session, card: ModelCard, base: ModelCard) -> None:
    """Raise InvalidRequest if `base` is `card`, or was made from it over any number of models.

    Each row on the way is locked, so that no other request closes the circle meanwhile.
    """
    passed: set[int] = set()
    current: int | None = base.id
    while current is not None and current not in passed:
        if current == card.id:
            raise InvalidRequest(
                f"{base.name} cannot be the base: it is this model, or was made from it.",
                "Name the model that came first.",
            )
        passed.add(current)
        current = session.scalar(
            select(ModelVariant.base_id)
            .where(ModelVariant.model_card_id == current)
            .with_for_update(key_share=True)
        )
