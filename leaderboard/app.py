"""The web application: settings, sessions, queue, blueprints, error handlers."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Config
from leaderboard import defects, logs
from leaderboard.accounts.confirmation import ConfirmationTerms
from leaderboard.accounts.passkeys import find_site
from leaderboard.accounts.providers.settings import read_providers
from leaderboard.accounts.secret_box import SecretBox
from leaderboard.accounts.web_sessions import SessionTerms
from leaderboard.db import CommitMark, Limits, make_sessions
from leaderboard.endpoints.engine.address import read_policy
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.host_cli.commands import HostCommands, are_commands_sought
from leaderboard.letters.links import Links
from leaderboard.meters import BOOK, CACHE_BYTES, make_shelf
from leaderboard.packages.questions import QuestionFiles
from leaderboard.queue import make_queue
from leaderboard.site import Site
from leaderboard.storage import STORAGE
from leaderboard.submissions.daily import DailyCap
from leaderboard.submissions.quota import Quota
from leaderboard.web import (
    entrance,
    failures,
    protection,
    rights,
    secret_paths,
    security,
    services,
    session_cookie,
    words,
)
from leaderboard.web.allowance import Allowance, Work
from leaderboard.web.api import openapi
from leaderboard.web.entrance import Entrance
from leaderboard.web.front import Front
from leaderboard.web.hosts import TrustedHosts
from leaderboard.web.page_cache import PageCache
from leaderboard.web.pages import (
    ablations,
    about,
    account,
    admin,
    admin_approvals,
    admin_campaigns,
    admin_corrections,
    admin_evidence,
    admin_items,
    admin_objections,
    admin_packages,
    admin_people,
    admin_phases,
    admin_reported,
    admin_roles,
    admin_terms,
    admin_versions,
    agreements,
    announcements,
    benchmarks,
    breakdowns,
    comparisons,
    endpoints,
    exports,
    guides,
    health,
    identity,
    judges,
    leaderboards,
    metrics,
    notices,
    objections,
    own_data,
    passkeys,
    providers,
    ratings,
    readings,
    releases,
    reported,
    roles,
    second_factor,
    sharing,
    submissions,
    teams,
)
from leaderboard.web.services import Metrics
from leaderboard.web.store import Store

ROOT = Path(__file__).resolve().parent.parent
MULTIPART_ROOM = 64 * 1024


def create_app(config: Config | None = None) -> Flask:
    """The application with `config`, by default that of the environment.

    Where the command line only looks for the host's commands, it has these alone and no settings:
    a command that needs them reads them itself.
    """
    if config is None and are_commands_sought():
        logs.configure("text")
        return _make_commands()
    config = config or Config.from_env()
    logs.configure(config.log_format)
    if config.sentry_dsn:
        defects.report_to(config.sentry_dsn)
    STORAGE.use(config.storage)
    app = Flask(
        "leaderboard", root_path=str(ROOT / "leaderboard"), template_folder=ROOT / "templates"
    )
    app.config.update(
        SECRET_KEY=config.secret_keys[0],
        SECRET_KEY_FALLBACKS=list(config.secret_keys[1:]),
        SESSION_COOKIE_NAME=session_cookie.name_cookie(
            "spinebench", is_secure=config.cookie_secure
        ),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.cookie_secure,
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=config.max_upload_bytes + MULTIPART_ROOM,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        TEMPLATES_AUTO_RELOAD=False,
        SPINEBENCH_CONFIG=config,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    site = Site(config.base_url, config.site_name)
    limits = Limits(config.database_connect_seconds, config.database_statement_seconds)
    sessions = make_sessions(config.database_url, limits)
    store = Store(config.page_cache_bytes)
    front = Front(app.wsgi_app, CommitMark(sessions.engine, limits.connect or None).read, store)
    app.wsgi_app = TrustedHosts(front, config.base_url, config.trusted_hosts)  # type: ignore[method-assign]
    if config.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies
        )
    app.wsgi_app = Entrance(app.wsgi_app, trusts_id=config.proxies > 0)  # type: ignore[method-assign]
    shelf = make_shelf(config.redis_url, config.queue_name) if config.metrics_token else None
    BOOK.keep_in(shelf, {CACHE_BYTES: lambda: store.n_bytes})
    services.install(
        app,
        services.Services(
            sessions=sessions,
            queue=make_queue(config.redis_url, config.queue_name),
            pages=PageCache(announcements.read_frame, store),
            question_files=QuestionFiles(),
            base_url=config.base_url,
            site=site,
            max_upload_bytes=config.max_upload_bytes,
            vault=KeyVault(config.endpoint_keys),
            address_policy=read_policy(
                config.endpoint_allowed_addresses, allow_http=config.endpoint_allow_http
            ),
            links=Links(config.secret_keys),
            session_terms=SessionTerms(
                timedelta(days=config.session_days), timedelta(hours=config.session_idle_hours)
            ),
            confirmation_terms=ConfirmationTerms(
                timedelta(days=config.confirm_grace_days), bool(config.smtp_url)
            ),
            secret_box=SecretBox(config.secret_keys),
            requires_second_factor=config.require_second_factor,
            passkey_site=find_site(config.base_url, config.site_name),
            providers=read_providers(config.providers_file),
            quota=Quota(config.quota_submissions, config.quota_days),
            asks_approval=config.approve_teams,
            allowance=Allowance(
                config.redis_url,
                {
                    Work.UPLOAD: config.upload_limit,
                    Work.COMPARISON: config.comparison_limit,
                    Work.BUNDLE: config.bundle_limit,
                },
            ),
            daily=DailyCap(config.daily_submissions),
            max_runs=config.max_runs,
            bundle_keys=config.bundle_keys,
            metrics=None if shelf is None else Metrics(config.metrics_token, shelf),
        ),
    )
    entrance.install(app)
    protection.install(
        app,
        redis_url=config.redis_url,
        sign_in_limit=config.sign_in_limit,
        guess_limit=config.guess_limit,
        guess_limit_overall=config.guess_limit_overall,
    )
    secret_paths.install(app)
    security.install(app)
    session_cookie.install(app)
    failures.install(app)
    words.install(app)
    announcements.install(app)
    rights.install(app)
    for blueprint in (
        leaderboards.blueprint,
        ablations.blueprint,
        breakdowns.blueprint,
        comparisons.blueprint,
        releases.blueprint,
        reported.blueprint,
        exports.blueprint,
        sharing.blueprint,
        benchmarks.blueprint,
        submissions.blueprint,
        endpoints.blueprint,
        account.blueprint,
        roles.blueprint,
        identity.blueprint,
        second_factor.blueprint,
        passkeys.blueprint,
        providers.blueprint,
        teams.blueprint,
        own_data.blueprint,
        ratings.blueprint,
        readings.blueprint,
        judges.blueprint,
        notices.blueprint,
        objections.blueprint,
        admin.blueprint,
        admin_people.blueprint,
        admin_phases.blueprint,
        admin_approvals.blueprint,
        admin_campaigns.blueprint,
        admin_evidence.blueprint,
        admin_items.blueprint,
        admin_corrections.blueprint,
        admin_objections.blueprint,
        admin_packages.blueprint,
        admin_reported.blueprint,
        admin_roles.blueprint,
        admin_terms.blueprint,
        admin_versions.blueprint,
        agreements.blueprint,
        guides.blueprint,
        health.blueprint,
        metrics.blueprint,
    ):
        app.register_blueprint(blueprint)
    about.install(
        app,
        site,
        logo=config.site_logo,
        contact=config.contact,
        places={"imprint": config.imprint, "privacy": config.privacy, "terms": config.terms},
    )
    openapi.install(app)
    logs.configure(config.log_format, secret_paths.make_hider(app.url_map))
    app.cli = HostCommands(app.name)
    return app


def _make_commands() -> Flask:
    """An application that serves nothing: a laptop prepares a package without a server."""
    app = Flask("leaderboard")
    app.cli = HostCommands(app.name)
    return app
