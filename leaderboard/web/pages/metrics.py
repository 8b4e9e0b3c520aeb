"""The site's figures in the form that Prometheus reads."""

from __future__ import annotations

import hmac
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from leaderboard.db import now
from leaderboard.errors import NotFound, NotSignedIn
from leaderboard.hosting.monitor import read_figures
from leaderboard.meters import BOOK, CACHE_BYTES, ENDLESS, METERS, Count, Meter
from leaderboard.queue import Lane
from leaderboard.web.services import Metrics, database, services

if TYPE_CHECKING:
    from prometheus_client import Metric

log = logging.getLogger(__name__)
blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Every figure, to whoever shows the token."""
    # Only who is asked for figures needs the package.
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import choose_encoder

    parts = services().metrics
    if parts is None:
        raise NotFound("There is nothing at this address.")
    shown = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(shown, f"Bearer {parts.token}".encode()):
        raise NotSignedIn("This address needs a token.", "Send METRICS_TOKEN as a bearer token.")
    registry = CollectorRegistry()
    registry.register(Collector(parts))
    encode, media_type = choose_encoder(request.headers.get("Accept", ""))
    response = Response(encode(registry), content_type=media_type)
    response.headers["Cache-Control"] = "no-store"
    return response


class Collector:
    """Reads figures when they are asked for; those of what is away are missing."""

    def __init__(self, parts: Metrics) -> None:
        self._parts = parts

    def describe(self) -> list[Metric]:
        """Nothing: figures are not read before they are asked for."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every family of figures."""
        yield from self._read_database()
        yield from self._read_queue()
        yield from self._read_counts()

    def _read_database(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily as Gauge

        up = Gauge("spinebench_database_up", "Whether the database answers.")
        try:
            figures = read_figures(database())
        except SQLAlchemyError as error:
            log.warning("the database is away: %s", type(error).__name__)
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        statuses = Gauge("spinebench_submissions", "Submissions by status.", labels=["status"])
        for status, n in figures.n_submissions.items():
            statuses.add_metric([status.value], n)
        yield statuses
        waited = Gauge(
            "spinebench_submission_wait_seconds",
            "Since when the submission waits that has waited longest, by lane; 0 if none does.",
            labels=["lane"],
        )
        for lane, seconds in figures.waited.items():
            waited.add_metric([lane.value], seconds)
        yield waited

    def _read_queue(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily as Gauge

        state = services().queue.find_state()
        up = Gauge("spinebench_redis_up", "Whether Redis answers.")
        up.add_metric([], state is not None)
        yield up
        if state is None:
            return
        jobs = Gauge("spinebench_queue_jobs", "Jobs that wait, by lane.", labels=["lane"])
        waited = Gauge(
            "spinebench_queue_wait_seconds",
            "Since when the oldest of the next jobs waits, by lane; 0 if none does.",
            labels=["lane"],
        )
        workers = Gauge("spinebench_workers", "Workers alive, by lane.", labels=["lane"])
        heard = Gauge(
            "spinebench_worker_heard_seconds",
            "How long ago the worker was heard of that was heard of last, by lane.",
            labels=["lane"],
        )
        at = now()
        for lane in Lane:
            jobs.add_metric([lane.value], state.n_jobs[lane])
            waited.add_metric([lane.value], state.waited[lane])
            own = [worker for worker in state.workers if lane in worker.lanes]
            workers.add_metric([lane.value], len(own))
            seen = [worker.seen_at for worker in own if worker.seen_at is not None]
            if seen:
                heard.add_metric([lane.value], max(0.0, (at - max(seen)).total_seconds()))
        yield from (jobs, waited, workers, heard)
        reconciler = Gauge(
            "spinebench_reconciler_heard_seconds",
            "How long ago a reconciler was heard of; missing if none is at work.",
        )
        if state.reconciler_seconds is not None:
            reconciler.add_metric([], state.reconciler_seconds)
        yield reconciler

    def _read_counts(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily

        BOOK.flush()
        try:
            by_meter: defaultdict[str, list[tuple[Count, float]]] = defaultdict(list)
            for one, amount in self._parts.shelf.read():
                by_meter[one.meter].append((one, amount))
            n_bytes = self._parts.shelf.read_gauge(CACHE_BYTES)
        except RedisError as error:
            log.warning("the counts cannot be read: %s", error)
            return
        for meter in METERS:
            make = make_histogram if meter.bounds else make_counter
            yield make(meter, by_meter[meter.name])
        cache = GaugeMetricFamily(CACHE_BYTES.name, CACHE_BYTES.meaning)
        cache.add_metric([], n_bytes)
        yield cache


def make_counter(meter: Meter, counts: Iterable[tuple[Count, float]]) -> Metric:
    """The family of a meter that counts."""
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(meter.name, meter.meaning, labels=meter.labels)
    for one, amount in counts:
        if len(one.labels) == len(meter.labels):
            family.add_metric(one.labels, amount)
    return family


def make_histogram(meter: Meter, counts: Iterable[tuple[Count, float]]) -> Metric:
    """The family of a meter with bounds: each bucket has all that lies up to its bound."""
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(meter.name, meter.meaning, labels=meter.labels)
    by_labels: defaultdict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
    for one, amount in counts:
        by_labels[one.labels][one.part] = amount
    bounds = [*map(str, meter.bounds), ENDLESS]
    for labels, parts in by_labels.items():
        n_up_to = accumulate(parts.get(bound, 0.0) for bound in bounds)
        family.add_metric(labels, list(zip(bounds, n_up_to, strict=True)), parts.get("sum", 0.0))
    return family
