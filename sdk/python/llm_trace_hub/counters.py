"""Counts, and tells what was lost."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Dict, List

from .options import Drop, Settings

_WARN_EVERY_SEC = 60.0
_DROP_EVERY_SEC = 1.0


@dataclass
class Stats:
    """What a client has done so far.

    recorded: items handed over, whatever became of them. acknowledged: taken by the hub, duplicates included. dropped:
    lost before the hub took them. rejected: named so by the hub. unsampled: traces left out by `sample_rate`. retries:
    requests sent once more. undecided: decisions that `on_unavailable` had to answer. faults: errors inside the client
    that were kept from the app. pending, pending_bytes: what waits to be sent or acknowledged.
    """

    recorded: int = 0
    acknowledged: int = 0
    dropped: int = 0
    rejected: int = 0
    unsampled: int = 0
    retries: int = 0
    undecided: int = 0
    faults: int = 0
    pending: int = 0
    pending_bytes: int = 0


class Counters:
    """Counts under the client's lock. What is to be told waits for `tell_due`, outside of it."""

    def __init__(self, settings: Settings, lock) -> None:
        self.stats = Stats()
        self._settings = settings
        self._lock = lock
        self._told: Dict[str, float] = {}
        self._untold: Dict[str, Drop] = {}

    def _is_due(self, kind: str, every: float) -> bool:
        now = time.monotonic()
        if now - self._told.get(kind, float("-inf")) < every:
            return False
        self._told[kind] = now
        return True

    def count(self, name: str, by: int = 1) -> None:
        with self._lock:
            setattr(self.stats, name, getattr(self.stats, name) + by)

    def warn(self, kind: str, message: str) -> None:
        """Says it unless the same kind was said within the last minute."""
        with self._lock:
            due = self._is_due(kind, _WARN_EVERY_SEC)
        if not due:
            return
        try:
            self._settings.on_warning(f"llm-trace-hub: {message}")
        except Exception:  # A warning that cannot be given is no reason to fail.
            pass

    def lose(self, reason: str, items: int, detail: str = "") -> None:
        """Counts items as lost; who holds no lock tells of it later."""
        with self._lock:
            self.count("rejected" if reason == "rejected" else "dropped", items)
            before = self._untold.get(reason)
            self._untold[reason] = Drop(
                reason,
                items + (before.items if before else 0),
                detail or (before.detail if before else ""),
            )

    def tell_due(self, all_of_it: bool = False) -> None:
        """Says what was lost and not yet said: to `on_drop` once a second, as a warning once a minute."""
        if not self._untold:
            return
        with self._lock:
            due: List[Drop] = [
                self._untold.pop(reason)
                for reason in list(self._untold)
                if all_of_it or self._is_due(f"drop {reason}", _DROP_EVERY_SEC)
            ]
        for drop in due:
            try:
                if self._settings.on_drop:
                    self._settings.on_drop(drop)
            except Exception:
                self.count("faults")
            said = f": {drop.detail}" if drop.detail else ""
            self.warn(drop.reason, f"{drop.items} items were lost ({drop.reason}){said}")

    def fault(self, error: BaseException) -> None:
        """What went wrong inside stays inside."""
        try:
            self.count("faults")
            self.warn("fault", f"a fault inside the client: {type(error).__name__}: {error}")
        except Exception:  # An error whose text cannot be had.
            pass

    def forget(self) -> None:
        """A forked process counts its own."""
        self.stats = Stats()
        self._untold.clear()
