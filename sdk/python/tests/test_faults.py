"""What happens to the hub, to its connections and to the app's process costs nothing that was acknowledged."""

from __future__ import annotations

import signal
import socket
import time
from typing import Set

from hubs import FaultyHub, Project, until
from test_process import program

WHOLE = [("success", 2, 2)] * 20


def listed(project: Project) -> list:
    return [(each["status"], each["ended_spans"], each["total_spans"]) for each in project.traces()]


FROZEN = """
for n in range(20): work('s')
print('sending', flush=True)
assert hub.flush(timeout=20)
stats = hub.stats()
print(stats.dropped, stats.rejected, stats.pending, stats.faults)
"""


def test_a_worker_that_is_frozen_while_it_sends_goes_on_where_it_was(run, faulty, project: Project) -> None:
    # One request is lost on its way, of another the answer: what was cut off while the worker slept.
    cut = {1: {"cut": "before"}, 2: {"cut": "before", "after_hub": True}}
    server = faulty(lambda _, number: cut.get(number), behind=True)
    options = "flush_interval_sec=0.005, request_timeout_sec=1"
    child = run(program(FROZEN, options), wait=False, TRACEHUB_BASE_URL=server.url, TRACEHUB_API_KEY=project.key)
    until("it sends", lambda: bool(server.came))
    child.send_signal(signal.SIGSTOP)
    # Longer than its requests may take, so that it wakes to deadlines that are all past.
    time.sleep(1.2)
    child.send_signal(signal.SIGCONT)
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out.split("\n")[-2]) == (0, "0 0 0 0"), err
    assert listed(project) == WHOLE


SERVERLESS = """
def handler():
    try: work('s')
    finally: hub.flush(timeout=10)
signal.signal(signal.SIGCONT, lambda *_: (handler(), os._exit(0)))
handler()
print('frozen now', flush=True)
while True: time.sleep(1)
"""


def test_a_serverless_worker_that_is_frozen_between_two_calls_has_sent_the_first(run, faulty, project: Project) -> None:
    server = faulty(lambda *_: None, behind=True)
    code = program(SERVERLESS, "flush_interval_sec=60")
    child = run(code, wait=False, TRACEHUB_BASE_URL=server.url, TRACEHUB_API_KEY=project.key)
    assert child.stdout.readline() == "frozen now\n"
    child.send_signal(signal.SIGSTOP)
    assert listed(project) == [("success", 2, 2)]
    child.send_signal(signal.SIGCONT)
    child.communicate(timeout=30)
    assert child.returncode == 0
    assert listed(project) == [("success", 2, 2)] * 2


def test_w60_a_hub_that_is_down_is_not_noticed_and_has_everything_later(open_client, project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = open_client(base_url=f"http://127.0.0.1:{port}", flush_interval_sec=0.005)
    for _ in range(20):
        client.start_trace("t")
        client.start_span("s")
        client.end_span()
        client.end_trace()
    until("it is missed", lambda: client.stats().retries > 0)
    assert (client.stats().acknowledged, client.stats().dropped) == (0, 0)
    server = FaultyHub(lambda *_: None, behind=True, port=port)
    try:
        assert client.flush(timeout=20)
    finally:
        server.stop()
    assert listed(project) == WHOLE
    assert (client.stats().rejected, client.stats().faults) == (0, 0)


def test_w59_what_is_recorded_is_sent_in_the_background(open_client, faulty, project: Project) -> None:
    client = open_client(base_url=faulty(lambda *_: None, behind=True).url, flush_interval_sec=0.01)
    with client.trace("t"), client.span("s"):
        pass
    until("all is acknowledged", lambda: client.stats().pending == 0)
    assert listed(project) == [("success", 2, 2)]


def test_w62_logs_and_evaluations_whose_answers_are_lost_are_there_once(open_client, faulty, project: Project) -> None:
    seen: Set[str] = set()

    def lose_each_first(came, _):
        is_first = came.path not in seen
        seen.add(came.path)
        return {"cut": "before", "after_hub": True} if is_first else None

    client = open_client(base_url=faulty(lose_each_first, behind=True).url)
    with client.trace("t") as trace:
        trace.log("a line")
        client.attach_eval("quality", "m", 0.5, True)
    assert client.flush(timeout=20)
    assert seen == {"/api/v1/ingest/traces", "/api/v1/ingest/spans", "/api/v1/evals"}
    told = project.trace(trace.trace_id)
    assert [entry["event_type"] for entry in told.timeline].count("LOG") == 1
    assert len(told.evaluations) == 1
    assert client.stats().retries >= 3
