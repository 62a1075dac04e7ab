"""The LangGraph program of the README and the example that is a real app."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import List

from hubs import HUB, Project

ROOT = Path(__file__).resolve().parents[3]


def run(command: List[str], project: Project) -> str:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "sdk/python"), "PYTHONDONTWRITEBYTECODE": "1"}
    env.update(TRACEHUB_BASE_URL=HUB, TRACEHUB_API_KEY=project.key)
    done = subprocess.run([sys.executable, *command], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_langgraph_program_of_the_readme(project: Project) -> None:
    text = (ROOT / "sdk/python/README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```python langgraph\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert "You asked: Where is my order?" in run(["-c", block], project)
    [listed] = project.traces()
    assert (listed["name"], listed["status"], listed["ended_spans"]) == ("agent_router", "success", 2)


def test_the_example_that_is_a_real_app(project: Project) -> None:
    assert "You have 90 days." in run([str(ROOT / "examples/python/trace_langgraph_app.py")], project)
    [listed] = project.traces()
    nodes = project.ask(f"/traces/{listed['id']}/graph")["nodes"]
    assert {node["node_id"]: node["visits"] for node in nodes if node["visits"]} == {"search": 2, "reply": 1}
    assert (listed["status"], listed["has_open_spans"]) == ("success", False)
