"""What an endpoint is asked: the items that are missing, as requests, logged before they leave."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, selectinload, undefer

from leaderboard.db import Sessions, now
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.engine.requests import ImagePart, ItemRequest, Message, encode_request
from leaderboard.endpoints.engine.settings import EndpointSettings
from leaderboard.endpoints.registry.settings import TeamSettings
from leaderboard.endpoints.registry.splits import require_may_send
from leaderboard.leases import Claim, renew
from leaderboard.models.benchmark import Image, Item, ItemImage, Split, Track
from leaderboard.models.endpoint import EndpointRun, FailedItem, SentItem
from leaderboard.models.submission import Prediction
from leaderboard.packages.prompts import make_prompt

# So many items are read with their images, and written into the log, at a time.
CHUNK = 16


class AskedItem(NamedTuple):
    """An item to ask: its row id and its public id."""

    item_id: int
    key: str


def read_missing(session: Session, run: EndpointRun) -> list[AskedItem]:
    """The items of the submission's tracks that have no prediction and did not fail, in order."""
    submission = run.submission
    own = {"submission_id": submission.id}
    answered = select(Prediction.item_id).filter_by(**own)
    failed = select(FailedItem.item_id).filter_by(**own)
    rows = session.execute(
        select(Item.id, Item.key)
        .where(
            Item.split_id == submission.split_id,
            Item.track.in_([Track(track) for track in submission.tracks]),
            Item.id.not_in(answered),
            Item.id.not_in(failed),
        )
        .order_by(Item.position)
    )
    return [AskedItem(*row) for row in rows]


def read_items_to_ask(session: Session, item_ids: Sequence[int]) -> list[Item]:
    """The items with their pictures' bytes, in their order."""
    return list(
        session.scalars(
            select(Item)
            .where(Item.id.in_(item_ids))
            .options(
                selectinload(Item.images)
                .selectinload(ItemImage.image)
                .options(undefer(Image.content))
            )
            .order_by(Item.position)
        )
    )


def make_request(prompt: str, item: Item, settings: TeamSettings, key: str) -> ItemRequest:
    """One user message: the prompt, then the item's pictures in their order."""
    pictures = (make_data_url(shown.image) for shown in item.images)
    parts: tuple[str | ImagePart, ...] = (prompt, *(ImagePart(url) for url in pictures))
    return ItemRequest(key, (Message("user", parts),), settings.tokens_of(item.track))


def make_data_url(image: Image) -> str:
    """The picture inside an address."""
    return f"data:{image.media_type};base64,{base64.b64encode(image.content).decode()}"


def make_sent_row(
    submission_id: str, item_id: int, request: ItemRequest, endpoint: EndpointSettings
) -> dict[str, Any]:
    """The line of the log for an item that is about to leave: the hash of the bytes to be sent."""
    return {
        "submission_id": submission_id,
        "item_id": item_id,
        "sha256": hashlib.sha256(encode_request(request, endpoint)).hexdigest(),
        "sent_at": now(),
    }


class Asker:
    """Makes the requests of one run and logs each by its hash before it can leave."""

    def __init__(
        self,
        sessions: Sessions,
        claim: Claim[str],
        endpoint: EndpointSettings,
        settings: TeamSettings,
        policy: AddressPolicy,
    ) -> None:
        self._policy = policy
        self._sessions = sessions
        self._claim = claim
        self._endpoint = endpoint
        self._settings = settings

    def make_requests(self, missing: Sequence[AskedItem]) -> Iterator[ItemRequest]:
        """The requests for `missing`, in order.

        They are logged some at a time, so a run that ends early has logged a few that it did not
        send, and never sent one that is not logged. Raises PermanentError where the host no longer
        lets items go there.
        """
        for start in range(0, len(missing), CHUNK):
            yield from self._make_chunk([item.item_id for item in missing[start : start + CHUNK]])

    def _make_chunk(self, item_ids: Sequence[int]) -> list[ItemRequest]:
        with self._sessions.read() as session:
            items = read_items_to_ask(session, item_ids)
            split = session.get_one(Split, items[0].split_id)
            # The host may have changed their mind since the run began.
            require_may_send(session, split, self._endpoint.base_url, self._policy)
            manifest = split.benchmark.manifest
            requests = [
                make_request(make_prompt(manifest, item), item, self._settings, item.key)
                for item in items
            ]
        rows = [
            make_sent_row(self._claim.key, item.id, request, self._endpoint)
            for item, request in zip(items, requests, strict=True)
        ]
        with self._sessions.write() as session:
            renew(session, self._claim)
            session.execute(insert(SentItem), rows)
        return requests
