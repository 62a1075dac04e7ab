"""What is recorded is what happened."""

from __future__ import annotations

import asyncio
import contextlib
import threading

import pytest
from hubs import Project

from llm_trace_hub import LLMTraceClient


def test_the_pleasant_form_nests_and_ends_what_it_began(client: LLMTraceClient, project: Project) -> None:
    with client.trace("chat", input="why?", user_id="u", tags=["a", "a"]) as trace:
        with trace.span("retrieve", type="retriever", input={"q": "why"}) as span:
            span.set(output=["d1"])
            with client.span("inside") as inner:
                inner.log("deep", {"documents": 1})
        trace.set(output="because")
    assert client.flush()
    told = project.trace(trace.trace_id)
    assert (told.trace["status"], told.trace["input_text"], told.trace["output_text"]) == ("success", "why?", "because")
    assert (told.trace["total_spans"], told.trace["ended_spans"], told.trace["user_id"]) == (3, 3, "u")
    retrieve = told.span("retrieve")
    assert (retrieve["span_type"], retrieve["input"], retrieve["output"]) == ("retriever", {"q": "why"}, ["d1"])
    assert retrieve["parent_span_id"] == told.root["id"]
    assert told.span("inside")["parent_span_id"] == retrieve["id"]


def test_w63_it_nests_over_await_and_tasks_stay_apart(client: LLMTraceClient, project: Project) -> None:
    async def branch(name: str) -> None:
        async with client.span(name):
            await asyncio.sleep(0.001)
            async with client.span(f"{name} inside"):
                await asyncio.sleep(0.001)

    async def main() -> str:
        async with client.trace("async") as trace:
            await asyncio.gather(branch("x"), branch("y"))
        assert client.get_context() is None
        assert await client.aflush()
        return trace.trace_id

    told = project.trace(asyncio.run(main()))
    for name in ("x", "y"):
        assert told.span(name)["parent_span_id"] == told.root["id"]
        assert told.span(f"{name} inside")["parent_span_id"] == told.span(name)["id"]
    assert (told.trace["status"], told.trace["ended_spans"]) == ("success", 5)


def test_what_the_app_raises_is_recorded_and_passes_on_the_very_same(client: LLMTraceClient, project: Project) -> None:
    failure = LookupError("no such document")
    with pytest.raises(LookupError) as raised, client.trace("chat") as trace, trace.span("parse"):
        try:
            raise OSError("disk")
        except OSError as cause:
            raise failure from cause
    assert raised.value is failure
    client.flush()
    told = project.trace(trace.trace_id)
    assert told.trace["status"] == "error"
    parse = told.span("parse")
    assert (parse["status"], parse["error"]) == ("error", "LookupError: no such document\ncaused by OSError: disk")


def test_a_cancelled_task_is_told_as_cancelled(client: LLMTraceClient, project: Project) -> None:
    async def main() -> str:
        trace = client.trace("slow")

        async def work() -> None:
            async with trace:
                await asyncio.sleep(30)

        task = asyncio.create_task(work())
        await asyncio.sleep(0.01)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await client.aflush()
        return trace.trace_id

    assert project.trace(asyncio.run(main())).trace["status"] == "cancelled"


def test_w63_observed_functions_are_spans_with_arguments_and_results(client: LLMTraceClient, project: Project) -> None:
    @client.observe(type="tool")
    def add(a: int, b: int = 2) -> dict:
        """Adds."""
        return {"sum": a + b}

    class Service:
        @client.observe
        async def outer(self, question: str) -> dict:
            self.trace_id = client.get_context().trace_id
            return add(1, b=3)

    service = Service()
    assert asyncio.run(service.outer("?")) == {"sum": 4}
    assert (add.__name__, add.__doc__) == ("add", "Adds.")
    client.flush()
    told = project.trace(service.trace_id)
    assert (told.trace["name"], told.trace["status"], told.trace["total_spans"]) == ("outer", "success", 2)
    assert told.root["input"] == {"question": "?"}
    span = told.span("add")
    assert (span["span_type"], span["input"], span["output"]) == ("tool", {"a": 1, "b": 3}, {"sum": 4})


def test_the_span_of_an_observed_stream_ends_with_the_stream(client: LLMTraceClient, project: Project) -> None:
    @client.observe
    def count(to: int):
        got = []
        for n in range(to):
            try:
                got.append((yield n))
            except ValueError:
                got.append("thrown")
        return got

    @client.observe
    async def acount(to: int):
        for n in range(to):
            await asyncio.sleep(0)
            yield n

    async def drain() -> list:
        return [n async for n in acount(2)]

    with client.trace("streams") as trace:
        assert list(count(3)) == [0, 1, 2]
        for _ in count(3):
            break
        stream = count(2)
        next(stream)
        assert stream.throw(ValueError("in")) == 1
        with pytest.raises(StopIteration) as end:
            stream.send("sent")
        assert end.value.value == ["thrown", "sent"]
        assert asyncio.run(drain()) == [0, 1]
    client.flush()
    told = project.trace(trace.trace_id)
    outputs = sorted(span["output"] for span in told.spans if span["name"] == "count")
    assert outputs == [[0], [0, 1], [0, 1, 2]]
    assert told.span("acount")["output"] == [0, 1]
    assert told.trace["has_open_spans"] is False


def test_a_long_span_is_seen_open_then_closed_and_says_its_words_once(client: LLMTraceClient, project: Project) -> None:
    trace = client.trace("long")
    span = trace.span("work", type="llm", input="i", attributes={"a": 1})
    client.flush()
    assert project.trace(trace.trace_id).span("work")["status"] == "running"
    span.set(attributes={"b": 2}, usage={"model": "m", "input_tokens": 5, "output_tokens": 7})
    span.end(output="o")
    trace.end()
    client.flush()
    told = project.trace(trace.trace_id)
    work = told.span("work")
    assert (work["status"], work["input"], work["output"], work["attributes"]) == ("success", "i", "o", {"a": 1, "b": 2})
    assert (work["input_tokens"], work["output_tokens"], told.trace["input_tokens"]) == (5, 7, 5)
    assert (told.trace["status"], told.trace["total_spans"], told.trace["ended_spans"]) == ("success", 2, 2)


def test_a_span_is_amended_long_after_its_end(client: LLMTraceClient, project: Project) -> None:
    with client.trace("amend") as trace, trace.span("work") as span:
        span.set(output="first")
    client.flush()
    client.amend_span(span.span_id, trace.trace_id, output="second", attributes={"reviewed": True})
    client.flush()
    work = project.trace(trace.trace_id).span("work")
    assert (work["output"], work["attributes"]) == ("second", {"reviewed": True})


def test_a_trace_goes_on_elsewhere_by_its_id_alone(open_client, project: Project) -> None:
    here, there = open_client(), open_client()
    trace = here.trace("first half")
    there.set_context(trace.trace_id, trace.root.span_id)
    there.start_span("second half")
    there.end_span()
    trace.end()
    assert here.flush() and there.flush()
    told = project.trace(trace.trace_id)
    assert told.span("second half")["parent_span_id"] == trace.root.span_id
    assert (told.trace["name"], told.trace["status"], told.trace["total_spans"]) == ("first half", "success", 2)


def test_w62_an_evaluation_is_one_however_often_it_is_sent(open_client, faulty, project: Project) -> None:
    server = faulty(lambda _, number: {"cut": "before", "after_hub": True} if number == 1 else None, behind=True)
    client = open_client(base_url=server.url)
    with client.trace("evaluated") as trace:
        pass
    client.flush()
    client.attach_eval("quality", "m", 0.5, True, trace_id=trace.trace_id, label="good", explanation="because")
    assert client.flush()
    [evaluation] = project.trace(trace.trace_id).evaluations
    assert (evaluation["label"], evaluation["explanation"]) == ("good", "because")


def test_w59_visits_loops_and_runs_at_once_stay_apart(client: LLMTraceClient, project: Project) -> None:
    ids = {}

    def loop(n: int) -> None:
        ids[n] = client.start_langgraph_run("loop", f"run-{n}", graph={"nodes": [{"id": "a"}, {"id": "b"}], "edges": []})
        for node, parent in (("a", None), ("b", "a"), ("a", "b")):
            client.start_langgraph_node(node, parent_node_id=parent)
            client.end_langgraph_node(node, token_usage={"prompt_tokens": 2, "total_tokens": 5}, duration_ms=42)
        client.end_langgraph_run(output_text="done")

    threads = [threading.Thread(target=loop, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.flush()
    for trace_id in ids.values():
        told = project.trace(trace_id)
        assert (told.trace["status"], told.trace["total_spans"], told.trace["ended_spans"]) == ("success", 4, 4)
        nodes = [f"{span['node_id']} {span['node_visit']}" for span in told.spans if span["node_id"]]
        assert nodes == ["a 1", "b 1", "a 2"]
        assert (told.trace["input_tokens"], told.span("b")["duration_ms"]) == (6, 42)


def test_a_run_is_sent_whole(client: LLMTraceClient, project: Project) -> None:
    trace_id = client.ingest_langgraph_run(
        graph_name="agent_router",
        run_id="lg-1",
        nodes=[
            {"node_id": "router", "start_time": "2026-02-07T10:00:00Z", "end_time": "2026-02-07T10:00:01Z"},
            {
                **{"node_id": "search", "parent_node_id": "router", "token_usage": {"input_tokens": 3, "completion_tokens": 4}},
                **{"start_time": "2026-02-07T10:00:01Z", "end_time": "2026-02-07T10:00:03Z"},
            },
        ],
        end_time="2026-02-07T10:00:03Z",
    )
    assert client.flush()
    told = project.trace(trace_id)
    assert (told.trace["name"], told.trace["status"], told.trace["input_tokens"]) == ("agent_router", "success", 3)
    assert told.span("search")["parent_node_ids"] == ["router"]


def test_w61_a_node_says_where_its_function_stands(client: LLMTraceClient, project: Project) -> None:
    def node() -> None: ...

    trace_id = client.start_langgraph_run("sources")
    client.start_langgraph_node("told", source_ref=node)
    client.end_langgraph_node("told")
    client.start_langgraph_node("given", metadata={"source_ref": {"file": "x.py", "line": 1, "function": "f"}})
    client.end_langgraph_node("given")
    client.end_langgraph_run()
    client.flush()
    spans = project.trace(trace_id)
    source = spans.span("told")["attributes"]["metadata"]["source_ref"]
    assert source["file"] == "sdk/python/tests/test_record.py"
    assert source["line"] == node.__code__.co_firstlineno
    assert spans.span("given")["attributes"]["metadata"]["source_ref"]["file"] == "x.py"


def test_each_client_has_its_own_place(open_client) -> None:
    one, two = open_client(), open_client()
    with one.trace("one"), two.span("two"):
        assert one.get_context().trace_id != two.get_context().trace_id
    assert one.flush() and two.flush()
    assert (one.stats().acknowledged, two.stats().acknowledged) == (2, 3)
