"""The connection to one judge's server: pace, retries, and the form of reply that it can give."""

from __future__ import annotations

import asyncio
import random
import time
from types import TracebackType
from typing import Any, NamedTuple, Self

import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion

from leaderboard.chat import read_retry_after
from leaderboard.endpoints.engine.pace import Pace
from leaderboard.endpoints.engine.settings import EndpointSettings
from leaderboard.errors import JudgeUnavailable
from leaderboard.judges.prompt import Prompt, make_schema
from leaderboard.judges.settings import JudgeSettings

MAX_TRIES = 6
FIRST_BACKOFF, LONGEST_BACKOFF, LONGEST_PAUSE = 0.5, 30.0, 300.0
FORMS = ("json_schema", "json_object", "text")
NO_KEY = "none"
"""Sent where a server needs no key: the client insists on one."""


class Rejected(Exception):
    """The server will not take this request, in no form."""


class RawReply(NamedTuple):
    """What came back: text, the model as the server names it, tokens where it tells them."""

    content: str
    is_refusal: bool
    is_cut: bool
    model: str
    input_tokens: int | None
    output_tokens: int | None


class JudgeClient:
    """Asks one server, within one event loop; remembers for its run which form it takes."""

    def __init__(self, settings: JudgeSettings) -> None:
        self._settings = settings
        self._pace = Pace(
            EndpointSettings(
                base_url=settings.base_url,
                model=settings.model,
                concurrency=settings.concurrency,
                requests_per_minute=settings.requests_per_minute,
            )
        )
        self._client = AsyncOpenAI(
            base_url=settings.base_url,
            api_key=settings.api_key or NO_KEY,
            timeout=settings.timeout_seconds,
            max_retries=0,
        )
        self._form = {"auto": 0, "on": 0, "off": 2}[settings.structured]
        self._is_form_sure = settings.structured != "auto"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.close()

    async def ask(self, prompt: Prompt) -> RawReply:
        """The reply to `prompt`.

        Waits as the server asks, tries again where that may help. Raises Rejected for a request
        that is refused however it is put, and JudgeUnavailable where the server does not serve.
        """
        n_failed = 0
        while True:
            await self._pace.enter()
            form = self._form
            try:
                reply = await self._send(prompt, form)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if self._is_form_sure or form == len(FORMS) - 1:
                    raise Rejected(f"HTTP {error.status_code}") from None
                # Several requests may learn the same at once: the form goes down one step a time.
                self._form = max(self._form, form + 1)
                continue
            except openai.OpenAIError as error:
                n_failed += 1
                await self._wait(error, n_failed)
                continue
            finally:
                self._pace.leave()
            self._is_form_sure = True
            self._pace.speed_up()
            return reply

    async def _send(self, prompt: Prompt, form: int) -> RawReply:
        settings, fields = self._settings, dict[str, Any]()
        if settings.temperature is not None:
            fields["temperature"] = settings.temperature
        if settings.max_tokens is not None:
            fields["max_tokens"] = settings.max_tokens
        if FORMS[form] == "json_schema":
            schema = {"name": "answers", "strict": True, "schema": make_schema(prompt)}
            fields["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif FORMS[form] == "json_object":
            fields["response_format"] = {"type": "json_object"}
        messages: Any = prompt.messages
        answer = await self._client.chat.completions.create(
            model=settings.model, messages=messages, extra_body=dict(settings.extra), **fields
        )
        return _read(answer)

    async def _wait(self, error: openai.OpenAIError, n_failed: int) -> None:
        """Wait before the next try; raises JudgeUnavailable where there is to be none.

        What a server writes into an error may hold a key: it is never repeated.
        """
        status = error.status_code if isinstance(error, openai.APIStatusError) else None
        what = f"HTTP {status}" if status else type(error).__name__
        is_final = status is not None and status < 500 and status not in (408, 409, 425, 429)
        if is_final or n_failed >= MAX_TRIES:
            raise JudgeUnavailable(self._settings.name, what, is_final=is_final) from None
        pause = None
        if isinstance(error, openai.APIStatusError):
            headers = error.response.headers
            pause = read_retry_after(headers.get("retry-after"), headers.get("date"), time.time())
        if status == 429 or pause is not None:
            backoff = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2**n_failed)
            if (pause or 0.0) > LONGEST_PAUSE:
                raise JudgeUnavailable(self._settings.name, what, is_final=False) from None
            self._pace.slow_down(backoff if pause is None else pause)
            return
        backoff = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (n_failed - 1))
        await asyncio.sleep(backoff * random.uniform(0.5, 1.0))


def _read(answer: ChatCompletion) -> RawReply:
    """Servers that only resemble the original may leave out whatever they like."""
    choice = answer.choices[0] if answer.choices else None
    message = choice.message if choice else None
    usage = answer.usage
    refusal = (message and message.refusal) or ""
    reason = choice.finish_reason if choice else None
    return RawReply(
        # PostgreSQL keeps no NUL in a text.
        content=((message and message.content) or refusal).replace("\x00", "\ufffd"),
        is_refusal=bool(refusal) or reason == "content_filter",
        is_cut=reason == "length",
        model=(answer.model or "")[:200],
        input_tokens=usage.prompt_tokens if usage else None,
        output_tokens=usage.completion_tokens if usage else None,
    )
