"""A flush gives a true report when all that was recorded before it is with the hub, and never before."""

from __future__ import annotations

import gzip
import random
import re
import threading
import time
from typing import List, Set

import httpx
import pytest
from hubs import until

from llm_trace_hub import FlushReport, LLMTraceClient

TAKEN = {"accepted": 1, "duplicates": 0, "rejected": []}
NAMED = {"accepted": 0, "duplicates": 0, "rejected": [{"code": "c", "detail": "d"}]}


class Chance:
    """A hub that answers by chance, and knows what it has and what it has refused for good."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.taken: Set[int] = set()
        self.refused: Set[int] = set()
        self._lock = threading.Lock()

    def answer(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        ids = {int(found) for found in re.findall(rb"#(\d+)#", body)}
        with self._lock:
            what, wait = self.chance.random(), self.chance.choice((0, 0.001, 0.004))
        time.sleep(wait)
        if what < 0.25:
            return httpx.Response(503, headers={"retry-after": "0.002"})
        if what < 0.3:
            return httpx.Response(500, headers={"retry-after": "0"})
        with self._lock:
            if what < 0.35 or (what < 0.45 and len(ids) == 1):
                self.refused |= ids
                return httpx.Response(401 if what < 0.35 else 422)
            if what < 0.45:
                return httpx.Response(422)
            if what < 0.5:
                self.refused.add(min(ids))
                self.taken |= ids - {min(ids)}
                return httpx.Response(200, json=NAMED)
            self.taken |= ids
        return httpx.Response(200, json=TAKEN)


def test_a_flush_that_waits_when_the_client_is_shut_down_ends_then(open_client) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(503, headers={"retry-after": "3600"}))
    client = open_client(transport=transport)
    with client.trace("t"):
        pass
    told: List[FlushReport] = []
    waiting = threading.Thread(target=lambda: told.append(client.flush(timeout=600)))
    waiting.start()
    until("it was tried", lambda: client.stats().retries > 0)
    client.shutdown(timeout=0)
    waiting.join(timeout=10)
    assert [(report.lost, report.pending, report.timeout) for report in told] == [(2, 0, None)]


@pytest.mark.parametrize("seed", range(6))
def test_what_a_true_flush_was_told_of_is_settled_however_the_hub_answers(open_client, seed: int) -> None:
    hub = Chance(seed)
    again: List[LLMTraceClient] = []

    def on_warning(_: str) -> None:
        # The app's own code runs in the middle of the client's, and may ask it for anything.
        if threading.current_thread().name.startswith("tracehub"):
            again[0].stats()
            again[0].log_event("from a warning")

    transport = httpx.MockTransport(hub.answer)
    client = open_client(transport=transport, flush_interval_sec=0.002, on_warning=on_warning)
    again.append(client)
    wrong: List[str] = []

    def app(base: int) -> None:
        chance = random.Random(seed * 100 + base)
        trace = client.trace("t")
        for turn in range(8):
            recorded = []
            for n in range(chance.choice((1, 3, 60))):
                recorded.append(base * 100_000 + turn * 1000 + n)
                trace.log(f"#{recorded[-1]}#")
            time.sleep(chance.choice((0, 0, 0.002)))
            report = client.flush(timeout=chance.choice((0.001, 20, 20)))
            unsettled = set(recorded) - hub.taken - hub.refused
            if unsettled and (report.ok or report.timeout is None):
                wrong.append(f"{report} with {sorted(unsettled)} not settled")
            if report.timeout == 20:
                wrong.append(f"{report}: the time was long enough")

    apps = [threading.Thread(target=app, args=(base,)) for base in (1, 2, 3)]
    for thread in apps:
        thread.start()
    for thread in apps:
        thread.join()
    assert wrong == []
    client.flush(timeout=20)
    stats = client.stats()
    assert (stats.pending, stats.faults) == (0, 0)
    assert stats.recorded == stats.acknowledged + stats.dropped + stats.rejected
