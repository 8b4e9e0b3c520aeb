"""`python -m workers worker [LANE ...]` and `python -m workers reconciler`."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from redis import ConnectionError, Redis, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from config import Config, ConfigError
from leaderboard import defects, logs
from leaderboard.campaigns.refit import begin_upgrade
from leaderboard.db import Sessions, make_sessions
from leaderboard.errors import InvalidRequest
from leaderboard.hosting.concerns import Watch
from leaderboard.hosting.uploaded.keep import delete_expired
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.connection import load_client
from leaderboard.late import load_numbers
from leaderboard.leases import Terms, sweep
from leaderboard.letters.concerns import tell_concerns
from leaderboard.meters import BOOK, JOBS, count, make_shelf
from leaderboard.queue import (
    DeclaredJob,
    Lane,
    Nudge,
    RedisQueue,
    begin,
    make_queue,
    make_rq_queue,
    send_nudges,
)
from leaderboard.scoring.answers import PARSER_VERSION
from leaderboard.storage import STORAGE
from leaderboard.submissions.endpoint_runs import wipe_spent_keys
from workers.calendar import follow_calendar

# The parent imports once what every work horse needs.
from workers.jobs import ask_orders, read_judges, read_limits, read_reader
from workers.leased import LEASED
from workers.memory import settle_memory

log = logging.getLogger("workers")
PR_SET_PDEATHSIG = 1
PAUSE_SECONDS = 2.0
WATCH_SECONDS = 30.0
LOOK_SECONDS = 1
"""How long a worker without a job waits for one before it looks whether it is to stop."""


def die_with_parent() -> None:
    """On Linux, have this process killed when its parent ends, however that happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class BoundWorker(Worker):
    """A worker whose work horse does not outlive it, and that does each job which it takes."""

    _is_loaded = False

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """Wait for the next job; None once the worker is to stop."""
        while not self._stop_requested:
            self._register_again()
            if taken := super().dequeue_job_and_maintain_ttl(LOOK_SECONDS, LOOK_SECONDS):
                return taken
        return None

    def _register_again(self) -> None:
        """Be known to Redis also after it was emptied: what it forgot counts as not at work."""
        try:
            if not self.connection.sismember(self.redis_workers_keys, self.key):
                # What was written of it since is not a whole registration.
                self.connection.delete(self.key)
                self.register_birth()  # type: ignore[no-untyped-call]
        except RedisError:
            # Whoever waits for the next job waits for Redis too.
            return

    @property
    def is_told_to_stop(self) -> bool:
        """Whether it was asked to end, and has not just lost Redis."""
        return bool(self._stop_requested)

    def wait_for_orphan(self) -> None:
        """Wait for a job that is still under way though its worker gave up."""
        if self.horse_pid:
            with suppress(ChildProcessError):
                os.waitpid(self.horse_pid, 0)

    def _shutdown(self) -> None:
        """Stop after the job in hand, also one that was taken this moment.

        RQ raises StopRequested in a worker that is not busy yet, wherever it stands: what it has
        taken from several queues is in no list any more, and would be lost. Only a worker without
        a job that cannot reach Redis is stopped at once, as it will not get one.
        """
        self._stop_requested = True
        if self.horse_pid == 0:
            try:
                self.connection.ping()
            except ConnectionError:
                raise StopRequested from None

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Free the job's key for the next nudge, and run it in a forked horse."""
        begin(job, queue)
        if not self._is_loaded:
            # Once here, not in each horse; a worker that waits for its first job does without.
            load_numbers()
            settle_memory()
            self._is_loaded = True
        super().execute_job(job, queue)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Do the job, and bring what was counted meanwhile to the site's counts."""
        with logs.noting(job=job.id, worker=self.name):
            is_done = super().perform_job(job, queue, execution)
        if isinstance(job, DeclaredJob) and job.is_ours():
            name = str(job.func_name).rpartition(".")[2]
            count(JOBS, name, "done" if is_done else "failed")
        BOOK.flush()
        defects.flush()
        return is_done

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """Run in the forked horse."""
        die_with_parent()
        if os.getppid() == 1:
            os._exit(1)
        super().main_work_horse(job, queue)


def keep_counts(config: Config) -> None:
    """Have what this process counts, and those that it forks, come to the site's counts."""
    if config.metrics_token:
        BOOK.keep_in(make_shelf(config.redis_url, config.queue_name))


def run_worker(config: Config, lanes: Sequence[Lane]) -> None:
    """Work on `lanes`, the first that is not empty first, until told to stop.

    A job under way is finished first.

    Raises InvalidRequest at once for judges or a reader that cannot be set up as the settings say.
    Judges that were never run on the order suite are asked to first.
    """
    for judge in read_judges(config):
        load_client()
        log.info("reports are rated by %s (model %s)", judge.name, judge.model)
    if reader := read_reader(config):
        log.info("unparsed answers are read by %s (model %s)", reader.name, reader.settings.model)
    redis = Redis.from_url(config.redis_url)
    queues = [make_rq_queue(redis, config.queue_name, lane) for lane in lanes]
    keep_counts(config)
    ask_orders(config)
    settle_memory()
    work_on(
        lambda: BoundWorker(
            queues,
            connection=redis,
            worker_ttl=60,
            job_class=DeclaredJob,
            serializer=JSONSerializer,
        )
    )


def work_on(make_worker: Callable[[], BoundWorker]) -> None:
    """Work until told to stop, however often Redis goes away meanwhile.

    RQ's worker ends where it misses Redis between two jobs; then another one takes its place.
    """
    is_told_to_stop = False
    while not is_told_to_stop:
        worker = make_worker()
        try:
            with suppress(ConnectionError, RedisTimeoutError):
                worker.work(with_scheduler=False, logging_level="INFO")
            worker.wait_for_orphan()
            if not worker.is_told_to_stop:
                log.warning("Redis was missed: the worker begins anew")
                time.sleep(LOOK_SECONDS)
        except StopRequested:
            return
        is_told_to_stop = worker.is_told_to_stop


class Watchman:
    """Now and then has hosts written to about what needs them, where the site sends letters."""

    def __init__(self, config: Config) -> None:
        self._is_on = bool(config.smtp_url and config.attention_minutes)
        self._watch = Watch(timedelta(minutes=config.attention_minutes))
        self._lanes = [one for one in Lane if one is not Lane.ENDPOINTS or config.endpoint_keys]
        is_file = config.database_url.startswith("sqlite:///")
        place = config.database_url.removeprefix("sqlite:///") if is_file else ""
        self._folder = os.path.dirname(place) or tempfile.gettempdir()
        self._looked = -WATCH_SECONDS

    def look(self, sessions: Sessions, queue: RedisQueue) -> None:
        """Look, unless that was done within WATCH_SECONDS; what fails is tried again then."""
        if not self._is_on or time.monotonic() - self._looked < WATCH_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            disk, state = shutil.disk_usage(self._folder), queue.find_state()
            with sessions.write() as session:
                found = self._watch.read(session, state, self._lanes, 1 - disk.free / disk.total)
                tell_concerns(session, found)
        except Exception:
            log.exception("hosts could not be written to; it is tried again")


def run_reconciler(config: Config) -> None:
    """Every PAUSE_SECONDS bring rows and queue together again, until told to stop."""
    sessions = make_sessions(config.database_url, read_limits(config))
    queue = make_queue(config.redis_url, config.queue_name)
    terms = Terms(timedelta(seconds=config.lease_seconds), config.max_attempts)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    keep_counts(config)
    logs.note(worker="reconciler")
    watchman = Watchman(config)
    log.info("reconciler ready")
    is_begun = False
    while not stopped.wait(PAUSE_SECONDS):
        try:
            with sessions.write() as session:
                # An upgrade starts this process anew: once is enough.
                upgraded = (
                    []
                    if is_begun
                    else begin_upgrade(session, PARSER_VERSION, ChecklistJudge.identity)
                )
                due: list[Nudge[Any]] = [
                    nudge for table in LEASED for nudge in sweep(session, table, terms)
                ]
                wipe_spent_keys(session)
                delete_expired(session)
        except Exception:
            log.exception("the reconciler failed once; it carries on")
            continue
        is_begun = True
        for nudge in upgraded:
            log.info("campaign %d: another version of the parser or judge", nudge.key)
        for job, key in due:
            log.info("%s %s waits: enqueued again", job.noun, key)
        send_nudges(queue, [*upgraded, *due])
        send_nudges(queue, follow_calendar(sessions))
        queue.note_reconciler()
        watchman.look(sessions, queue)


def main(arguments: list[str]) -> int:
    """Run the process that `arguments` name; returns the exit status."""
    name, lanes = (arguments or [""])[0], arguments[1:]
    is_known = name == "worker" or (name == "reconciler" and not lanes)
    if not (is_known and set(lanes) <= set(Lane)):
        print(f"usage: python -m workers worker [{'|'.join(Lane)} ...]", file=sys.stderr)
        print("       python -m workers reconciler", file=sys.stderr)
        return 2
    try:
        config = Config.from_env()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure(config.log_format)
    if config.sentry_dsn:
        defects.report_to(config.sentry_dsn)
    STORAGE.use(config.storage)
    try:
        if name == "worker":
            run_worker(config, [lane for lane in Lane if lane in lanes or not lanes])
        else:
            run_reconciler(config)
    except InvalidRequest as error:
        print(f"{error.message} {error.remedy}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
