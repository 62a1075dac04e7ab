"""Sends one body to the hub and says what came of it."""

from __future__ import annotations

import gzip
import json
import threading
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, List, Optional, Tuple

import httpx

from .options import Settings
from .version import VERSION

# Past this the body is worth its compression.
_COMPRESS_FROM = 1024
_LONGEST_WAIT_SEC = 300.0
_MOST_ANSWER = 16 * 1024 * 1024
_AWAY = frozenset((408, 425, 429, 502, 503, 504))


@dataclass
class Answer:
    """What came of a request.

    taken: the hub has it, but for what it named in `rejected`. again: to be sent again, after so many seconds or when
    the sender thinks fit; `away`: it is not this request's fault, `late`: its time ran out. refused: never again.
    """

    kind: str
    rejected: List[Tuple[str, str]] = field(default_factory=list)
    body: Any = None
    after: Optional[float] = None
    away: bool = False
    late: bool = False
    status: int = 0
    why: str = ""


class _Late(Exception):
    pass


def read_retry_after(text: Optional[str], now: float) -> Optional[float]:
    """Seconds of a Retry-After, which is a number or a date."""
    if not text:
        return None
    try:
        wait = float(text)
    except ValueError:
        try:
            wait = parsedate_to_datetime(text).timestamp() - now
        except (TypeError, ValueError):
            return None
    return min(max(wait, 0.0), _LONGEST_WAIT_SEC) if wait == wait else None


def _read(status: int, headers: httpx.Headers, raw: bytes) -> Answer:
    text = raw.decode("utf-8", "replace")
    if 200 <= status < 300:
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        if isinstance(body, dict):
            rejected = body.get("rejected")
            named = [
                (str(each.get("code")), str(each.get("detail")))
                for each in (rejected if isinstance(rejected, list) else [])
                if isinstance(each, dict)
            ]
            return Answer("taken", rejected=named, body=body)
        # Cut short, or from something that stands where the hub should.
        return Answer("again", away=True, why=f"{status} without the hub's answer")
    why = f"{status} {text[:300]}"
    if status in _AWAY or status >= 500:
        after = read_retry_after(headers.get("retry-after"), time.time())
        return Answer("again", after=after, away=status in _AWAY, why=why, status=status)
    if status < 400:
        # A redirect would carry the key to somewhere else.
        return Answer("again", away=True, why=why, status=status)
    return Answer("refused", status=status, why=why)


class Poster:
    """Keeps the connections to the hub; they are made when they are first needed."""

    def __init__(self, settings: Settings, transport: Optional[httpx.BaseTransport] = None) -> None:
        self._settings = settings
        self._transport = transport
        self.forget()

    def forget(self) -> None:
        """In a forked process the connections are the parent's; they are left alone, and not closed."""
        self._lock = threading.Lock()
        self._client: Optional[httpx.Client] = None
        self._closed = False

    def _open(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                headers = {
                    "content-type": "application/json",
                    "x-api-key": self._settings.api_key,
                    "user-agent": f"llm-trace-hub-python/{VERSION}",
                }
                self._client = httpx.Client(
                    headers=headers, follow_redirects=False, transport=self._transport
                )
            return self._client

    def close(self) -> None:
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def post(self, path: str, body: str, timeout: float, compress: bool = True) -> Answer:
        """Never raises. The whole of it, answer included, takes little longer than `timeout`."""
        deadline = time.monotonic() + timeout
        try:
            content = body.encode("utf-8", "backslashreplace")
            headers = {}
            if compress and len(content) >= _COMPRESS_FROM:
                content = gzip.compress(content, 4)
                headers["content-encoding"] = "gzip"
            url = f"{self._settings.base_url}{path}"
            parts: List[bytes] = []
            with self._open().stream("POST", url, content=content, headers=headers, timeout=timeout) as answer:
                for part in answer.iter_bytes():
                    parts.append(part)
                    if time.monotonic() > deadline:
                        raise _Late
                    if sum(map(len, parts)) > _MOST_ANSWER:
                        break
                return _read(answer.status_code, answer.headers, b"".join(parts))
        except (_Late, httpx.TimeoutException):
            return Answer("again", away=True, late=True, why=f"no answer within {timeout:g} s")
        except Exception as error:  # A cut connection, a name that is not known, a proxy that is not there.
            return Answer("again", away=True, why=f"{type(error).__name__}: {error}"[:300])
