"""The jobs of the queue: each carries an id, claims its row, and may run twice."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Config
from leaderboard.campaigns.refit import begin_labels, begin_order
from leaderboard.campaigns.run import Runner
from leaderboard.db import Limits, Sessions, make_sessions
from leaderboard.endpoints.engine.address import read_policy
from leaderboard.endpoints.engine.settings import Budget
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.evaluation.collect import EndpointAccess
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.rating.order import OfRubric, ask_missing, find_missing, run_order
from leaderboard.evaluation.run import carry_out
from leaderboard.evaluation.try_endpoint import try_endpoint
from leaderboard.evaluation.turns import claim_next
from leaderboard.exposure.ask import ask_exposure
from leaderboard.hosting.uploaded.work import UNPACKED_TIMES, work_on_upload
from leaderboard.items.reports import get_rubric
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.judges.roster import AnyJudge, keep_allowed, make_judges
from leaderboard.judges.settings import JudgeSettings, read_judge_settings
from leaderboard.lens.irt.run import run_irt
from leaderboard.letters.links import Links
from leaderboard.letters.send import Post, send_letter
from leaderboard.logs import noting
from leaderboard.models.benchmark import Benchmark, Item, ItemKind, Split, Track
from leaderboard.models.campaign import CampaignPart
from leaderboard.models.order import OrderRun
from leaderboard.models.submission import Submission
from leaderboard.notices.channels import MailSettings
from leaderboard.notices.send import Outbox, send_notice
from leaderboard.notices.send_test import send_test
from leaderboard.queue import Lane, make_queue, send_nudges
from leaderboard.readers.reader import Reader
from leaderboard.readers.settings import read_reader_settings
from leaderboard.robustness.ask import ask_audit
from leaderboard.scoring.rubric import Rubric
from leaderboard.third_parties import read_third_parties

log = logging.getLogger(__name__)


def evaluate_next_file(submission_id: str) -> None:
    """Score the file whose turn it is, since `submission_id` or another one waits."""
    _evaluate_next(Lane.FILES)


def evaluate_next_run(submission_id: str) -> None:
    """Ask the endpoint whose turn it is, and score what it answers."""
    _evaluate_next(Lane.ENDPOINTS)


def _evaluate_next(lane: Lane) -> None:
    config = Config.from_env()
    sessions = sessions_of(config)
    settings, reader, access = read_judges(config), read_reader(config), make_access(config)
    with sessions.write() as session:
        claim = claim_next(session, lane)
    if claim is None:
        log.info("nothing waits in the lane %s", lane.value)
        return
    with sessions.read() as session:
        rubric = get_rubric(session, claim.key)
        submission = session.get_one(Submission, claim.key)
        has_reports = Track.REPORT in submission.tracks
        choice = read_third_parties(session, submission.split.benchmark.slug)
    judges = make_judges(keep_allowed(settings, choice), rubric)
    _ask_orders(config, sessions, judges if has_reports else [])
    with noting(submission=claim.key):
        carry_out(sessions, claim, judges, config.max_attempts, access, reader=reader)


def read_judges(config: Config) -> tuple[JudgeSettings, ...]:
    """The LLM judges that the settings describe. Raises InvalidRequest."""
    return read_judge_settings(
        os.environ,
        base_url=config.judge_base_url,
        model=config.judge_model,
        api_key=config.judge_api_key,
        file=config.judges_file,
    )


def read_reader(config: Config) -> Reader | None:
    """The second reader of answers; None where the settings name none. Raises InvalidRequest."""
    settings = read_reader_settings(os.environ, config.reader_file)
    return None if settings is None else Reader(settings)


def list_judges(session: Session, settings: Sequence[JudgeSettings]) -> list[OfRubric]:
    """The judges that would rate reports of any benchmark today, each once, and how they ask."""
    found: dict[JudgeIdentity, OfRubric] = {}
    with_reports = select(Split.benchmark_id).join(Item).where(Item.kind == ItemKind.REPORT)
    query = select(Benchmark.slug, Benchmark.manifest).where(Benchmark.id.in_(with_reports))
    for slug, manifest in session.execute(query.order_by(Benchmark.id)).all():
        rubric = msgspec.convert(manifest["rubric"], Rubric)
        allowed = keep_allowed(settings, read_third_parties(session, slug))
        for judge in make_judges(allowed, rubric):
            found.setdefault(judge.identity, OfRubric(judge, rubric))
    return list(found.values())


def ask_orders(config: Config) -> None:
    """Have judges that were never run on the order suite run on it: new ones, and upgraded ones.

    Leaves no connection open: the process that calls this forks, and a connection that several
    processes share answers each with what another asked.
    """
    sessions = make_sessions(config.database_url, read_limits(config))
    try:
        with sessions.read() as session:
            judges = [one.judge for one in list_judges(session, read_judges(config))]
        _ask_orders(config, sessions, judges)
    finally:
        sessions.engine.dispose()


def _ask_orders(config: Config, sessions: Sessions, judges: Sequence[AnyJudge]) -> None:
    # Before each evaluation there is nearly always nothing to ask: the write lock is not taken.
    with sessions.read() as session:
        missing = find_missing(session, judges)
    if missing:
        with sessions.write() as session:
            asked = ask_missing(session, missing)
        send_nudges(make_queue(config.redis_url, config.queue_name), asked)


def order_judge(order_run_id: int) -> None:
    """Run a judge on the order suite, and propose what follows for the ranks that it decides."""
    config = Config.from_env()
    sessions = sessions_of(config)
    with sessions.read() as session:
        judges = list_judges(session, read_judges(config))
    if not run_order(sessions, order_run_id, judges):
        return
    with sessions.write() as session:
        rater_id = session.get_one(OrderRun, order_run_id).rater_id
        begun = begin_order(session, rater_id)
    send_nudges(make_queue(config.redis_url, config.queue_name), begun)


def fit_irt(irt_run_id: int) -> None:
    """Fit item response theory to the questions of a split."""
    run_irt(sessions_of(Config.from_env()), irt_run_id)


def work_on_package(uploaded_id: int) -> None:
    """Look at an uploaded package, or load it."""
    config = Config.from_env()
    work_on_upload(sessions_of(config), uploaded_id, UNPACKED_TIMES * config.max_upload_bytes)


def rank(split_id: int) -> None:
    """Rank a split again; twice gives the same ranking."""
    with sessions_of(Config.from_env()).write() as session:
        rank_split(session, split_id)


def test_endpoint(endpoint_id: str) -> None:
    """Test a team's endpoint on a few public items."""
    config = Config.from_env()
    try_endpoint(sessions_of(config), endpoint_id, make_access(config))


def audit_endpoint(audit_id: int) -> None:
    """Ask what is missing of a robustness audit."""
    config = Config.from_env()
    ask_audit(sessions_of(config), audit_id, make_access(config))


def audit_exposure(audit_id: int) -> None:
    """Ask what is missing of an exposure audit."""
    config = Config.from_env()
    ask_exposure(sessions_of(config), audit_id, make_access(config))


def make_access(config: Config) -> EndpointAccess:
    """What runs that ask an endpoint get of the host."""
    return EndpointAccess(
        vault=KeyVault(config.endpoint_keys),
        policy=read_policy(
            config.endpoint_allowed_addresses, allow_http=config.endpoint_allow_http
        ),
        budget=Budget(
            max_requests=config.endpoint_max_requests,
            max_tokens=config.endpoint_max_tokens,
            max_seconds=config.endpoint_max_seconds,
        ),
    )


def calibrate(split_id: int) -> None:
    """Begin the campaign that a split's new labels ask for."""
    config = Config.from_env()
    with sessions_of(config).write() as session:
        begun = begin_labels(session, split_id)
    if begun is None:
        log.info("split %d: no refit waits, or a campaign is under way", split_id)
    else:
        send_nudges(make_queue(config.redis_url, config.queue_name), [begun])


def run_campaign(campaign_id: int) -> None:
    """Do a share of a campaign: one of its steps, or as many parts as a while allows."""
    config = Config.from_env()
    settings, sessions = read_judges(config), sessions_of(config)

    def make_judge(split: Split) -> AnyJudge:
        benchmark = split.benchmark
        rubric = msgspec.convert(benchmark.manifest["rubric"], Rubric)
        with sessions.read() as session:
            choice = read_third_parties(session, benchmark.slug)
        return make_judges(keep_allowed(settings, choice), rubric)[0]

    queue = make_queue(config.redis_url, config.queue_name)
    runner = Runner(
        sessions,
        campaign_id,
        make_judge,
        lambda nudge: send_nudges(queue, [nudge]),
        config.max_attempts,
    )
    runner.work()


def run_part(submission_id: str) -> None:
    """Do a share of the campaign that a submission is in."""
    with sessions_of(Config.from_env()).read() as session:
        part = session.get(CampaignPart, submission_id)
    if part is not None:
        run_campaign(part.campaign_id)


def send(notice_id: int) -> None:
    """Send a notice that waits."""
    config = Config.from_env()
    send_notice(sessions_of(config), notice_id, make_outbox(config))


def send_test_notice(target_id: int) -> None:
    """Send the test notice that a team asked for."""
    config = Config.from_env()
    send_test(sessions_of(config), target_id, make_outbox(config))


def send_letter_of(letter_id: int) -> None:
    """Send a letter that waits."""
    config = Config.from_env()
    post = Post(Links(config.secret_keys), read_mail(config), config.base_url, config.site_name)
    send_letter(sessions_of(config), letter_id, post)


def make_outbox(config: Config) -> Outbox:
    """What sending notices gets of the host."""
    return Outbox(
        make_access(config).policy,
        read_mail(config),
        config.base_url,
        timedelta(days=config.confirm_grace_days),
        config.site_name,
    )


def read_mail(config: Config) -> MailSettings | None:
    """How mail leaves; None where the settings name no server."""
    return MailSettings(config.smtp_url, config.mail_from) if config.smtp_url else None


@lru_cache(maxsize=1)
def sessions_of(config: Config) -> Sessions:
    """The sessions of this process; a forked one opens connections of its own."""
    return make_sessions(config.database_url, read_limits(config))


def read_limits(config: Config) -> Limits:
    """For how long the database is waited for."""
    return Limits(config.database_connect_seconds, config.database_statement_seconds)
