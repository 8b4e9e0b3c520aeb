"""What the database, Redis and the processes answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from redis import Redis, RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from config import Config
from leaderboard.db import Limits, make_sessions
from leaderboard.host_cli.production.finding import Finding, advice, problem
from leaderboard.host_cli.production.settings import is_here, is_sqlite
from leaderboard.hosting.readiness import read_schema
from leaderboard.queue import Lane, make_queue

MOST_SKEW = timedelta(seconds=2)
DATABASE_SECONDS = 5
REDIS_SECONDS = 5


def check_services(config: Config) -> Iterator[Finding]:
    """What is away or not as the site needs it."""
    yield from _check_database(config)
    yield from _check_redis(config)
    yield from _check_processes(config)


def _check_database(config: Config) -> Iterator[Finding]:
    limits = Limits(DATABASE_SECONDS, DATABASE_SECONDS)
    sessions = make_sessions(config.database_url, limits)
    try:
        with sessions.read() as session:
            if difference := read_schema(session):
                yield problem("database", f"{difference}.".capitalize(), "Run `flask db upgrade`.")
            if not is_sqlite(config):
                yield from _check_clock(session)
    except SQLAlchemyError as error:
        # Its message may hold the address, with the password.
        yield problem(
            "database",
            f"It does not answer ({type(error).__name__}).",
            "Start it, or correct DATABASE_URL.",
        )
    finally:
        sessions.engine.dispose()


def _check_clock(session: Session) -> Iterator[Finding]:
    skew = abs(session.scalars(select(func.clock_timestamp())).one() - datetime.now(UTC))
    if skew > MOST_SKEW:
        yield problem(
            "clock",
            f"The clocks of this machine and of the database are {skew.total_seconds():.0f} s "
            "apart.",
            "Have both keep time, for example by `apt install systemd-timesyncd`.",
        )
    zone = session.scalar(select(func.current_setting("TimeZone")))
    if str(zone).upper() not in {"UTC", "ETC/UTC"}:
        yield advice(
            "timezone",
            f"The database's timezone is {zone}: its own logs and dumps are not in UTC, as ours "
            "are.",
            "Run `ALTER DATABASE ... SET timezone TO 'UTC'`.",
        )


def _check_redis(config: Config) -> Iterator[Finding]:
    parts = urlsplit(config.redis_url)
    if parts.scheme != "unix" and not is_here(parts.hostname) and not parts.password:
        yield problem(
            "REDIS_URL",
            "Redis is asked over the network without a password: who reaches it rules the queue.",
            "Set `requirepass`, or let it listen on a Unix socket alone.",
        )
    redis = Redis.from_url(config.redis_url, socket_timeout=REDIS_SECONDS)
    try:
        redis.ping()
        policy = str(redis.info("memory").get("maxmemory_policy", "noeviction"))
    except RedisError as error:
        yield problem(
            "redis",
            f"It does not answer ({type(error).__name__}).",
            "Start it, or correct REDIS_URL.",
        )
        return
    finally:
        redis.close()
    if policy != "noeviction":
        yield problem(
            "redis",
            f"Its policy for a full memory is {policy}: it would drop jobs that wait.",
            "Set `maxmemory-policy noeviction`.",
        )


def _check_processes(config: Config) -> Iterator[Finding]:
    state = make_queue(config.redis_url, config.queue_name).find_state()
    if state is None:
        return
    for lane in state.unserved:
        if lane is not Lane.ENDPOINTS or config.endpoint_keys:
            yield problem(
                "worker",
                f"No worker serves {lane.label}.",
                f"Start one: `python -m workers worker {lane.value}`.",
            )
    if not state.has_reconciler:
        yield problem(
            "reconciler",
            "None was heard of for half a minute: what a worker leaves undone stays so.",
            "Start one: `python -m workers reconciler`.",
        )
