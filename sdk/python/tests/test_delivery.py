"""Nothing acknowledged is lost, nothing is doubled, and the caller notices none of it."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any, Dict, List

import pytest
from hubs import Project, until

from llm_trace_hub import Drop, FlushError, LLMTraceClient


def work(client: LLMTraceClient) -> str:
    """Three spans below a root."""
    with client.trace("work") as trace:
        for name in "abc":
            with trace.span(name, input={"name": name}):
                pass
    return trace.trace_id


FAULTS: Dict[str, Dict[str, Any]] = {
    "503 with Retry-After": {"status": 503, "headers": {"retry-after": "0"}},
    "429 with Retry-After": {"status": 429, "headers": {"retry-after": "0.05"}},
    "408": {"status": 408},
    "500": {"status": 500, "body": "Internal Server Error"},
    "502 from a proxy": {"status": 502, "body": "<html>bad gateway</html>"},
    "a connection that is cut before the answer": {"cut": "before"},
    "a connection that is cut in the middle of the answer": {"cut": "middle", "after_hub": True},
    "an answer that is lost after the hub had committed": {"cut": "before", "after_hub": True},
    "a page of something else": {"body": "<html>please log in</html>"},
    "a redirect": {"status": 302, "headers": {"location": "http://127.0.0.1:9/"}},
    "a 500 after the hub had committed": {"status": 500, "after_hub": True},
    "an answer that is slower than the time for it": {"slow": 0.6, "after_hub": True},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_after_a_fault_everything_is_there_and_once(fault: str, open_client, faulty, project: Project) -> None:
    server = faulty(lambda _, number: FAULTS[fault] if number <= 2 else None, behind=True)
    client = open_client(base_url=server.url, request_timeout_sec=0.4 if "slower" in fault else 10)
    trace_id = work(client)
    client.attach_eval("e", "m", 1, True, trace_id=trace_id)
    assert client.flush(timeout=20)
    told = project.trace(trace_id)
    assert (told.trace["status"], told.trace["total_spans"], told.trace["ended_spans"]) == ("success", 4, 4)
    assert (len(told.spans), len(told.evaluations)) == (4, 1)
    stats = client.stats()
    assert (stats.dropped, stats.rejected, stats.pending, stats.faults) == (0, 0, 0, 0)


def test_retry_after_is_kept(open_client, faulty) -> None:
    server = faulty(lambda _, number: {"status": 429, "headers": {"retry-after": "3600"}} if number == 1 else None)
    # Nothing goes before it is flushed, so that the first request is alone.
    client = open_client(base_url=server.url, flush_interval_sec=60)
    work(client)
    until("the first request was answered", lambda: client.flush(timeout=0.1) or client.stats().retries == 1)
    for _ in range(5):
        work(client)
        assert not client.flush(timeout=0.02)
    assert len(server.came) == 1
    assert (client.stats().dropped, client.stats().pending) == (0, 30)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 410, 451])
def test_w58_what_is_final_is_one_request_counted_and_told_once(status: int, open_client, faulty) -> None:
    server = faulty(lambda *_: {"status": status, "body": '{"detail":"no","code":"nope"}'})
    warnings: List[str] = []
    drops: List[Drop] = []
    client = open_client(base_url=server.url, on_warning=warnings.append, on_drop=drops.append)
    work(client)
    assert not client.flush()
    work(client)
    assert client.flush().lost == 5
    assert len(server.came) == 2
    stats = client.stats()
    assert (stats.dropped, stats.retries, stats.pending, stats.acknowledged) == (10, 0, 0, 0)
    assert len(warnings) == 1 and str(status) in warnings[0]
    assert sum(drop.items for drop in drops) == 10


def test_w58_an_item_that_the_hub_refuses_by_name_costs_no_other(client: LLMTraceClient, project: Project) -> None:
    with client.trace("work") as trace:
        trace.span("bad").end(status="exploded")
        with trace.span("good"):
            pass
    with pytest.raises(FlushError) as raised:
        client.flush(strict=True)
    assert raised.value.report.lost == 1
    stats = client.stats()
    assert (stats.rejected, stats.dropped, stats.pending) == (1, 0, 0)
    assert project.trace(trace.trace_id).span("good")["status"] == "success"


@pytest.mark.parametrize("status", [400, 413, 422, 500])
def test_w58_what_makes_a_whole_request_fail_is_found_and_only_it_is_lost(
    status: int, open_client, faulty, project: Project
) -> None:
    server = faulty(lambda came, _: {"status": status} if "poison" in came.body else None, behind=True)
    client = open_client(base_url=server.url)
    with client.trace("work") as trace:
        for n in range(12):
            with trace.span("poison" if n == 7 else f"span {n}"):
                pass
    with client.trace("another"):
        pass
    client.flush(timeout=25)
    stats = client.stats()
    assert (stats.dropped, stats.rejected, stats.pending) == (1, 0, 0)
    assert project.trace(trace.trace_id).trace["total_spans"] == 12


def test_w60_a_hub_that_never_answers_is_not_noticed(open_client, faulty) -> None:
    server = faulty(lambda *_: {"hang": True})
    client = open_client(base_url=server.url, flush_interval_sec=0.001)
    work(client)
    until("the hub is asked", lambda: bool(server.came))
    client.start_trace("seed")
    client.start_span("a")
    client.end_span()
    client.end_trace()
    stats = client.stats()
    assert (stats.acknowledged, stats.dropped, stats.faults) == (0, 0, 0)


def test_a_flush_that_cannot_end_says_what_is_left_and_it_is_sent_later(open_client, faulty, project: Project) -> None:
    server = faulty(lambda *_: {"status": 503, "headers": {"retry-after": "0.2"}}, behind=True)
    client = open_client(base_url=server.url)
    trace_id = work(client)
    report = client.flush(timeout=0.05)
    assert (report.ok, report.lost, report.pending, report.timeout) == (False, 0, 5, 0.05)
    server.script = lambda *_: None
    assert client.flush()
    assert project.trace(trace_id).trace["status"] == "success"


def test_w58_memory_is_bounded_the_oldest_is_dropped_and_told(open_client) -> None:
    drops: List[Drop] = []
    client = open_client(base_url="http://127.0.0.1:9", max_queue_bytes=1_000_000, on_drop=drops.append)
    for _ in range(100):
        with client.trace("t", input="x" * 50_000):
            pass
    assert client.stats().pending_bytes < 5_000_000
    client.flush(timeout=0.01)
    stats = client.stats()
    assert stats.dropped > 100
    assert sum(drop.items for drop in drops) == stats.dropped
    assert {drop.reason for drop in drops} == {"queue_full"}
    assert stats.dropped + stats.pending == stats.recorded


def test_a_start_that_was_dropped_is_told_again_with_the_end(open_client, faulty, project: Project) -> None:
    server = faulty(lambda *_: {"status": 503, "headers": {"retry-after": "0.3"}}, behind=True)
    client = open_client(base_url=server.url, max_queue_bytes=200_000)
    trace = client.trace("kept")
    span = trace.span("long", type="llm", input="early")
    for _ in range(40):
        trace.log("x" * 10_000)
    span.end(output="late")
    trace.end()
    server.script = lambda *_: None
    client.flush(timeout=20)
    told = project.trace(trace.trace_id)
    assert (told.span("long")["status"], told.span("long")["output"], told.span("long")["span_type"]) == ("success", "late", "llm")


def test_w59_fifty_threads_lose_and_double_nothing(open_client, faulty, project: Project) -> None:
    server = faulty(lambda _, number: {"status": 503} if number % 5 == 1 else None, behind=True)
    client = open_client(base_url=server.url, flush_interval_sec=0.01)
    trace = client.trace("threads")
    errors: List[BaseException] = []

    def many(thread: int) -> None:
        try:
            for n in range(40):
                with trace.span(f"{thread} {n}") as span:
                    span.set(output=n)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=many, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trace.end()
    assert client.flush(timeout=30)
    assert errors == []
    stats = client.stats()
    assert (stats.dropped, stats.rejected, stats.faults, stats.pending) == (0, 0, 0, 0)
    told = project.trace(trace.trace_id).trace
    assert (told["status"], told["total_spans"], told["ended_spans"]) == ("success", 2001, 2001)


def test_ten_thousand_spans_at_once_in_asyncio(client: LLMTraceClient, project: Project) -> None:
    async def one(n: int) -> None:
        async with client.span(f"span {n}", input=n):
            await asyncio.sleep(0.001 * (n % 7))

    async def main() -> str:
        async with client.trace("many") as trace:
            await asyncio.gather(*(one(n) for n in range(10_000)))
        assert await client.aflush(timeout=40)
        return trace.trace_id

    told = project.trace(asyncio.run(main())).trace
    assert (told["status"], told["total_spans"], told["ended_spans"]) == ("success", 10_001, 10_001)
    assert client.stats().faults == 0


def test_a_client_that_is_shut_down_takes_nothing_and_raises_nothing(client: LLMTraceClient) -> None:
    work(client)
    assert client.shutdown()
    work(client)
    assert client.stats().dropped == 5
    assert client.flush(timeout=1)


def test_a_mask_that_takes_its_time_holds_up_nobody_else(open_client, faulty) -> None:
    server = faulty(lambda *_: None)
    release = threading.Event()

    def mask(value: Any, field: str) -> Any:
        if value == "slow":
            release.wait(5)
        return value

    client = open_client(base_url=server.url, mask=mask)
    slow = threading.Thread(target=lambda: client.trace("t", input={"a": 1}).span("s", input="slow"))
    slow.start()
    time.sleep(0.02)
    assert client.flush(timeout=2)
    release.set()
    slow.join()
