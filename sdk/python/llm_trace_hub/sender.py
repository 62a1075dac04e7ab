"""Sends what is handed over, in the background: batches, retries, pauses while the hub is away."""

from __future__ import annotations

import threading
import time
from typing import List, Optional, Set

from .counters import Counters
from .entries import DROPPED, QUEUED, Entry
from .flushes import Flushes, FlushReport
from .options import Settings
from .post import Answer, Poster
from .queue import Queue
from .retry import AROUND_SEC, FAILURES_ALONE, FAILURES_AMONG_OTHERS, FIRST_PAUSE_SEC, OF_ITEMS, pause
from .wire import Batch, Request
from .workers import Workers

_MOST_AT_ONCE = 4
_BATCH_BYTES = 1024 * 1024
_BATCH_ITEMS = 1000
# So much may wait outside of the queue for its next try.
_READY_BYTES = 2 * _BATCH_BYTES
# So many bytes waiting are sent without waiting for more.
_EAGER_BYTES = 512 * 1024


class Sender:
    """One thread takes batches and hands them to a few that send. All state is under the client's lock."""

    def __init__(self, settings: Settings, counters: Counters, poster: Poster, lock) -> None:
        self._settings = settings
        self._counters = counters
        self._stats = counters.stats
        self._poster = poster
        self._lock = lock
        self._workers = Workers("tracehub-send", _MOST_AT_ONCE)
        self._closed = False
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._wake = threading.Condition(self._lock)
        self._queue = Queue(self._settings.max_queue_bytes)
        self._flushes = Flushes()
        self._ready: List[Request] = []
        self._underway: Set[Request] = set()
        self._thread: Optional[threading.Thread] = None
        # Items of a batch that is being written at the moment.
        self._in_hand = 0
        self._nudged = False
        # When what waits has waited for others long enough.
        self._take_due = 0.0
        self._away_until = 0.0
        self._away_for = 0
        self._taken_at = float("-inf")

    def forget(self) -> None:
        """In a forked process: what waits and is under way is the parent's to send."""
        self._queue.leave_to_parent()
        self._stats = self._counters.stats
        self._workers.forget()
        self._begin_anew()

    @property
    def pending(self) -> int:
        """Items that are not settled."""
        with self._lock:
            return self._queue.size + self._in_hand + sum(request.items for request in self._unsettled())

    @property
    def pending_bytes(self) -> int:
        with self._lock:
            return self._queue.bytes + sum(request.bytes for request in self._unsettled())

    def _unsettled(self) -> List[Request]:
        return [*self._ready, *self._underway]

    def _is_much(self) -> bool:
        return self._queue.size >= self._settings.batch_size or self._queue.bytes > _EAGER_BYTES

    def put(self, entry: Entry) -> None:
        """Hands an entry over, or says that one that waits has changed. Held: the client's lock."""
        if self._closed:
            if entry.place != DROPPED:
                entry.place = DROPPED
                self._counters.lose("failed", 1, "the client was shut down")
            return
        queue = self._queue
        if entry.place != QUEUED:
            self._stats.recorded += 1
            if queue.size == 0:
                self._take_due = time.monotonic() + self._settings.flush_interval_sec
                self._nudge()
        dropped = queue.put(entry)
        if dropped:
            self._counters.lose("queue_full", dropped, "the hub was away or too slow, and the queue is full")
        # An answer that is awaited, or the end of a pause, wakes the thread anyway.
        if not self._nudged and not self._away_for and len(self._underway) < _MOST_AT_ONCE and self._is_much():
            self._nudge()

    def _nudge(self) -> None:
        self._nudged = True
        if self._thread is None and not self._closed:
            try:
                thread = threading.Thread(target=self._run, name="tracehub", daemon=True)
                self._thread = thread
                thread.start()
            except RuntimeError:  # The interpreter is shutting down: `drain` does its work.
                self._thread = None
        self._wake.notify_all()

    def _run(self) -> None:
        while self._thread is threading.current_thread() and not self._closed:
            try:
                wait = self._pump()
                self._counters.tell_due()
                with self._lock:
                    if not self._nudged and wait != 0:
                        self._wake.wait(wait)
                    self._nudged = False
            except Exception as error:
                self._counters.fault(error)
                time.sleep(FIRST_PAUSE_SEC)

    def _may_take(self, now: float) -> bool:
        """What comes within the interval goes together, and a short span with its end."""
        if not self._queue.size or not (now >= self._take_due or self._flushes.are_open or self._is_much()):
            return False
        return sum(request.bytes for request in self._ready) < _READY_BYTES

    def _next_ready(self, now: float) -> Optional[Request]:
        for position, request in enumerate(self._ready):
            if request.due <= now:
                return self._ready.pop(position)
        return None

    def _fill(self) -> None:
        """Makes requests of what waits; they are written without the lock."""
        with self._lock:
            if not self._may_take(time.monotonic()):
                return
            batch = Batch(self._queue.take(_BATCH_BYTES, _BATCH_ITEMS))
            self._in_hand = batch.items
        try:
            built = batch.requests()
        except Exception as error:
            built = []
            self._counters.fault(error)
            self._counters.lose("failed", batch.items, "could not be written")
        with self._lock:
            self._in_hand = 0
            self._ready.extend(built)

    def _pump(self) -> Optional[float]:
        """Starts what can be started; how many seconds to wait then, None = until somebody wakes."""
        while True:
            with self._lock:
                now = time.monotonic()
                # While the hub is away one request asks whether it is back.
                most = 1 if self._away_for else _MOST_AT_ONCE
                is_free = now >= self._away_until and len(self._underway) < most
                request = self._next_ready(now) if is_free else None
                if request:
                    self._underway.add(request)
                must_fill = request is None and is_free and self._may_take(now)
                if not request and not must_fill:
                    self._flushes.arm(self._queue.passed, self._unsettled())
                    return self._sleep(now)
            if must_fill:
                self._fill()
            elif request and not self._workers.submit(lambda request=request: self._send(request)):
                self._send(request)

    def _sleep(self, now: float) -> Optional[float]:
        if not self._ready and not self._queue.size:
            return None
        if now < self._away_until:
            return self._away_until - now
        due = min([request.due for request in self._ready] + ([self._take_due] if self._queue.size else []))
        if due > now:
            return due - now
        return None if self._underway else self._settings.flush_interval_sec

    def _send(self, request: Request) -> None:
        try:
            answer = self._poster.post(request.path, request.body, self._settings.request_timeout_sec)
        except Exception as error:
            self._counters.fault(error)
            answer = Answer("again", away=True, why="a fault inside the client")
        warning = None
        with self._lock:
            # A request that a fork or a shutdown has taken out of the list is settled already.
            if request in self._underway:
                self._underway.discard(request)
                try:
                    warning = self._settle(request, answer)
                except Exception as error:
                    self._counters.fault(error)
            self._nudge()
        if warning:
            self._counters.warn("away", warning)

    def _settle(self, request: Request, answer: Answer) -> Optional[str]:
        if answer.kind == "taken":
            self._away_for = 0
            self._taken_at = time.monotonic()
            lost = len(answer.rejected)
            self._stats.acknowledged += max(0, request.items - lost)
            if lost:
                code, detail = answer.rejected[0]
                self._counters.lose("rejected", lost, f"{code}: {detail}")
            self._flushes.finish(request)
        elif answer.kind == "again":
            return self._again(request, answer)
        elif answer.status in OF_ITEMS:
            self._part(request, answer.why)
        else:
            self._give_up(request, answer.why)
        return None

    def _give_up(self, request: Request, why: str) -> None:
        self._counters.lose("refused", request.items, why)
        self._flushes.finish(request)

    def _again(self, request: Request, answer: Answer) -> Optional[str]:
        self._stats.retries += 1
        now = time.monotonic()
        warning = None
        if answer.away:
            wait = pause(self._away_for) if answer.after is None else answer.after
            self._away_until = max(self._away_until, now + wait)
            self._away_for += 1
            warning = f"the hub does not take data ({answer.why}); what comes is kept and sent later"
        else:
            request.failed_at = now if request.failed_at is None else request.failed_at
            is_alone = self._taken_at > request.failed_at - AROUND_SEC
            request.tries += 1
            if request.tries >= (FAILURES_ALONE if is_alone else FAILURES_AMONG_OTHERS):
                self._part(request, answer.why)
                return None
            request.due = now + (pause(request.tries) if answer.after is None else answer.after)
            self._away_for = max(1, self._away_for)
        self._ready.append(request)
        return warning

    def _part(self, request: Request, why: str) -> None:
        """One bad item must not take its neighbours along."""
        halves = request.halve()
        if halves is None:
            return self._give_up(request, why)
        # They have been tried together: each is tried once more.
        for half in halves:
            half.tries, half.failed_at = request.tries - 1, request.failed_at
        self._ready.extend(halves)
        self._flushes.finish(request, halves)

    def flush(self, timeout: float, inline: bool = False) -> FlushReport:
        """Waits until all that was handed over before is settled. `inline`: there may be no threads any more."""
        with self._lock:
            if self._closed:
                return FlushReport()
            lost_before = self._stats.dropped + self._stats.rejected
            flush = self._flushes.begin(self._queue.end)
            self._nudge()
        if inline and (self._thread is None or not self._thread.is_alive()):
            self._drain(flush, timeout)
        in_time = flush.done.wait(timeout)
        self._counters.tell_due(all_of_it=True)
        with self._lock:
            self._flushes.end(flush)
            lost = self._stats.dropped + self._stats.rejected - lost_before
            if in_time:
                return FlushReport(lost=lost)
            return FlushReport(lost=lost, pending=self.pending, timeout=timeout)

    def _drain(self, flush, timeout: float) -> None:
        """Does the thread's work in the caller, for as long."""
        deadline = time.monotonic() + timeout
        while not flush.done.is_set() and time.monotonic() < deadline:
            wait = self._pump()
            left = deadline - time.monotonic()
            if wait != 0 and left > 0 and not flush.done.is_set():
                with self._lock:
                    self._wake.wait(min(left, 0.05 if wait is None else wait))

    def close(self) -> None:
        """Takes nothing more; what is unsent after this is counted as lost."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            if self.pending:
                self._counters.lose("failed", self.pending, "unsent when the client was shut down")
            self._ready.clear()
            self._underway.clear()
            self._queue.take(float("inf"), float("inf"))
            self._flushes.end_all()
            self._nudge()
        self._counters.tell_due(all_of_it=True)
