"""The settings of one installation, read from the environment by `Config.from_env`."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

SENTENCES = {
    "missing": "{name} is not set. Set it in the environment (see docs/hosting.md), "
    "or run `make demo` for a server with everything included.",
    "int_parsing": "{name} must be a whole number.",
    "int_from_float": "{name} must be a whole number.",
    "greater_than_equal": "{name} must be at least {ge}.",
    "less_than_equal": "{name} must be at most {le}.",
    "bool_parsing": "{name} must be 1 or 0.",
    "literal_error": "{name} must be {expected}.",
    "value_error": "{name} {error}",
}
"""What is said of a variable by the kind of its problem; its value may be a secret."""


DRIVERS = frozenset({"postgresql+psycopg", "sqlite", "sqlite+pysqlite"})
LOGO_STARTS = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".webp": b"RIFF",
    ".svg": b"<",
}
"""How a logo's file begins, by the ending of its name."""
MAX_LOGO_BYTES = 256 * 1024
MAX_PAGE_BYTES = 256 * 1024


class ConfigError(ValueError):
    """Settings are missing or cannot be read: a line each, with the variable and the remedy."""


class Environment(BaseSettings):
    """Settings declared as fields, each under the field's name in capitals or its alias."""

    model_config = SettingsConfigDict(
        alias_generator=str.upper,
        case_sensitive=True,
        enable_decoding=False,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The settings in `environ` (the process's own by default); blank is as good as not set.

        Raises ConfigError with every variable that is missing or cannot be read.
        """
        source = EnvSettingsSource(cls)
        given = os.environ if environ is None else environ
        source.env_vars = {name: text.strip() for name, text in given.items() if text.strip()}
        try:
            return cls(**source())
        except ValidationError as error:
            every = error.errors(include_url=False, include_input=False)
        # A default that depends on a setting that is wrong is nothing to mend.
        problems = [one for one in every if one["type"] != "default_factory_not_called"]
        raise ConfigError("\n".join(map(cls._write_problem, problems)))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *others: PydanticBaseSettingsSource,
        **named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The arguments alone: `from_env` is what reads the environment."""
        return (init_settings,)

    @classmethod
    def _write_problem(cls, problem: ErrorDetails) -> str:
        """A sentence about the variable, without its value, and the remedy."""
        name = str(problem["loc"][0])
        if name in cls.model_fields:
            name = str(cls.model_fields[name].alias)
        sentence = SENTENCES.get(problem["type"], "{name}: {message}.")
        return sentence.format(name=name, message=problem["msg"], **problem.get("ctx", {}))


def _split_words(value: Any) -> Any:
    return tuple(value.split()) if isinstance(value, str) else value


def _secret(meaning: str, **more: Any) -> Any:
    """A setting that is never shown."""
    return Field(repr=False, description=meaning, **more)


def _is_https(values: Mapping[str, Any]) -> bool:
    return str(values.get("base_url", "")).startswith("https://")


Words = Annotated[tuple[str, ...], BeforeValidator(_split_words)]
Number = Annotated[int, Field(ge=0)]


class Config(Environment):
    """Every setting; times in seconds, sizes in bytes.

    `endpoint_keys` encrypt the keys of teams' endpoints: the first encrypts, all decrypt; without
    any, there are no endpoints here. `secret_keys` sign forms and links: the first signs,
    all verify. So a key of either kind is rotated by putting a new one in front. The
    descriptions are the table of docs/hosting.md.
    """

    database_url: str = _secret(
        "`postgresql://user:password@host/name`, or `sqlite:////srv/spinebench.sqlite3`"
    )
    database_connect_seconds: Number = Field(
        5,
        description="PostgreSQL counts as away if it accepts no connection within this time, or "
        "does not answer on one that was idle; 0 waits for ever",
    )
    database_statement_seconds: Number = Field(
        60,
        description="a statement that takes longer is given up, by PostgreSQL itself or, if that "
        "hangs, by us; raise it where one is cancelled that should not be; 0 waits for ever",
    )
    redis_url: str = _secret(
        "`redis://:password@host:6379/0` or `unix:///run/redis.sock`. See [Processes](#3-processes)"
    )
    secret_keys: Words = _secret(
        "signs forms and links in mails; at least 32 characters; while you rotate a "
        "key, several keys separated by spaces",
        alias="SECRET_KEY",
    )
    base_url: str = Field(
        "http://127.0.0.1:8000",
        description="the site's own address, as people enter it; used in links, and passkeys are "
        "bound to its name",
    )
    site_name: Annotated[str, Field(max_length=60)] = Field(
        "SpineBench",
        description="what the site calls itself on pages, in mails, in the feed, in downloads and "
        "in authenticator apps",
    )
    site_logo: str = Field(
        "",
        description="a PNG, JPEG, WebP or SVG file of at most 256 KiB, shown beside the name",
    )
    contact: str = Field(
        "", description="the host's e-mail address or a page to write to, named on each page"
    )
    imprint: str = Field(
        "",
        description="who runs the site: the address of a page, or a Markdown file (`.md`) that is "
        "shown at `/imprint`; linked on each page",
    )
    privacy: str = Field(
        "", description="the same of what is done with people's data, at `/privacy`"
    )
    terms: str = Field("", description="the same of the terms of use, at `/terms`")
    trusted_hosts: Words = Field(
        (),
        description="other names that the site answers to, separated by spaces, beside that of "
        "`BASE_URL` and loopback; a request to any other name is refused",
    )
    cookie_secure: bool = Field(
        default_factory=_is_https,
        description="1: cookies are sent only over https, and browsers are told to insist on https."
        " Set to 1 automatically if `BASE_URL` begins with `https://`",
    )
    proxies: Number = Field(
        0,
        description="how many proxies in front of the server are trusted to report the visitor's "
        "address",
    )
    backup_folder: str = Field(
        "",
        description="where `flask backup make` puts copies of the database. See "
        "[Backups](#backups)",
    )
    max_upload_bytes: Number = Field(
        64 * 1024 * 1024,
        description="size limit of a prediction file, both as sent and once decompressed",
    )
    page_cache_bytes: Number = Field(
        64 * 1024 * 1024,
        description="memory that each web process may use to keep public pages that were "
        "rendered; 0 keeps none",
    )
    log_format: Literal["text", "json"] = Field(
        "text",
        description="`json`: each line of the log is a JSON object. See [Logs](#logs)",
    )
    sentry_dsn: str = _secret(
        "where defects are reported in Sentry, such as `https://key@sentry.example/1`; if it is "
        "not set, nowhere. See [Sentry](#sentry)",
        default="",
    )
    metrics_token: str = _secret(
        "what Prometheus shows as a bearer token at `/metrics`; if it is not set, nothing is "
        "counted and there is no such page. See [Metrics](#metrics)",
        default="",
    )
    queue_name: str = Field(
        "submissions",
        description="the queues' name in Redis; two sites sharing one Redis need different names",
    )
    lease_seconds: Number = Field(
        30,
        description="a submission without a sign of life for this long is handed to another worker",
    )
    max_attempts: Number = Field(5, description="a submission fails after this many attempts")
    quota_submissions: Number = Field(
        10,
        description="how many submissions a team, and each of its members in all of their teams "
        "together, may send in `QUOTA_DAYS` on each split with hidden answers; 0 means no limit",
    )
    quota_days: Number = Field(7, description="the rolling window of that limit")
    approve_teams: bool = Field(
        True,
        description="1: what a team submits to a split with hidden answers waits until a host has "
        "approved the team, see [Approve teams](#approve-teams); 0: it goes to the queue at once",
    )
    max_runs: Number = Field(
        10,
        description="how many runs of one model (seeds, days) may stand together as their mean",
    )
    daily_submissions: Number = Field(
        50,
        description="how many submissions a person may send in 24 hours, for whatever team and "
        "split and whatever becomes of them; 0 means no limit",
    )
    smtp_url: str = _secret(
        "the mail server for notices, as `smtp://user:password@mail.example:587` "
        "(encrypted where the server can) or `smtps://...`; if it is not set, no mail "
        "is sent",
        default="",
    )
    mail_from: str = Field(
        "",
        validate_default=True,
        description="the sender's address; required with `SMTP_URL`",
    )
    storage_url: str = Field(
        "",
        description="`s3://bucket/prefix`: pictures of items go to this object store instead of "
        "the database. See [Object storage](#object-storage)",
    )
    storage_endpoint: str = Field(
        "",
        description="the address of an S3-compatible server; if it is not set, Amazon's",
    )
    storage_key_id: str = Field("", description="the id of the key to the object store")
    storage_secret: str = _secret("that key", default="")
    storage_region: str = Field("us-east-1", description="the object store's region")
    attention_minutes: Number = Field(
        15,
        description="hosts and administrators are written to when for this long no worker was "
        "there, a submission has waited or a judge has failed; 0: no letters about what needs "
        "attention are sent. See [Letters to hosts](#letters-to-hosts)",
    )
    sign_in_limit: str = Field(
        "10 per minute; 60 per hour",
        description="attempts to sign in or register from one network: an IPv4 address, or the "
        "/64 of an IPv6 address",
    )
    guess_limit: str = Field(
        "5 per minute; 30 per hour",
        description="attempts to enter the password of one account from one network, wherever it is"
        " asked for",
    )
    guess_limit_overall: str = Field(
        "100 per hour",
        description="and from all networks together, but for those where the account is signed in",
    )
    session_days: Annotated[int, Field(ge=1)] = Field(
        14, description="a session in a browser ends after this many days, used or not"
    )
    session_idle_hours: Annotated[int, Field(ge=1)] = Field(
        72, description="and after this many hours without use"
    )
    require_second_factor: bool = Field(
        True,
        description="0: the rights of hosts, experts and administrators are in force without a "
        "second factor. See [A second factor](#a-second-factor)",
    )
    providers_file: str = Field(
        "",
        description="a TOML or JSON file that describes by whom people can sign in, such as ORCID "
        "or a hospital. See [Sign-in by providers](#sign-in-by-providers)",
    )
    confirm_grace_days: Number = Field(
        30,
        description="for this many days after the upgrade that began to confirm e-mail addresses, "
        "accounts from before it count as confirmed",
    )
    upload_limit: str = Field(
        "20 per minute; 200 per hour",
        description="prediction files (submitted or checked in a dry run) from one person, and "
        "from one network",
    )
    comparison_limit: str = Field(
        "60 per minute; 600 per hour",
        description="comparisons of models that are computed for one person, and for one network; "
        "those that are kept in memory do not count",
    )
    bundle_limit: str = Field(
        "20 per minute; 200 per hour",
        description="proofs that are made to download for one person, and for one network",
    )
    bundle_keys: Words = _secret(
        "signs the archives that prove a score; while you rotate it, several separated by spaces: "
        "the first signs, the public halves of all are at `/api/v1/keys`. If it is not set, "
        "archives are not signed, and say so. See [Proofs](#proofs)",
        default=(),
    )
    endpoint_keys: Words = _secret(
        "encrypts the keys of teams' model endpoints; while you rotate it, several "
        "separated by spaces. If it is not set, endpoints are off. See [Model "
        "endpoints](#model-endpoints)",
        default=(),
    )
    endpoint_allow_http: bool = Field(
        False, description="1: endpoints may be called over plain http"
    )
    endpoint_allowed_addresses: Words = Field(
        (),
        description="addresses inside your network that workers may call despite the guard, such as"
        " `127.0.0.1:9001 gpu.lan:8000`, over plain http too; they count as your own, not as"
        " [third parties](#third-parties)",
    )
    endpoint_max_requests: Number = Field(
        20_000, description="a run that asks an endpoint ends after this many requests"
    )
    endpoint_max_tokens: Number = Field(
        20_000_000, description="or after this many tokens, input and output together"
    )
    endpoint_max_seconds: Number = Field(18_000, description="or after this many seconds")
    judge_base_url: str = Field(
        "",
        description="an OpenAI-compatible server whose model rates reports, such as "
        "`http://127.0.0.1:8080/v1`; with `JUDGE_MODEL`. See "
        "[LLM judges](llm-judge.md#set-it-up)",
    )
    judge_model: str = Field("", description="the model's name on that server")
    judge_api_key: str = _secret("the server's key, if it needs one", default="")
    judges_file: str = Field(
        "",
        description="a TOML or JSON file that describes several judges; replaces the three settings"
        " above",
    )
    reader_file: str = Field(
        "",
        description="a TOML or JSON file that describes the language model that reads answers which"
        " the parser left unparsed; if it is not set, they stay unparsed. See [A second "
        "reader](#a-second-reader)",
    )

    @field_validator("database_url")
    @classmethod
    def _name_driver(cls, url: str) -> str:
        """Name the driver that we install, where a host's URL names none."""
        for scheme in ("postgres://", "postgresql://"):
            if url.startswith(scheme):
                url = "postgresql+psycopg://" + url.removeprefix(scheme)
        if not _is_database(url):
            raise ValueError(
                "must read like postgresql://user:password@host/name or "
                "sqlite:////srv/spinebench.sqlite3; a password has @ : / % as %40 %3A %2F %25."
            )
        return url

    @field_validator("redis_url")
    @classmethod
    def _check_redis(cls, url: str) -> str:
        if not _is_redis(url):
            raise ValueError(
                "must read like redis://:password@host:6379/0, rediss:// for TLS, or "
                "unix:///run/redis.sock; a password has @ : / % as %40 %3A %2F %25."
            )
        return url

    @field_validator("sentry_dsn")
    @classmethod
    def _check_dsn(cls, dsn: str) -> str:
        if dsn and not _is_dsn(dsn):
            raise ValueError(
                "must read like https://key@sentry.example/1, as Sentry shows it for a project."
            )
        return dsn

    @field_validator("secret_keys")
    @classmethod
    def _check_length(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(key) < 32 for key in keys):
            raise ValueError(
                "is shorter than 32 characters. Make one with "
                "`python -c 'import secrets; print(secrets.token_urlsafe(48))'`."
            )
        return keys

    @field_validator("base_url")
    @classmethod
    def _end_with_host(cls, url: str) -> str:
        return url.rstrip("/")

    @property
    def storage(self) -> tuple[str, str, str, str, str] | None:
        """Address, server, key and region of the object store; None where there is none."""
        if not self.storage_url:
            return None
        key = (self.storage_key_id, self.storage_secret)
        return (self.storage_url, self.storage_endpoint, *key, self.storage_region)

    @field_validator("storage_url")
    @classmethod
    def _check_storage(cls, url: str) -> str:
        if url and not (url.startswith("s3://") and url.removeprefix("s3://").strip("/")):
            raise ValueError("must be s3://bucket or s3://bucket/prefix.")
        return url

    @field_validator("site_name")
    @classmethod
    def _check_name(cls, name: str) -> str:
        if not name.isprintable():
            raise ValueError("must be one line of text.")
        return name

    @field_validator("site_logo")
    @classmethod
    def _check_logo(cls, place: str) -> str:
        if place:
            _check_file(place, MAX_LOGO_BYTES, tuple(LOGO_STARTS))
            ending = os.path.splitext(place.lower())[1]
            with open(place, "rb") as file:
                if not file.read(16).startswith(LOGO_STARTS[ending]):
                    raise ValueError(f"names a file that is not what {ending} says.")
        return place

    @field_validator("contact")
    @classmethod
    def _check_contact(cls, contact: str) -> str:
        if contact and "@" not in contact and not _is_address(contact):
            raise ValueError("must be an e-mail address, or begin with https:// or http://.")
        return contact

    @field_validator("imprint", "privacy", "terms")
    @classmethod
    def _check_page(cls, place: str) -> str:
        if place and not _is_address(place):
            _check_file(place, MAX_PAGE_BYTES, (".md",))
        return place

    @field_validator("smtp_url")
    @classmethod
    def _check_scheme(cls, url: str) -> str:
        if url and not url.startswith(("smtp://", "smtps://")):
            raise ValueError("must begin with smtp:// or smtps://.")
        return url

    @field_validator("mail_from")
    @classmethod
    def _check_sender(cls, address: str, info: ValidationInfo) -> str:
        if info.data.get("smtp_url") and "@" not in address:
            raise ValueError("must be the e-mail address that mail is sent from.")
        return address

    @field_validator(
        *("sign_in_limit", "guess_limit", "guess_limit_overall"),
        *("upload_limit", "comparison_limit", "bundle_limit"),
    )
    @classmethod
    def _check_limit(cls, limit: str) -> str:
        # Only the web process needs the package otherwise.
        from limits import parse_many

        try:
            parse_many(limit)
        except ValueError:
            raise ValueError("must read like `10 per minute; 60 per hour`.") from None
        return limit

    @field_validator("bundle_keys")
    @classmethod
    def _check_bundle_keys(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(_is_key, keys)):
            raise ValueError(
                "holds something that is not a key. Make one with "
                "`python -m flask --app leaderboard.app bundle make-key`."
            )
        return keys

    @field_validator("endpoint_keys")
    @classmethod
    def _check_keys(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(_is_key, keys)):
            raise ValueError(
                "holds something that is not a key. Make one with "
                "`python -m flask --app leaderboard.app endpoint make-key`."
            )
        return keys


def _is_database(url: str) -> bool:
    # Commands that need no settings do without the package.
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).drivername in DRIVERS
    except (ArgumentError, ValueError):
        return False


def _is_redis(url: str) -> bool:
    from redis import ConnectionPool

    try:
        # Connects to nothing yet.
        ConnectionPool.from_url(url).reset()
    except ValueError:
        return False
    return True


def _is_dsn(text: str) -> bool:
    try:
        parts = urlsplit(text)
        number = parts.path.rpartition("/")[2]
        # A port that is no number raises.
        is_reached = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and is_reached and bool(parts.username and number)


def _is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def _check_file(place: str, most: int, endings: tuple[str, ...]) -> None:
    """Raises ValueError with what is wrong, without the name, which is the host's own."""
    if not place.lower().endswith(endings):
        raise ValueError(f"must be a file whose name ends with {' or '.join(endings)}.")
    if not os.path.isfile(place) or not os.access(place, os.R_OK):
        raise ValueError("names a file that is not there, or that the site may not read.")
    if os.path.getsize(place) > most:
        raise ValueError(f"names a file of more than {most // 1024} KiB.")


def _is_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text)) == 32
    except (binascii.Error, ValueError):
        return False
