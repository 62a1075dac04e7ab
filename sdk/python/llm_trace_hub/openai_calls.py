"""The same OpenAI client, whose chat completions, responses and embeddings are spans."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable, Dict, Optional, TypeVar

from .handles import given, open_span, open_trace
from .inside import Inside
from .read_openai import Kind, at, kind_of, leads_to_kind, read_usage, settings_of
from .scope import Scope

C = TypeVar("C")


class _Told:
    """The span of one call; outside of a trace one is begun for it. None of it raises."""

    def __init__(self, inside: Inside, path: str, kind: Kind, body: Dict[str, Any], provider: str) -> None:
        self.inside, self.kind = inside, kind
        here = inside.scopes.current()
        input = kind.input(body)
        self._own = None if here else open_trace(inside, path, **given(input=input))
        if self._own is not None:
            here = Scope(self._own.entry, self._own.root.entry, self._own.root.span_id)
        usage = given(model=body.get("model"), provider=provider)
        said = given(input=input, attributes=settings_of(body) or None, usage=usage)
        self._span = open_span(inside, here, path, type=kind.type, **said)
        self._has_first = False
        self._before: Any = None

    def enter(self) -> None:
        self._before = self.inside.scopes.raw()
        self.inside.scopes.enter(self._span._scope)

    def leave(self) -> None:
        self.inside.scopes.leave(self._span._scope, self._before)

    def first(self) -> None:
        if not self._has_first:
            self._has_first = True
            entry = self._span.entry
            ms = round((self.inside.recorder.time_in(entry.trace) - entry.started) * 1000, 3)
            self._span.set(attributes={"time_to_first_token_ms": ms})

    def finish(self, answer: Any = None, **said: Any) -> None:
        try:
            if answer is not None:
                said.update(output=self.kind.output(answer), usage=read_usage(answer))
            self._span.end(**said)
            if self._own is not None:
                self._own.end(**{name: value for name, value in said.items() if name != "usage"})
        except Exception as fault:
            self.inside.counters.fault(fault)


class _Parts:
    """The parts of a stream, seen in passing; the span ends with the stream, however that ends."""

    def __init__(self, told: _Told, hides_usage: bool) -> None:
        self._told = told
        self._hides_usage = hides_usage
        self._gathered = told.kind.gather()

    def see(self, part: Any) -> bool:
        """Notes a part; false for the one that the app did not ask for."""
        try:
            self._told.first()
            self._gathered.add(part)
            return not (self._hides_usage and at(part, "choices") == [] and at(part, "usage") is not None)
        except Exception as fault:
            self._told.inside.counters.fault(fault)
            return True

    def end(self, **said: Any) -> None:
        try:
            answer = self._gathered.answer()
        except Exception as fault:
            self._told.inside.counters.fault(fault)
            answer = None
        self._told.finish(answer, **said)

    def tap(self, stream: Any) -> Any:
        said: Dict[str, Any] = {"status": "cancelled"}
        try:
            for part in stream:
                if self.see(part):
                    yield part
            said = {}
        except GeneratorExit:
            raise
        except BaseException as error:
            said = {"error": error}
            raise
        finally:
            self.end(**said)

    async def atap(self, stream: Any) -> Any:
        said: Dict[str, Any] = {"status": "cancelled"}
        try:
            async for part in stream:
                if self.see(part):
                    yield part
            said = {}
        except GeneratorExit:
            raise
        except BaseException as error:
            said = {"error": error}
            raise
        finally:
            self.end(**said)


def _receive(answer: Any, told: _Told, hides_usage: bool) -> Any:
    """The answer as the app gets it: a stream is the very same object, with its parts passing by here."""
    try:
        inner = getattr(answer, "_iterator", None)
        parts = _Parts(told, hides_usage)
        if inner is not None and hasattr(answer, "__aiter__"):
            answer._iterator = parts.atap(inner)
        elif inner is not None and hasattr(answer, "__iter__"):
            answer._iterator = parts.tap(inner)
        elif inspect.isasyncgen(answer):
            return parts.atap(answer)
        elif inspect.isgenerator(answer):
            return parts.tap(answer)
        else:
            told.finish(answer)
    except Exception as fault:
        told.inside.counters.fault(fault)
    return answer


async def _await(pending: Any, told: _Told, hides_usage: bool) -> Any:
    told.enter()
    try:
        answer = await pending
    except BaseException as error:
        told.finish(error=error)
        raise
    finally:
        told.leave()
    return _receive(answer, told, hides_usage)


def _tell(inside: Inside, path: str, kind: Kind, run: Callable[..., Any], provider: str, stream_usage: bool) -> Any:
    @functools.wraps(run)
    def call(*args: Any, **body: Any) -> Any:
        told: Optional[_Told] = None
        try:
            if not inside.scopes.is_apart:
                told = _Told(inside, path, kind, body, provider)
        except Exception as fault:
            inside.counters.fault(fault)
        if told is None:
            return run(*args, **body)
        options = body.get("stream_options")
        asks = isinstance(options, dict) and options.get("include_usage") is True
        adds = stream_usage and body.get("stream") is True and path.startswith("chat.") and not asks
        if adds:
            body["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
        told.enter()
        try:
            answer = run(*args, **body)
        except BaseException as error:
            told.finish(error=error)
            raise
        finally:
            told.leave()
        return _await(answer, told, adds) if inspect.isawaitable(answer) else _receive(answer, told, adds)

    return call


class _Wrapped:
    """Stands for the client, or a part of it that leads to calls which are told."""

    def __init__(self, inside: Inside, target: Any, path: str, provider: str, stream_usage: bool) -> None:
        self._tracehub = (inside, target, path, provider, stream_usage)

    @property
    def __class__(self) -> Any:  # Code that asks whether it is OpenAI's client is told yes.
        return type(self._tracehub[1])

    def __getattr__(self, name: str) -> Any:
        inside, target, path, provider, stream_usage = self._tracehub
        value = getattr(target, name)
        here = f"{path}.{name}" if path else name
        kind = kind_of(here)
        if kind is not None and callable(value):
            return _tell(inside, here, kind, value, provider, stream_usage)
        if leads_to_kind(here):
            return _Wrapped(inside, value, here, provider, stream_usage)
        if path == "" and name in ("with_options", "copy") and callable(value):
            return lambda *args, **options: _Wrapped(inside, value(*args, **options), "", provider, stream_usage)
        return value

    def __enter__(self) -> Any:
        self._tracehub[1].__enter__()
        return self

    def __exit__(self, *how: Any) -> Any:
        return self._tracehub[1].__exit__(*how)

    async def __aenter__(self) -> Any:
        await self._tracehub[1].__aenter__()
        return self

    async def __aexit__(self, *how: Any) -> Any:
        return await self._tracehub[1].__aexit__(*how)


def wrap_openai(hub: Any, client: C, *, provider: str = "openai", stream_usage: bool = False) -> C:
    """The same client, sync or async: messages, tool calls, tokens, streams and the time to their first part are told.

    What it gives and raises is unchanged, and so is the client handed in. With `stream_usage` chat streams are asked for
    their token counts, and the chunk that only has these is kept from the app.
    """
    wrapped: Any = _Wrapped(hub._inside, client, "", provider, stream_usage)
    return wrapped
