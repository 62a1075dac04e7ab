"""The beginning, the forking and the end of processes."""

from __future__ import annotations

import json
import signal

import pytest
from hubs import HUB, FaultyHub, Project

HEAD = """
import os, signal, sys, threading, time
from llm_trace_hub import LLMTraceClient
hub = LLMTraceClient({options})
def work(name):
    with hub.trace("t") as trace, trace.span(name):
        pass
    return trace.trace_id
"""


def program(code: str, options: str = "") -> str:
    return HEAD.replace("{options}", options) + code


def sent(server: FaultyHub, name: str = "s") -> int:
    return sum(came.body.count(f'"name":"{name}"') for came in server.came)


@pytest.mark.parametrize(
    ("ending", "code"),
    [("", 0), ("sys.exit(7)", 7), ("raise RuntimeError('the app failed')", 1), ("hub = None", 0)],
)
def test_w59_what_is_unsent_when_the_program_ends_is_sent(run, faulty, ending: str, code: int) -> None:
    server = faulty(lambda *_: None)
    ended, _, _ = run(program(f"work('s')\n{ending}\n"), TRACEHUB_BASE_URL=server.url)
    assert (ended, sent(server)) == (code, 1)


def test_ctrl_c_ends_the_program_and_what_was_recorded_is_sent(run, faulty) -> None:
    server = faulty(lambda *_: None)
    code = program("work('s')\nprint('ready', flush=True)\ntime.sleep(30)\n", "flush_interval_sec=60")
    child = run(code, wait=False, TRACEHUB_BASE_URL=server.url)
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=20)
    # By the signal, or with 1 where the shell that started it had it so.
    assert child.returncode in (-signal.SIGINT, 1)
    assert sent(server) == 1


@pytest.mark.parametrize("away", [True, False])
def test_a_hub_that_is_away_or_never_answers_does_not_keep_a_program_alive(run, faulty, away: bool) -> None:
    url = "http://127.0.0.1:9" if away else faulty(lambda *_: {"hang": True}).url
    options = "exit_timeout_sec=0.3, request_timeout_sec=30, flush_interval_sec=0.01"
    code, _, err = run(program("work('s')\ntime.sleep(0.05)\n", options), TRACEHUB_BASE_URL=url)
    assert code == 0
    assert "Traceback" not in err


def test_kill_9_after_a_flush_loses_nothing(run, project: Project) -> None:
    code = program("for n in range(50): work('s')\nassert hub.flush()\nos.kill(os.getpid(), signal.SIGKILL)\n")
    ended, _, _ = run(code, TRACEHUB_BASE_URL=HUB, TRACEHUB_API_KEY=project.key)
    assert ended == -signal.SIGKILL
    listed = project.traces()
    assert [(each["status"], each["total_spans"], each["ended_spans"]) for each in listed] == [("success", 2, 2)] * 50


FORK = """
work('before')
with hub.trace('shared') as shared:
    pid = os.fork()
    with hub.span('in the child' if pid == 0 else 'in the parent'):
        time.sleep(0.01)
    if pid == 0:
        assert hub.flush()
        os._exit(0)
    os.waitpid(pid, 0)
work('after')
assert hub.flush()
assert hub.stats().faults == 0
"""


def test_a_forked_process_sends_what_is_its_own_and_nothing_twice(run, project: Project) -> None:
    code, _, err = run(program(FORK), TRACEHUB_BASE_URL=HUB, TRACEHUB_API_KEY=project.key)
    assert (code, err) == (0, "")
    listed = {each["name"]: each for each in project.traces()}
    assert sorted(each["name"] for each in project.traces()) == ["shared", "t", "t"]
    told = project.trace(listed["shared"]["id"])
    assert sorted(span["name"] for span in told.spans) == ["in the child", "in the parent", "shared"]
    assert len({span["id"] for span in told.spans}) == 3
    assert (told.trace["status"], told.trace["ended_spans"]) == ("success", 3)


BUSY_FORK = """
stop = threading.Event()
def busy():
    while not stop.is_set():
        work('s')
        time.sleep(0.02)
threads = [threading.Thread(target=busy) for _ in range(3)]
for thread in threads: thread.start()
for n in range(10):
    pid = os.fork()
    if pid == 0:
        work(f'child')
        os._exit(0 if hub.flush(timeout=10) else 1)
    assert os.waitpid(pid, 0)[1] == 0
stop.set()
for thread in threads: thread.join()
assert hub.flush(timeout=30)
print(hub.stats().recorded, hub.stats().acknowledged)
"""


def test_forks_in_the_middle_of_busy_threads_neither_hang_nor_double(run, faulty) -> None:
    server = faulty(lambda *_: None)
    code, out, err = run(program(BUSY_FORK), TRACEHUB_BASE_URL=server.url)
    assert (code, err) == (0, "")
    assert sent(server, "child") == 10
    recorded, acknowledged = map(int, out.split())
    assert recorded == acknowledged
    keys = [each for came in server.came for each in _keys(came.body)]
    assert len(keys) == len(set(keys))


def _keys(body: str) -> list:
    said = json.loads(body)
    return [each["idempotency_key"] for each in said.get("spans", said.get("events", []))]


POOL = """
import multiprocessing
def job(n):
    work('job')
    return n
if __name__ == '__main__':
    with multiprocessing.get_context('fork').Pool(2) as pool:
        pool.map(job, range(6))
        pool.close()
        pool.join()
"""


def test_workers_of_a_pool_send_what_is_theirs(run, faulty) -> None:
    server = faulty(lambda *_: None)
    code, _, err = run(program(POOL, "flush_interval_sec=0.01").replace("work('job')", "work('job'); hub.flush()"), TRACEHUB_BASE_URL=server.url)
    assert (code, err, sent(server, "job")) == (0, "", 6)


def test_a_hub_that_is_slow_at_the_end_gets_it_all_the_same(run, faulty) -> None:
    server = faulty(lambda *_: {"slow": 0.3})
    code, _, _ = run(program("work('s')\n"), TRACEHUB_BASE_URL=server.url)
    assert (code, sent(server)) == (0, 1)


def test_switched_off_by_the_environment_nothing_is_sent(run, faulty) -> None:
    server = faulty(lambda *_: None)
    code, _, err = run(program("work('s')\nassert hub.flush()\n"), TRACEHUB_BASE_URL=server.url, TRACEHUB_ENABLED="0")
    assert (code, err, server.came) == (0, "", [])


def test_a_warning_is_one_line_of_the_log(run) -> None:
    code, _, err = run(program("work('s')\ntime.sleep(0.2)\n", "flush_interval_sec=0.01, exit_timeout_sec=0.1"), TRACEHUB_BASE_URL="http://127.0.0.1:9")
    assert code == 0
    assert err.count("llm-trace-hub:") == 1 and "does not take data" in err


def test_the_package_needs_nothing_but_httpx(run) -> None:
    code, out, err = run(
        "import sys, llm_trace_hub\n"
        "print([name for name in ('langchain_core', 'langgraph', 'openai', 'pydantic') if name in sys.modules])\n"
        "try:\n    llm_trace_hub.TraceHubCallbackHandler\nexcept ImportError as error:\n    print('langchain' in str(error))\n"
    )
    assert (code, out, err) == (0, "[]\nTrue\n", "")
