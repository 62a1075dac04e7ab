"""What waits to be sent: bounded by bytes, the oldest is dropped for the newest."""

from __future__ import annotations

from collections import deque
from typing import Deque, List

from .entries import DROPPED, QUEUED, TAKEN, Entry, weigh


class Queue:
    """Not locked by itself: who calls holds the client's lock."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._entries: Deque[Entry] = deque()
        self.bytes = 0
        # How many entries have ever left by the head.
        self.passed = 0

    @property
    def size(self) -> int:
        return len(self._entries)

    @property
    def end(self) -> int:
        """The value of `passed` once everything that waits now has left."""
        return self.passed + len(self._entries)

    def _shift(self) -> Entry:
        entry = self._entries.popleft()
        self.passed += 1
        self.bytes -= entry.bytes
        return entry

    def put(self, entry: Entry) -> int:
        """Adds an entry, or weighs anew one that waits already; gives how many were dropped for it."""
        before = entry.bytes if entry.place == QUEUED else 0
        entry.bytes = weigh(entry)
        self.bytes += entry.bytes - before
        if entry.place != QUEUED:
            entry.place = QUEUED
            self._entries.append(entry)
        dropped = 0
        while self.bytes > self._most_bytes and self._entries:
            oldest = self._shift()
            oldest.place = DROPPED
            # It may live on in the app's hands: what it carried is let go.
            oldest.forget()
            dropped += 1
        return dropped

    def take(self, up_to_bytes: float, up_to_items: float) -> List[Entry]:
        """Takes the oldest entries, up to so many bytes and items, and at least one."""
        taken: List[Entry] = []
        total = 0
        while self._entries:
            total += self._entries[0].bytes
            if taken and (total > up_to_bytes or len(taken) >= up_to_items):
                break
            entry = self._shift()
            entry.place = TAKEN
            taken.append(entry)
        return taken

    def leave_to_parent(self) -> None:
        """In a forked process: what waited is the parent's to send."""
        for entry in self.take(float("inf"), float("inf")):
            if entry.kind == "span":
                entry.announced = True
            entry.forget()
