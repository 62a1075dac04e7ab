from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# The SDK as it stands, and the fixtures of its own tests.
sys.path[:0] = [str(ROOT / "sdk/python"), str(ROOT / "sdk/python/tests")]

import pytest  # noqa: E402
from hubs import HUB, Project  # noqa: E402

from llm_trace_hub import LLMTraceClient  # noqa: E402

assert HUB, "started by `npm run clients langgraph-python`, which has a hub ready"


def _fixtures() -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("sdk_fixtures", ROOT / "sdk/python/tests/conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("project", "open_client", "client", "faulty"):
        globals()[name] = getattr(module, name)


_fixtures()


@pytest.fixture
def told(client: LLMTraceClient, project: Project):
    from graphs import Graph

    def read() -> Graph:
        assert client.flush()
        stats = client.stats()
        assert (stats.dropped, stats.rejected, stats.faults) == (0, 0, 0)
        return Graph(project, project.traces()[0]["id"])

    return read
