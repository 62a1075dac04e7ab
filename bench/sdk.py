"""What tracing costs the code that is traced: `python bench/sdk.py [rounds]`, with httpx installed.

Wall time has what the sender's thread takes of the interpreter meanwhile; CPU time is the caller's alone.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any, Callable, List, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk/python"))

import httpx  # noqa: E402

from llm_trace_hub import LLMTraceClient  # noqa: E402

SPANS = 10_000
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
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


def main() -> None:
    results: List[Tuple[str, List[Tuple[float, float]]]] = [(name, []) for name in CASES]
    for make in CASES.values():
        measure(make)
    for _ in range(ROUNDS):
        for name, values in results:
            values.append(measure(CASES[name]))
    print(f"cost in the caller, µs per span: median and worst of {ROUNDS} rounds of {SPANS}, and its CPU")
    for name, values in results:
        walls = [wall for wall, _ in values]
        cpu = statistics.median(cpu for _, cpu in values)
        print(f"{name:<48} {statistics.median(walls):8.1f} {max(walls):8.1f} {cpu:8.1f}")


main()
