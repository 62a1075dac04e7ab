"""What tracing costs the code that is traced, and what it holds while the hub is away.

`python bench/sdk.py [--rounds N] [--seconds N]`, with httpx installed. Wall time has what the sender's thread takes of
the interpreter meanwhile; CPU time is the caller's alone.
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Callable, List, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk/python"))

import httpx  # noqa: E402

from llm_trace_hub import Drop, LLMTraceClient  # noqa: E402

SPANS = 10_000
RATE_PER_SECOND = 500
MOST_GROWTH = 32 * 1024 * 1024
MESSAGES = [{"role": "user", "content": "Where is my order? " * 50}]
USAGE = {"model": "gpt-4.1-mini", "input_tokens": 100, "output_tokens": 20}


def taking() -> LLMTraceClient:
    """A client of a hub that takes everything at once."""
    answer = {"accepted": 1, "duplicates": 0, "rejected": []}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    return LLMTraceClient(transport=transport, max_queue_bytes=256 * 1024 * 1024)


def imperative(hub: LLMTraceClient) -> Callable[[], None]:
    hub.start_trace("bench")

    def run() -> None:
        hub.start_span("span", span_type="tool")
        hub.end_span()

    return run


def block(hub: LLMTraceClient) -> Callable[[], None]:
    trace = hub.trace("bench")

    def run() -> None:
        with trace.span("span"):
            pass

    return run


def payload(hub: LLMTraceClient) -> Callable[[], None]:
    trace = hub.trace("bench")

    def run() -> None:
        with trace.span("llm", type="llm", input=MESSAGES, usage=USAGE):
            pass

    return run


def observed(hub: LLMTraceClient) -> Callable[[], Any]:
    hub.start_trace("bench")
    add = hub.observe(lambda a, b: a + b)
    return lambda: add(1, 2)


def node(hub: LLMTraceClient) -> Callable[[], None]:
    hub.start_langgraph_run("bench")

    def run() -> None:
        hub.start_langgraph_node("node")
        hub.end_langgraph_node("node")

    return run


CASES = {
    "start_span, end_span": imperative,
    "with span(name)": block,
    "with span(name, 1 KB of messages, usage)": payload,
    "observe(fn)": observed,
    "start_langgraph_node with its source, end": node,
}


def measure(make: Callable[[LLMTraceClient], Callable[[], Any]]) -> Tuple[float, float]:
    """Microseconds per span, wall and CPU, in turns of 100 with pauses in between, as in a server."""
    hub = taking()
    run = make(hub)
    wall = cpu = 0.0
    for _ in range(SPANS // 100):
        began, used = time.perf_counter(), time.thread_time()
        for _ in range(100):
            run()
        wall += time.perf_counter() - began
        cpu += time.thread_time() - used
        time.sleep(0.001)
    hub.shutdown(timeout=60)
    assert hub.stats().dropped == 0
    return wall / SPANS * 1e6, cpu / SPANS * 1e6


def cost(rounds: int) -> None:
    results: List[Tuple[str, List[Tuple[float, float]]]] = [(name, []) for name in CASES]
    for make in CASES.values():
        measure(make)
    for _ in range(rounds):
        for name, values in results:
            values.append(measure(CASES[name]))
    print(f"cost in the caller, µs per span: median and worst of {rounds} rounds of {SPANS}, and its CPU")
    for name, values in results:
        walls = [wall for wall, _ in values]
        cpu = statistics.median(cpu for _, cpu in values)
        print(f"{name:<48} {statistics.median(walls):8.1f} {max(walls):8.1f} {cpu:8.1f}")


def resident() -> int:
    """Bytes of this process that are in memory, as Linux counts them."""
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def away(seconds: int) -> bool:
    """Holds a hub down for so long; whether memory kept its bound and each item is accounted for."""
    is_away = True

    def hub_answers(_: httpx.Request) -> httpx.Response:
        if is_away:
            raise httpx.ConnectError("connection refused")
        return httpx.Response(200, json={"accepted": 1, "duplicates": 0, "rejected": []})

    told = 0

    def on_drop(drop: Drop) -> None:
        nonlocal told
        told += drop.items

    quiet = {"on_warning": lambda _: None, "on_drop": on_drop, "exit_timeout_sec": 0}
    hub = LLMTraceClient(transport=httpx.MockTransport(hub_answers), **quiet)
    gc.collect()
    before, most = resident(), 0
    for _ in range(seconds * 10):
        # A trace is two items: its header and its root span.
        for _ in range(RATE_PER_SECOND // 10 // 2):
            with hub.trace("t", input=MESSAGES) as trace:
                trace.set(output="answer")
        time.sleep(0.1 if seconds >= 60 else 0.001)
        most = max(most, resident() - before)
    kept = hub.stats()
    counted = f"{kept.recorded} recorded, {kept.dropped} dropped, {kept.pending} kept"
    print(f"hub away, {RATE_PER_SECOND} events/s for {seconds} s: {counted}")
    print(f"memory grew by {most / 2**20:.1f} MB at most; the queue holds {kept.pending_bytes / 2**20:.1f} MB")
    is_away = False
    hub.flush(timeout=60)
    back = hub.stats()
    print(f"back: {back.acknowledged} acknowledged, {back.dropped} dropped, {told} told of, {back.pending} pending")
    all_told = told == back.dropped and back.recorded == back.acknowledged + back.dropped
    return most <= MOST_GROWTH and all_told


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=600)
    chosen = options.parse_args()
    if chosen.rounds > 0:
        cost(chosen.rounds)
    return 0 if chosen.seconds <= 0 or away(chosen.seconds) else 1


sys.exit(main())
