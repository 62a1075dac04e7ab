"""A few threads that never hold the process up."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Callable


class Workers:
    """Daemon threads, started when they are needed, at most so many."""

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._most = most
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """In a forked process there are no threads yet."""
        self._lock = threading.Lock()
        self._jobs: SimpleQueue = SimpleQueue()
        self._threads = 0
        self._idle = 0

    def submit(self, job: Callable[[], None]) -> bool:
        """Runs a job, which must not raise, on one of the threads; False when there is none to be had."""
        with self._lock:
            if self._idle > 0:
                self._idle -= 1
            elif self._threads < self._most and self._start():
                self._threads += 1
            elif self._threads == 0:
                return False
            self._jobs.put(job)
        return True

    def _start(self) -> bool:
        try:
            jobs = self._jobs
            threading.Thread(target=self._run, args=(jobs,), name=self._name, daemon=True).start()
            return True
        except RuntimeError:  # The interpreter is shutting down, or the machine has no more threads.
            return False

    def _run(self, jobs: SimpleQueue) -> None:
        while True:
            jobs.get()()
            with self._lock:
                if jobs.empty():
                    self._idle += 1
