"""The flushes that are waited for: each until the requests with what was recorded before it are settled."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Iterable, List, Optional, Set

from .wire import Request


@dataclass(frozen=True)
class FlushReport:
    """What became of a flush: `ok` when all that was recorded before it is with the hub."""

    # Items that were dropped or refused since the flush began.
    lost: int = 0
    # Items that still wait, to be sent later; 0 unless the time ran out.
    pending: int = 0
    # The time that ran out, else None.
    timeout: Optional[float] = None

    @property
    def ok(self) -> bool:
        return self.lost == 0 and self.timeout is None

    def __bool__(self) -> bool:
        return self.ok


class FlushError(Exception):
    """Raised by `flush(strict=True)` when not all is with the hub."""

    def __init__(self, report: FlushReport) -> None:
        late = "" if report.timeout is None else f", {report.pending} unsent after {report.timeout:g} s"
        super().__init__(f"{report.lost} items were lost{late}")
        self.report = report


class Flush:
    """One flush: entries of the queue up to `mark` are waited for, then the requests that carry them."""

    def __init__(self, mark: int) -> None:
        self.mark = mark
        self.waits: Optional[Set[Request]] = None
        self.done = threading.Event()


class Flushes:
    """Not locked by itself: who calls holds the client's lock."""

    def __init__(self) -> None:
        self._open: List[Flush] = []

    @property
    def are_open(self) -> bool:
        return bool(self._open)

    def begin(self, mark: int) -> Flush:
        flush = Flush(mark)
        self._open.append(flush)
        return flush

    def end(self, flush: Flush) -> None:
        flush.done.set()
        if flush in self._open:
            self._open.remove(flush)

    def end_all(self) -> None:
        """Nothing more is to come: whoever waits hears what was lost."""
        for flush in list(self._open):
            self.end(flush)

    def arm(self, passed: int, requests: Iterable[Request]) -> None:
        """Flushes whose entries have all left the queue wait for the requests that are there now."""
        for flush in list(self._open):
            if flush.waits is None and passed >= flush.mark:
                flush.waits = set(requests)
                if not flush.waits:
                    self.end(flush)

    def finish(self, request: Request, heirs: Iterable[Request] = ()) -> None:
        """A request is done with; what it was parted into is waited for in its place."""
        for flush in list(self._open):
            if flush.waits is None or request not in flush.waits:
                continue
            flush.waits.discard(request)
            flush.waits.update(heirs)
            if not flush.waits:
                self.end(flush)
