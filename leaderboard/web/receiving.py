"""gunicorn's worker for this site: no thread waits for a client, however slowly it sends or reads.

gunicorn starts, watches and replaces the processes. In each of them waitress receives every request
as a whole and sends every answer from a buffer, all in one thread, so that the threads that run the
application are taken by complete requests alone. What is half open is bounded here.
"""

from __future__ import annotations

import gc
import logging
import os
import selectors
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Flask
from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask, Task, ThreadedTaskDispatcher, WSGITask

from leaderboard.logs import noting
from leaderboard.web.entrance import REQUEST_ID
from leaderboard.web.secret_paths import make_hider

FIRST_SECONDS = 10.0
"""How long a request may take to arrive, beside its bytes at BYTES_PER_SECOND."""
BYTES_PER_SECOND = 8_192
NEW_SECONDS = 1.0
"""For how long a process that ends waits for the first request of a connection."""
STUCK_SECONDS = 60.0
LEAST_TAKEN_BYTES = 8_192
"""A reader who takes no more of an answer than this in so long, or not its rest, is given up."""
IN_MEMORY_BYTES = 65_536
"""Of each request and each answer; a longer one is in a temporary file."""
HEADER_BYTES = 32_768
DEFAULT_BODY_BYTES = 2**30
ADDRESSES = ("RAW_URI", "REQUEST_URI", "PATH_INFO", "QUERY_STRING", "HTTP_REFERER")
ADDRESS_HEADERS = ("REFERER", "LOCATION")
"""Where a log format finds an address, which may hold a secret."""
FULL, CLEARED = 0.9, 0.7
"""From this share of all connections on, those that wait longest are closed down to the other."""
SWEEP_SECONDS = 1.0
SLOW_WORDS = b"The request arrived too slowly. Send it again without pauses.\n"
SLOW_ANSWER = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: text/plain\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(SLOW_WORDS), SLOW_WORDS)
)


class ReceivingTask(WSGITask):  # type: ignore[misc]
    """Runs the application for one complete request, and tells the worker."""

    def service(self) -> None:
        """Answer the request."""
        begun = time.monotonic()
        super().service()
        self.channel.server.worker.note(self, time.monotonic() - begun)

    def set_close_on_finish(self) -> None:
        """Close after this answer, though not because a 304 has no length, as waitress does."""
        asked = self.request.headers.get("CONNECTION", "").lower()
        if self.has_body or self.version == "1.0" or asked == "close":
            super().set_close_on_finish()


def _make_error_task(channel: Channel, request: Any) -> Task:
    """What answers a request that cannot be read: the application itself where it is too large.

    It has words for that, for pages and API. The body is gone, so the connection is closed.
    """
    if request.error.code != 413:
        return ErrorTask(channel, request)
    n_bytes = max(request.content_length, channel.adj.max_request_body_size)
    request.headers["CONTENT_LENGTH"] = str(n_bytes)
    task = ReceivingTask(channel, request)
    task.set_close_on_finish()
    return task


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection: `begun` is when it or its present request began, by the monotonic clock."""

    task_class = ReceivingTask
    error_task_class = staticmethod(_make_error_task)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        self.begun = self.moved = time.monotonic()
        self.n_received = self.n_to_send = 0
        super().__init__(*arguments, **more)

    def add_channel(self, *arguments: Any) -> None:
        """Note the new connection, with the worker too."""
        super().add_channel(*arguments)
        self.server.worker.watch(self)

    def del_channel(self, *arguments: Any) -> None:
        """Forget the connection, before its socket is closed."""
        self.server.worker.forget(self)
        super().del_channel(*arguments)

    def received(self, data: bytes) -> bool:
        """Take in a piece of a request."""
        if self.request is None:
            self.begun, self.n_received = time.monotonic(), 0
        self.n_received += len(data)
        return bool(super().received(data))

    @property
    def is_at_work(self) -> bool:
        """Whether a request of it is being answered, or it is being closed."""
        return bool(
            self.requests or self.total_outbufs_len or self.will_close or self.close_when_flushed
        )

    def may_go(self, now: float) -> bool:
        """Whether a process that ends may close it: nothing has come that is not answered.

        One that was opened this moment has yet to send its first request, which would be lost.
        """
        if self.is_at_work or self.request is not None:
            return False
        if not self.n_received and now - self.begun < NEW_SECONDS:
            return False
        with suppress(OSError):
            return not self.socket.recv(1, socket.MSG_PEEK)
        return True

    def is_overdue(self, now: float, keepalive: float) -> bool:
        """Whether it is waited for no longer: a request too slow, a reader stuck, nobody there."""
        least = min(LEAST_TAKEN_BYTES, self.n_to_send)
        if not 0 <= self.n_to_send - self.total_outbufs_len < least:
            self.n_to_send, self.moved = self.total_outbufs_len, now
        if self.n_to_send:
            return now - self.moved > STUCK_SECONDS
        if self.requests:
            return False
        if self.request is None and self.n_received:
            return bool(time.time() - self.last_activity > keepalive)
        return now - self.begun > FIRST_SECONDS + self.n_received / BYTES_PER_SECOND

    def give_up(self) -> None:
        """Close it, with a word to whoever was sending."""
        if self.request is not None and not self.is_at_work:
            self.send(SLOW_ANSWER)
        self.handle_close()


class ReceivingWorker(Worker):  # type: ignore[misc]
    """A process of gunicorn's in which waitress receives: `--threads` run the application.

    `--worker-connections`, `--keep-alive`, `--max-requests`, `--graceful-timeout` and the access
    log work as with gunicorn's own, but without the secrets in addresses. A body may be as long as
    the application's MAX_CONTENT_LENGTH.
    """

    alive: bool
    _hide: Callable[[str], str] = str

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        # Made just before the fork: what `--preload` has loaded stays shared, as no process of ours
        # looks through it for garbage.
        gc.freeze()

    def init_process(self) -> None:
        """Begin to work; does not return."""
        self._map: dict[int, Any] = {}
        self._selector = selectors.DefaultSelector()
        self._moving: set[Any] = set()
        self._swept = time.monotonic()
        super().init_process()

    def run(self) -> None:
        """Receive and answer until gunicorn ends it, then end what is under way."""
        dispatcher = self._listen()
        while self.alive and self.ppid == os.getppid():
            self._turn()
        for server in self._servers():
            self.forget(server)
            server.del_channel()
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while self._close_idle() and time.monotonic() < deadline:
            self._turn()
        dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map)

    def watch(self, one: Any) -> None:
        """Wait for what a socket of waitress wants, from the next turn on."""
        self._moving.add(one)

    def forget(self, one: Any) -> None:
        """Wait no more for a socket that will be closed."""
        self._moving.discard(one)
        with suppress(KeyError):
            self._selector.unregister(one.socket)

    def note(self, task: ReceivingTask, seconds: float) -> None:
        """Count a request that was answered, and write it into the access log."""
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("Restarting the worker after %d requests.", self.nr)
            self.alive = False
        if self.log.access_log_enabled:
            environ = task.get_environment()
            environ["RAW_URI"] = environ["REQUEST_URI"]
            environ |= {k: self._hide(environ[k]) for k in ADDRESSES if k in environ}
            sent = SimpleNamespace(
                status=task.status,
                sent=task.content_bytes_written,
                headers=self._hide_in(task.response_headers),
            )
            headers = [(k.replace("_", "-"), v) for k, v in task.request.headers.items()]
            came = SimpleNamespace(headers=self._hide_in(headers))
            with noting(request=environ.get(REQUEST_ID, "")):
                self.log.access(sent, came, environ, timedelta(seconds=seconds))

    def _hide_in(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Headers as they may be logged."""
        return [(k, self._hide(v) if k.upper() in ADDRESS_HEADERS else v) for k, v in headers]

    def _listen(self) -> ThreadedTaskDispatcher:
        # It says at each request how many are waiting.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        if isinstance(self.wsgi, Flask):
            self._hide = make_hider(self.wsgi.url_map)
        most = getattr(self.wsgi, "config", {}).get("MAX_CONTENT_LENGTH") or DEFAULT_BODY_BYTES
        server = create_server(
            self.wsgi,
            map=self._map,
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            connection_limit=self.cfg.worker_connections,
            backlog=self.cfg.backlog,
            max_request_body_size=most + 1,
            max_request_header_size=HEADER_BYTES,
            inbuf_overflow=IN_MEMORY_BYTES,
            outbuf_overflow=IN_MEMORY_BYTES,
            channel_timeout=2**31,
            send_bytes=1,
            clear_untrusted_proxy_headers=False,
            ident=None,
        )
        for one in self._servers():
            one.channel_class, one.worker = Channel, self
        for one in self._map.values():
            self.watch(one)
        return server.task_dispatcher

    def _servers(self) -> Iterator[Any]:
        return (one for one in list(self._map.values()) if isinstance(one, BaseWSGIServer))

    def _channels(self) -> list[Channel]:
        return [one for one in self._map.values() if isinstance(one, Channel)]

    def _turn(self) -> None:
        """Do what the sockets are ready for."""
        self.notify()
        # Those that only wait for a request cost nothing here, however many they are.
        for one in list(self._moving):
            self._register(one)
        for key, events in self._selector.select(SWEEP_SECONDS):
            self._moving.add(key.data)
            if events & selectors.EVENT_READ:
                wasyncore.read(key.data)
            if events & selectors.EVENT_WRITE and key.fd in self._map:
                wasyncore.write(key.data)
        self._sweep()

    def _register(self, one: Any) -> None:
        """Wait for what the socket wants now; a connection that wants nothing else rests."""
        wanted = selectors.EVENT_READ if one.readable() else 0
        wanted |= selectors.EVENT_WRITE if one.writable() else 0
        known = self._selector.get_map().get(one.socket)
        if known is None and wanted:
            self._selector.register(one.socket, wanted, one)
        elif known is not None and not wanted:
            self._selector.unregister(one.socket)
        elif known is not None and known.events != wanted:
            self._selector.modify(one.socket, wanted, one)
        if isinstance(one, Channel) and not one.is_at_work:
            self._moving.discard(one)

    def _sweep(self) -> None:
        """Once in a while give up who is overdue, and where it is full who waits longest."""
        now = time.monotonic()
        if now - self._swept < SWEEP_SECONDS:
            return
        self._swept = now
        waiting = []
        for one in self._channels():
            if one.is_overdue(now, self.cfg.keepalive):
                one.give_up()
            elif not one.is_at_work:
                waiting.append(one)
        n_open = len(self._map)
        if n_open >= FULL * self.cfg.worker_connections:
            waiting.sort(key=lambda one: one.begun)
            for one in waiting[: n_open - int(CLEARED * self.cfg.worker_connections)]:
                one.give_up()

    def _close_idle(self) -> bool:
        """Close what has nothing under way; whether something else is left."""
        now = time.monotonic()
        for one in self._channels():
            if one.may_go(now):
                one.handle_close()
        return bool(self._channels())
