from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, List

import pytest
from hubs import HUB, FaultyHub, Project, Script, mint

from llm_trace_hub import LLMTraceClient

assert HUB, "started by `bun test tests/sdk/python.test.ts`, which has a hub ready"


@pytest.fixture
def project() -> Project:
    return mint()


@pytest.fixture
def open_client(project: Project):
    """Clients that are done with when the test is; they say nothing and do nothing at the end of the process."""
    opened: List[LLMTraceClient] = []

    def open(**options: Any) -> LLMTraceClient:
        options = {"base_url": HUB, "api_key": project.key, "exit_timeout_sec": 0, "on_warning": lambda _: None, **options}
        client = LLMTraceClient(**options)
        opened.append(client)
        return client

    yield open
    for client in opened:
        client.shutdown(timeout=0)


@pytest.fixture
def client(open_client: Callable[..., LLMTraceClient]) -> LLMTraceClient:
    return open_client()


@pytest.fixture
def faulty():
    started: List[FaultyHub] = []

    def start(script: Script, behind: bool = False) -> FaultyHub:
        server = FaultyHub(script, behind)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def run(tmp_path: Path):
    """Runs a program in a process of its own, as a user would."""

    def start(code: str, wait: bool = True, **env: str) -> Any:
        plain = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **env}
        file = tmp_path / "program.py"
        file.write_text(code, encoding="utf-8")
        child = subprocess.Popen(
            [sys.executable, str(file)], env=plain, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if not wait:
            return child
        out, err = child.communicate(timeout=40)
        return child.returncode, out, err

    return start
