"""The database: declarative base, column types, and the two doors to a session."""

from __future__ import annotations

import enum
import logging
import threading
import time
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import msgspec
from sqlalchemy import (
    DateTime,
    Dialect,
    Double,
    Engine,
    Enum,
    ExceptionContext,
    MetaData,
    String,
    create_engine,
    event,
    insert,
    literal,
    select,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, sessionmaker
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from leaderboard.meters import DATABASE_ERRORS, count

log = logging.getLogger(__name__)

K = TypeVar("K", bound=str)

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
MOST_OF_KEY = 80
"""How long a key of a package may be."""
WAIT_INTERVAL = 0.1
"""How often a wait for PostgreSQL looks whether the process is to stop, in seconds."""
OUT_OF_SERVICE = ("08", "53", "57P", "58")
"""How PostgreSQL's codes begin where it is away, ends, or lacks room, memory or connections."""
SQLITE_OUT_OF_SERVICE = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")
SQLITE_BUSY_MILLISECONDS = 30_000
AWAY_SECONDS = 1.0
SQLITE_EMPTY_MILLISECONDS = 2_000


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time on every database; a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # PostgreSQL gives times in the zone of its session, SQLite without any.
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of every table: one naming convention, times in UTC, enumerations by value."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime()}


def insert_rows(
    session: Session, table: type[Base], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows of text, numbers, booleans and None, in the order of `columns`.

    They go to the driver as they are: SQLAlchemy would spend more on each than on parsing it.
    """
    connection = session.connection()
    statement = insert(table).compile(dialect=connection.dialect, column_keys=columns)
    if not statement.positional:
        connection.exec_driver_sql(
            str(statement), [dict(zip(columns, row, strict=True)) for row in rows]
        )
        return
    names = list(statement.positiontup or ())
    if names != list(columns):
        pick = itemgetter(*map(columns.index, names))
        rows = [pick(row) for row in rows]
    connection.exec_driver_sql(str(statement), list(rows))


def enum_column(kind: type[enum.StrEnum]) -> Enum:
    """A column type that stores a member's value as text, checked by the database."""
    return Enum(
        kind,
        name=kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


class KeyColumn(TypeDecorator[K], Generic[K]):
    """A column of keys that are data of a benchmark, such as tracks: read as a type of their own,
    written as plain text."""

    impl = String(MOST_OF_KEY)
    cache_ok = True

    def __init__(self, kind: type[K]) -> None:
        super().__init__(MOST_OF_KEY)
        self.kind = kind

    def process_bind_param(self, value: K | None, dialect: Dialect) -> str | None:
        """What is stored."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> K | None:
        """The key that was stored."""
        return None if value is None else self.kind(value)


def now() -> datetime:
    """The present time by this machine's clock, aware, in UTC: when something was done.

    What machines compare with each other's times is the database's `clock`, or `read_moment`.
    """
    return datetime.now(UTC)


class clock(FunctionElement[datetime]):  # noqa: N801
    """The time by the database's own clock at the start of a statement, `ahead` of it or behind.

    It is the same for all processes, whatever their machines' clocks say.
    """

    type = UtcDateTime()
    name = "clock"
    inherit_cache = True

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        super().__init__(literal(ahead.total_seconds(), Double()))


@compiles(clock, "postgresql")
def _write_on_postgresql(element: clock, compiler: SQLCompiler, **more: Any) -> str:
    seconds = compiler.process(element.clauses, **more)
    return f"(statement_timestamp() + make_interval(secs => {seconds}))"


@compiles(clock, "sqlite")
def _write_on_sqlite(element: clock, compiler: SQLCompiler, **more: Any) -> str:
    """As UtcDateTime is stored there, to the thousandth of a second."""
    seconds = compiler.process(element.clauses, **more)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', {seconds} || ' seconds')"


def read_moment(session: Session) -> datetime:
    """The time by the database's own clock, to the microsecond: what is ordered by goes by it.

    SQLite's clock is that of the machine, which alone tells microseconds.
    """
    return now() if session.get_bind().dialect.name == "sqlite" else read_clock(session)


def read_clock(session: Session) -> datetime:
    """The time by the database's own clock, aware, in UTC."""
    return session.execute(select(clock())).scalar_one()


class Limits(NamedTuple):
    """For how many seconds PostgreSQL is waited for: for a connection, for a statement's end.

    0 waits for ever. SQLite has a limit of its own.
    """

    connect: int = 0
    statement: int = 0


NO_LIMITS = Limits()


@lru_cache(maxsize=1)
def _make_connection_class() -> Any:
    """The class of connections to PostgreSQL that are given up where it does not answer in time.

    Their `limit` is in seconds, None for ever. What the server is asked to keep within
    (`statement_timeout`) does not help where it hangs itself, or its machine is gone.
    """
    # Sites on SQLite do without the driver.
    from psycopg import Connection, OperationalError
    from psycopg.errors import _WaitTimeout

    class LimitedConnection(Connection[Any]):
        limit: float | None = None

        def wait(
            self, gen: Any, interval: float = WAIT_INTERVAL, timeout: float | None = None
        ) -> Any:
            """What `gen` returns. Raises OperationalError, and closes, after the limit."""
            if timeout is not None or self.limit is None:
                return super().wait(gen, interval, timeout)
            try:
                return super().wait(gen, interval, self.limit)
            except _WaitTimeout:
                self.pgconn.finish()
                raise OperationalError("the server does not answer") from None

    return LimitedConnection


def is_out_of_service(error: BaseException, dialect: Dialect) -> bool:
    """Whether the database itself is the trouble, for everybody: it is away, or has no room.

    A statement that took too long or met another one is no such error.
    """
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    code = getattr(error.orig, "sqlstate", None) or ""
    if dialect.name == "sqlite":
        return getattr(error.orig, "sqlite_errorname", "").startswith(SQLITE_OUT_OF_SERVICE)
    is_lost = isinstance(error, OperationalError) and not code
    return is_lost or code.startswith(OUT_OF_SERVICE)


class Sessions:
    """Opens sessions on one database: `read` never commits, `write` does if nothing is raised."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._readers = sessionmaker(engine, expire_on_commit=False)
        writing = engine.execution_options(writes=True)
        self._writers = sessionmaker(writing, expire_on_commit=False)

    def open(self, *, writes: bool) -> Session:
        """A session that the caller commits and closes."""
        return self._writers() if writes else self._readers()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent look at the data."""
        with self._readers() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, committed at the end, rolled back if anything is raised."""
        with self._writers() as session, session.begin():
            yield session

    def empty_log(self) -> None:
        """Have SQLite's log forget what its pages held before, unless somebody reads it meanwhile.

        Elsewhere nothing happens.
        """
        if self.engine.dialect.name != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {SQLITE_EMPTY_MILLISECONDS}")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_MILLISECONDS}")
        finally:
            connection.close()


def lock_row(session: Session, key: InstrumentedAttribute[Any], value: str | int) -> None:
    """Have others who lock the row with this key wait until this transaction ends.

    On SQLite they wait in any case: one transaction writes at a time.
    """
    session.execute(select(key).where(key == value).with_for_update(key_share=True))


class CommitMark:
    """Whether anything was committed to a database: while the mark is the same, nothing was.

    PostgreSQL's snapshot names every transaction whose rows may be seen; SQLite counts the commits
    of all connections but the one that asks, which therefore never writes. Threads share it.
    """

    def __init__(self, engine: Engine, seconds: float | None = None) -> None:
        """`seconds` is how long an answer is waited for, None for ever."""
        self._engine, self._seconds = engine, seconds
        self._lock = threading.Lock()
        self._connection: PoolProxiedConnection | None = None
        self._n_connections = 0
        self._away_until = 0.0
        is_sqlite = engine.dialect.name == "sqlite"
        self._query = "PRAGMA data_version" if is_sqlite else "SELECT pg_current_snapshot()::text"
        event.listen(engine, "engine_disposed", lambda _: self._drop())

    def read(self) -> Hashable:
        """The present mark, by one query that touches no table; None while the database is away.

        Whoever asks within AWAY_SECONDS of another who waited for it in vain does not wait.
        """
        with self._lock:
            if time.monotonic() < self._away_until:
                return None
            try:
                connection = self._connection or self._connect()
                cursor = connection.cursor()
                cursor.execute(self._query)
                row = cursor.fetchone()
                cursor.close()
            except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as error:
                log.warning("cannot tell whether anything has changed: %s", type(error).__name__)
                self._drop()
                self._away_until = time.monotonic() + AWAY_SECONDS
                return None
        # What SQLite counts compares within one connection alone.
        return None if row is None else (self._n_connections, row[0])

    def _connect(self) -> PoolProxiedConnection:
        self._connection = self._engine.raw_connection()
        self._connection.detach()
        if self._engine.dialect.name != "sqlite":
            own: Any = self._connection.dbapi_connection
            own.autocommit = True
            # What it asks takes no time: not to answer is to hang.
            own.limit = self._seconds
        self._n_connections += 1
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _count_error(context: ExceptionContext) -> None:
    """Count what the database did not serve, as against what it refused."""
    if isinstance(context.sqlalchemy_exception, OperationalError | InterfaceError):
        count(DATABASE_ERRORS, type(context.original_exception).__name__)


def make_engine(url: str, limits: Limits = NO_LIMITS) -> Engine:
    """An engine for `url` (SQLite or PostgreSQL), with a transaction for every statement.

    On SQLite, writers take the lock when they begin, so none fails halfway with "locked". Values
    of statements are kept out of errors and logs: hidden answers are among them.
    """
    decode = msgspec.json.decode
    if not url.startswith("sqlite"):
        engine = create_engine(
            url, pool_pre_ping=True, hide_parameters=True, json_deserializer=decode
        )
        _limit(engine, limits)
        event.listen(engine, "handle_error", _count_error)
        return engine
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
        json_deserializer=decode,
    )
    event.listen(engine, "handle_error", _count_error)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "foreign_keys = ON",
            # What is deleted is overwritten: else it stays in the file until its place is needed.
            "secure_delete = ON",
            f"busy_timeout = {SQLITE_BUSY_MILLISECONDS}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _limit(engine: Engine, limits: Limits) -> None:
    """Have connections to PostgreSQL keep within `limits`.

    One that comes from the pool is tried out first, which takes as little as to connect.
    """
    to_try, to_end = limits.connect or None, limits.statement or None

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Dialect, record: object, args: Any, values: Any) -> Any:
        if limits.connect:
            values["connect_timeout"] = limits.connect
        connection = _make_connection_class().connect(*args, **values)
        connection.limit = to_try
        if limits.statement:
            connection.autocommit = True
            connection.execute(f"SET statement_timeout = '{limits.statement:d}s'".encode())
            connection.autocommit = False
        return connection

    @event.listens_for(engine, "checkout")
    def allow(connection: Any, record: object, proxy: object) -> None:
        # The server ends a statement by itself, and says so: first it is given the time to.
        connection.limit = None if to_end is None else to_end + (to_try or 0)

    @event.listens_for(engine, "checkin")
    def restrict(connection: Any, record: object) -> None:
        if connection is not None:
            connection.limit = to_try


def make_sessions(url: str, limits: Limits = NO_LIMITS) -> Sessions:
    """The sessions of the database at `url`; connects to nothing yet."""
    return Sessions(make_engine(url, limits))
