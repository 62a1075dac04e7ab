"""Words that the app says, as the hub takes them."""

from __future__ import annotations

import asyncio
import math
import random
import re
from datetime import datetime
from typing import Any, Dict, List, Optional

from .encode import quote

_UNUSABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_INTERRUPTS = ("GraphInterrupt", "NodeInterrupt")
_random = random.Random()


def reseed() -> None:
    """After a fork, or both processes would make the same ids."""
    _random.seed()


def new_id() -> str:
    """A UUID of version 4, from a generator that the app's `random.seed()` does not reach."""
    text = f"{_random.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def is_usable_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 128 and not _UNUSABLE.search(value)


def label(value: Any) -> str:
    """A short text as the hub takes it."""
    return str(value)[:255]


def seconds(value: Any) -> Optional[float]:
    """A time of the app, a datetime or seconds since 1970; None for what is neither."""
    if isinstance(value, datetime):
        value = value.timestamp()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value < 32_503_680_000 else None


def is_interrupt(error: Any) -> bool:
    """Whether LangGraph threw this to wait for an answer from outside."""
    return any(kind.__name__ in _INTERRUPTS for kind in type(error).__mro__)


def status_of_error(error: Any) -> str:
    """A cancellation is no failure, and neither is a graph that waits for a person, or a generator that is left."""
    if isinstance(error, (asyncio.CancelledError, KeyboardInterrupt, GeneratorExit)):
        return "cancelled"
    return "interrupted" if is_interrupt(error) else "error"


def _short(error: Any) -> str:
    if not isinstance(error, BaseException):
        return str(error)
    message = str(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def text_of_error(error: Any) -> str:
    """Name, message and cause of an error; its stack, with the paths of this machine, stays here."""
    try:
        cause = error.__cause__ if isinstance(error, BaseException) else None
        return _short(error) + ("" if cause is None or cause is error else f"\ncaused by {_short(cause)}")
    except Exception:  # An error whose text cannot be had.
        return type(error).__name__


# Names that other libraries count under; the hub's own goes before them.
_NAMES: Dict[str, str] = {
    **{name: name for name in ("input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens", "cost_usd")},
    **{"prompt_tokens": "input_tokens", "prompt": "input_tokens", "cached_tokens": "cache_read_tokens"},
    **{"completion_tokens": "output_tokens", "completion": "output_tokens"},
}


def _count(value: Any) -> Optional[float]:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) and value >= 0 else None


def read_usage(said: Any) -> Dict[str, Any]:
    """Usage under the hub's names, from those of this client, OpenAI and LangChain; what is no count is left out."""
    if not isinstance(said, dict):
        return {}
    read: Dict[str, Any] = {}
    for key, value in said.items():
        if key == "model" or key == "provider":
            if isinstance(value, str) and value:
                read[key] = value[:255]
            continue
        name = _NAMES.get(key)
        # Nearly always it is this; the rest of it is for what apps say otherwise.
        if type(value) is int and name is key and 0 <= value <= 2_147_483_647 and name != "cost_usd":
            read[name] = value
            continue
        if name is None or (name in read and key != name) or _count(value) is None:
            continue
        if name == "cost_usd":
            if value <= 1_000_000:
                read[name] = value
        elif value <= 2_147_483_647:
            read[name] = round(value)
    if "input_tokens" not in read:
        total = _count(said.get("total_tokens", said.get("total")))
        if total is not None and total <= 2_147_483_647:
            read["input_tokens"] = max(0, round(total) - read.get("output_tokens", 0))
    return read


def usage_members(usage: Any) -> List[str]:
    """Usage as JSON members."""
    return [
        f'"{name}":{quote(value) if isinstance(value, str) else value}'
        for name, value in read_usage(usage).items()
    ]
