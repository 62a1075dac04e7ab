"""How a client is set up: what is given, then the environment, then the defaults."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional
from urllib.parse import urlsplit

_LOG = logging.getLogger("llm_trace_hub")
_OFF = re.compile(r"^(0|false|no|off)$", re.IGNORECASE)


@dataclass(frozen=True)
class Drop:
    """What became lost, how much of it, and why.

    `queue_full`: the hub was away for too long; `rejected`: the hub refused the item; `refused`: it refused the
    request; `failed`: the client was shut down, or could not write the item.
    """

    reason: str
    items: int
    detail: str


Mask = Callable[[Any, str], Any]


@dataclass(frozen=True)
class Settings:
    """Options with nothing left open."""

    base_url: str
    api_key: str
    enabled: bool
    environment: Optional[str]
    release: Optional[str]
    sample_rate: float
    max_queue_bytes: int
    batch_size: int
    flush_interval_sec: float
    request_timeout_sec: float
    exit_timeout_sec: float
    max_value_length: int
    mask: Optional[Mask]
    on_drop: Optional[Callable[[Drop], None]]
    on_warning: Callable[[str], None]


def _number(value: Any, fallback: float, most: float = 1e12) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return fallback
    return min(number, most) if number >= 0 else fallback


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def read_options(
    *,
    base_url: Optional[str] = None,
    api_key: Optional[str] = None,
    enabled: Optional[bool] = None,
    environment: Optional[str] = None,
    release: Optional[str] = None,
    sample_rate: Optional[float] = None,
    max_queue_bytes: int = 16 * 1024 * 1024,
    batch_size: int = 500,
    flush_interval_sec: float = 1.0,
    request_timeout_sec: float = 10.0,
    exit_timeout_sec: float = 2.0,
    max_value_length: int = 1_000_000,
    mask: Optional[Mask] = None,
    on_drop: Optional[Callable[[Drop], None]] = None,
    on_warning: Optional[Callable[[str], None]] = None,
    env: Mapping[str, str] = os.environ,
) -> Settings:
    """Settles every option. A base URL that is none switches the client off, with a warning."""
    base = base_url or env.get("TRACEHUB_BASE_URL") or "http://localhost:8000"
    warn = on_warning or _LOG.warning
    usable = isinstance(base, str) and _is_url(base)
    if not usable:
        try:
            warn("llm-trace-hub: TRACEHUB_BASE_URL is not an http(s) URL: nothing will be recorded")
        except Exception:  # A warning that cannot be given is no reason to fail.
            pass
    switched_on = not _OFF.match(env.get("TRACEHUB_ENABLED", "")) if enabled is None else bool(enabled)
    rate = env.get("TRACEHUB_SAMPLE_RATE") if sample_rate is None else sample_rate
    return Settings(
        base_url=str(base).rstrip("/"),
        api_key=str(api_key or env.get("TRACEHUB_API_KEY") or "dev-key"),
        enabled=usable and switched_on,
        environment=environment if environment is not None else env.get("TRACEHUB_ENVIRONMENT"),
        release=release if release is not None else env.get("TRACEHUB_RELEASE"),
        sample_rate=1.0 if rate in (None, "") else _number(rate, 1.0, 1.0),
        max_queue_bytes=int(_number(max_queue_bytes, 16 * 1024 * 1024)),
        batch_size=max(1, int(_number(batch_size, 500, 1000))),
        flush_interval_sec=_number(flush_interval_sec, 1.0),
        request_timeout_sec=_number(request_timeout_sec, 10.0),
        exit_timeout_sec=_number(exit_timeout_sec, 2.0),
        max_value_length=int(_number(max_value_length, 1_000_000)),
        mask=mask,
        on_drop=on_drop,
        on_warning=warn,
    )
