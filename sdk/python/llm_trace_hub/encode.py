"""The JSON text of any value: never throws, and what is too long or too deep is cut and says so."""

from __future__ import annotations

import dataclasses
import json
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring as quote
from pathlib import PurePath
from typing import Any, Callable, Iterable, List, Mapping, Optional, Tuple
from uuid import UUID

__all__ = ["as_text", "encode", "quote"]

MOST_CHARACTERS = 1_000_000
# The hub refuses bodies past 128 levels.
MOST_LEVELS = 40
_ATOMS = frozenset((int, float, bool, type(None)))


def cut_mark(left_out: int) -> str:
    return f"…[cut, {left_out} characters left out]"


def _members(value: Any) -> Optional[Mapping[Any, Any]]:
    """The members of an object; properties and lazy attributes are left alone: reading them may do work."""
    if isinstance(value, Mapping):
        return value
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    dump = getattr(type(value), "model_dump", None)
    if callable(dump):
        return dump(value)
    return None


def _inner(value: Any) -> Optional[Mapping[Any, Any]]:
    """What an object of the app's own carries."""
    inner = getattr(value, "__dict__", None)
    if not isinstance(inner, dict) or callable(value):
        return None
    return {name: each for name, each in inner.items() if not name.startswith("_")}


def _plain(value: Any) -> Any:
    """A value that JSON lacks, as one that it has."""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal, PurePath, timedelta)):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"[{type(value).__name__}, {len(value)} bytes]"
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, type):
        return f"[class {value.__name__}]"
    if isinstance(value, BaseException):
        return {"name": type(value).__name__, "message": str(value), "cause": value.__cause__}
    shape = getattr(value, "shape", None)
    if shape is not None and hasattr(value, "dtype"):
        if len(shape) == 0 and hasattr(value, "item"):
            return value.item()
        return f"[{type(value).__name__}, shape {tuple(shape)}]"
    members = _members(value)
    if members is not None:
        return members
    inner = _inner(value)
    if inner is not None:
        return _Foreign(inner)
    if callable(value):
        return f"[function {getattr(value, '__name__', '')}]"
    return f"[{type(value).__name__}]"


class _Foreign:
    """The members of an object that says nothing of how it is written."""

    def __init__(self, members: Mapping[Any, Any]) -> None:
        self.members = members


class _Writer:
    """Writes with a budget of characters, the long way round."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.open: List[int] = []
        # An app's own objects hang together: past two of them, one in another, only the name is told.
        self.foreign = 0

    def text(self, value: str) -> str:
        most = max(0, self.left)
        self.left -= len(value) + 2
        return quote(value if len(value) <= most else value[:most] + cut_mark(len(value) - most))

    def number(self, value: Any) -> str:
        self.left -= 8
        if isinstance(value, int):
            return str(int(value)) if value.bit_length() < 8192 else f'"[int, {value.bit_length()} bits]"'
        return repr(float(value)) if math.isfinite(value) else f'"{value}"'

    def list(self, values: Iterable[Any]) -> str:
        parts: List[str] = []
        left_out = 0
        for value in values:
            if self.left <= 0:
                left_out += 1
            else:
                parts.append(self.any(value))
            self.left -= 2
        if left_out:
            parts.append(quote(f"…[cut, {left_out} items left out]"))
        return f"[{','.join(parts)}]"

    def record(self, members: Iterable[Tuple[Any, Any]]) -> str:
        parts: List[str] = []
        left_out = 0
        for key, value in members:
            if self.left <= 0:
                left_out += 1
                continue
            name = key if isinstance(key, str) else _name_of(key)
            self.left -= len(name) + 4
            parts.append(f"{quote(name)}:{self.any(value)}")
        if left_out:
            parts.append(f'"…":"[cut, {left_out} members left out]"')
        return f"{{{','.join(parts)}}}"

    def inside(self, value: Any, members: Mapping[Any, Any]) -> str:
        if self.foreign >= 2:
            return quote(f"[{type(value).__name__}]")
        self.foreign += 1
        try:
            return self.record(list(members.items()))
        finally:
            self.foreign -= 1

    def any(self, value: Any) -> str:
        if value is None or value is True or value is False:
            return {None: "null", True: "true", False: "false"}[value]
        if isinstance(value, str):
            return self.text(str(value))
        if isinstance(value, (int, float)):
            return self.number(value)
        if id(value) in self.open:
            return '"[circular]"'
        if len(self.open) >= MOST_LEVELS:
            return quote(f"[{type(value).__name__}, deeper than {MOST_LEVELS} levels]")
        self.left -= 2
        self.open.append(id(value))
        try:
            if isinstance(value, (list, tuple)):
                return self.list(value)
            plain = value if isinstance(value, Mapping) else _plain(value)
            if isinstance(plain, _Foreign):
                return self.inside(value, plain.members)
            return self.record(list(plain.items())) if isinstance(plain, Mapping) else self.any(plain)
        except Exception as failure:
            return quote(f"[unreadable {type(failure).__name__}]")
        finally:
            self.open.pop()


def _name_of(key: Any) -> str:
    try:
        return str(key)[:200]
    except Exception:
        return f"[{type(key).__name__}]"


def _is_simple(value: Any, most: int) -> bool:
    """Whether a value has only what JSON has, within the bounds, so that the quick way may be taken."""
    left = most
    layer = [value]
    for _ in range(MOST_LEVELS):
        inner: List[Any] = []
        for each in layer:
            kind = type(each)
            if kind is str:
                left -= len(each)
            elif kind is dict or kind is list or kind is tuple:
                left -= 4 * len(each)
                if left < 0:
                    return False
                inner.extend(each.values() if kind is dict else each)
            elif kind not in _ATOMS:
                return False
        if left < 0:
            return False
        if not inner:
            return True
        layer = inner
    return False


def _quick_writer() -> Callable[[Any], str]:
    """The encoder of `json`, without what it sets up anew for each value where it is written in C."""
    plain = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
    try:
        write = json.encoder.c_make_encoder(None, plain.default, quote, None, ":", ",", False, False, False)
        if "".join(write(["a", {"b": 1}], 0)) == '["a",{"b":1}]':
            return lambda value: "".join(write(value, 0))
    except Exception:  # Another Python, with other insides.
        pass
    return plain.encode


_FAST = _quick_writer()


def encode(value: Any, most: int = MOST_CHARACTERS) -> str:
    """The JSON text of a value, objects by their members."""
    try:
        if type(value) is str and len(value) <= most:
            return quote(value)
        if _is_simple(value, most):
            return _FAST(value)
    except Exception:  # A number or a key that JSON lacks is told in words below.
        pass
    try:
        return _Writer(most).any(value)
    except Exception:
        return '"[unreadable]"'


def as_text(value: Any, most: int = MOST_CHARACTERS) -> str:
    """A text as it is, anything else as its JSON; for members that the hub takes as text only."""
    if not isinstance(value, str):
        return encode(value, most)
    return value if len(value) <= most else value[:most] + cut_mark(len(value) - most)
