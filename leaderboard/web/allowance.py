"""How often one person, and one network, may ask for what costs much."""

from __future__ import annotations

import enum
import logging
import math
import time
from collections.abc import Mapping

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from leaderboard.errors import RateLimited
from leaderboard.meters import REDIS_ERRORS, count
from leaderboard.web.protection import STORAGE_OPTIONS, storage_uri

log = logging.getLogger(__name__)


class Work(enum.StrEnum):
    """What is counted; the value is what there were too many of."""

    UPLOAD = "prediction files"
    COMPARISON = "comparisons"
    BUNDLE = "downloaded proofs"


class Allowance:
    """Counts in Redis (in this process while it is away) what each person and network asked for.

    `limits` are written as those of `limits.parse_many`, such as `10 per minute; 60 per hour`.
    """

    def __init__(self, redis_url: str, limits: Mapping[Work, str]) -> None:
        self._limits = {work: sorted(parse_many(text)) for work, text in limits.items()}
        storage = storage_from_string(storage_uri(redis_url), **STORAGE_OPTIONS)
        self._shared = FixedWindowRateLimiter(storage)
        self._own = FixedWindowRateLimiter(MemoryStorage())

    def spend(self, work: Work, *, person: int | None, network: str) -> None:
        """Count one piece of work of a person (None: nobody known) and of a network.

        Raises RateLimited, with when to come again, where either has had its share.
        """
        callers = [("network", network)]
        if person is not None:
            callers.insert(0, ("person", str(person)))
        for kind, name in callers:
            for limit in self._limits[work]:
                wait = self._hit(limit, (work.name, kind, name))
                if wait is not None:
                    raise RateLimited(
                        f"There were more {work} than {limit.amount} in {_say(limit)}, "
                        f"the most that one person, or one network, may ask for.",
                        f"Wait {wait} second{'' if wait == 1 else 's'} and send it again.",
                        retry_after=wait,
                    )

    def _hit(self, limit: RateLimitItem, key: tuple[str, ...]) -> int | None:
        """Count one more; the seconds until the next is allowed where this one is not."""
        try:
            return _hit(self._shared, limit, key)
        except RedisError as error:
            count(REDIS_ERRORS, type(error).__name__)
            log.warning("counting in this process alone: %s", type(error).__name__)
            return _hit(self._own, limit, key)


def _hit(counter: FixedWindowRateLimiter, limit: RateLimitItem, key: tuple[str, ...]) -> int | None:
    if counter.hit(limit, *key):
        return None
    return max(1, math.ceil(counter.get_window_stats(limit, *key).reset_time - time.time()))


def _say(limit: RateLimitItem) -> str:
    n, unit = limit.multiples, limit.GRANULARITY.name
    return f"a{'n' if unit == 'hour' else ''} {unit}" if n == 1 else f"{n} {unit}s"
