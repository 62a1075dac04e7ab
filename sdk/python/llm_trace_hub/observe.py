"""The same function, each call of it a span with its arguments and its result."""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable, Dict, List, Optional

from .handles import given, open_span, open_trace
from .inside import Inside

_MOST_ITEMS = 10_000


class _Call:
    """One call that is recorded: a span of the trace around, else a trace of its own."""

    def __init__(self, inside: Inside, name: str, type: str, input: Any, capture_output: bool) -> None:
        self._inside = inside
        self._capture = capture_output
        here = inside.scopes.current()
        self._handle: Any = (
            open_span(inside, here, name, type=type, **given(input=input))
            if here
            else open_trace(inside, name, **given(input=input))
        )
        self._scope = self._handle._scope
        self._before: Any = None

    def enter(self) -> None:
        self._before = self._inside.scopes.raw()
        self._inside.scopes.enter(self._scope)

    def leave(self) -> None:
        self._inside.scopes.leave(self._scope, self._before)

    def finish(self, output: Any = None, error: Optional[BaseException] = None) -> None:
        try:
            self._handle._finish(given(output=output if self._capture else None, error=error))
        except Exception as fault:
            self._inside.counters.fault(fault)


class _Observed:
    """How one function is recorded."""

    def __init__(self, inside: Inside, run: Callable[..., Any], name: Optional[str], type: str, **captures: bool) -> None:
        self.inside = inside
        self.name = name or getattr(run, "__name__", None) or "anonymous"
        self.type = type
        self.captures = captures
        try:
            self.names: List[str] = list(inspect.signature(run).parameters)
        except (TypeError, ValueError):
            self.names = []

    def _input(self, args: tuple, kwargs: Dict[str, Any]) -> Any:
        if not self.captures["input"]:
            return None
        said: Dict[str, Any] = dict(zip(self.names, args))
        if self.names[:1] in (["self"], ["cls"]):
            said.pop(self.names[0], None)
        if len(args) > len(self.names):
            said["args"] = args[len(self.names) :]
        said.update(kwargs)
        return said or None

    def begin(self, args: tuple, kwargs: Dict[str, Any]) -> Optional[_Call]:
        if self.inside.scopes.is_apart:
            return None
        try:
            return _Call(self.inside, self.name, self.type, self._input(args, kwargs), self.captures["output"])
        except Exception as error:
            self.inside.counters.fault(error)
            return None


def _sync(observed: _Observed, run: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        call = observed.begin(args, kwargs)
        if call is None:
            return run(*args, **kwargs)
        call.enter()
        try:
            output = run(*args, **kwargs)
        except BaseException as error:
            call.finish(error=error)
            raise
        else:
            call.finish(output)
            return output
        finally:
            call.leave()

    return wrapper


def _async(observed: _Observed, run: Callable[..., Any]) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        call = observed.begin(args, kwargs)
        if call is None:
            return await run(*args, **kwargs)
        call.enter()
        try:
            output = await run(*args, **kwargs)
        except BaseException as error:
            call.finish(error=error)
            raise
        else:
            call.finish(output)
            return output
        finally:
            call.leave()

    return wrapper


def _keep(items: List[Any], item: Any) -> None:
    if len(items) < _MOST_ITEMS:
        items.append(item)


def _generator(observed: _Observed, run: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        call = observed.begin(args, kwargs)
        if call is None:
            return (yield from run(*args, **kwargs))
        items: List[Any] = []
        stream = run(*args, **kwargs)
        sent: Any = None
        thrown: Optional[BaseException] = None
        while True:
            # Between its items the code stands where the caller does.
            call.enter()
            try:
                item = stream.send(sent) if thrown is None else stream.throw(thrown)
            except StopIteration as end:
                call.finish(items)
                return end.value
            except BaseException as error:
                call.finish(items, error)
                raise
            finally:
                call.leave()
            _keep(items, item)
            sent, thrown = None, None
            try:
                sent = yield item
            except GeneratorExit:
                call.finish(items)
                stream.close()
                raise
            except BaseException as error:
                thrown = error

    return wrapper


def _async_generator(observed: _Observed, run: Callable[..., Any]) -> Callable[..., Any]:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        call = observed.begin(args, kwargs)
        items: List[Any] = []
        stream = run(*args, **kwargs)
        sent: Any = None
        thrown: Optional[BaseException] = None
        while True:
            if call:
                call.enter()
            try:
                item = await (stream.asend(sent) if thrown is None else stream.athrow(thrown))
            except StopAsyncIteration:
                if call:
                    call.finish(items)
                return
            except BaseException as error:
                if call:
                    call.finish(items, error)
                raise
            finally:
                if call:
                    call.leave()
            _keep(items, item)
            sent, thrown = None, None
            try:
                sent = yield item
            except GeneratorExit:
                if call:
                    call.finish(items)
                await stream.aclose()
                raise
            except BaseException as error:
                thrown = error

    return wrapper


def observed(inside: Inside, run: Callable[..., Any], name: Optional[str], type: str, **captures: bool) -> Any:
    """Wraps functions, coroutines and generators of both kinds; anything else that can be called like a function."""
    how = _Observed(inside, run, name, type, **captures)
    if inspect.isasyncgenfunction(run):
        wrapper = _async_generator(how, run)
    elif inspect.iscoroutinefunction(run):
        wrapper = _async(how, run)
    elif inspect.isgeneratorfunction(run):
        wrapper = _generator(how, run)
    else:
        wrapper = _sync(how, run)
    return functools.wraps(run)(wrapper)


