"""What the end of the process and a fork ask of the clients."""

from __future__ import annotations

import atexit
import os
import threading
from typing import Any, Dict, List

from .said import reseed

# Kept until their shutdown: what waits in a client that the app has let go of is sent all the same. In the order of
# their making, so that all locks are always taken in one order.
_clients: Dict[int, Any] = {}
_forking = threading.RLock()
_held: List[Any] = []


def remember(client: Any) -> None:
    """Flushes a client when the process ends, and sets it up anew in a process that is forked."""
    _clients[id(client)] = client


def forget(client: Any) -> None:
    _clients.pop(id(client), None)


def _on_exit() -> None:
    for client in list(_clients.values()):
        try:
            client._at_exit()
        except Exception:  # The process ends as it would have ended.
            pass


def _before_fork() -> None:
    """No other thread is in the middle of something when the process is copied."""
    _forking.acquire()
    for client in list(_clients.values()):
        client._inside.lock.acquire()
        _held.append(client)


def _release() -> None:
    while _held:
        _held.pop()._inside.lock.release()
    _forking.release()


def _in_child() -> None:
    reseed()
    for client in list(_held):
        client._inside.forget()
    _release()


atexit.register(_on_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_release, after_in_child=_in_child)
