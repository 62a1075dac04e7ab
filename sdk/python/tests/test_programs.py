"""The programs of the README and the examples run, and what they record is whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest
from hubs import HUB, Project

SDK = Path(__file__).resolve().parents[1]
EXAMPLES = SDK.parents[1] / "examples/python"
README = (SDK / "README.md").read_text(encoding="utf-8")


def blocks(kind: str) -> List[str]:
    return re.findall(rf"^```python{kind}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def examples() -> List[str]:
    return sorted(file.name for file in EXAMPLES.glob("*.py") if file.name not in ("_env.py", "trace_langgraph_app.py"))


def environment(project: Project) -> dict:
    return {"TRACEHUB_BASE_URL": HUB, "TRACEHUB_API_KEY": project.key}


def test_there_is_something_to_run() -> None:
    assert len(blocks("")) >= 6
    assert len(examples()) == 5


@pytest.mark.parametrize("n", range(len(blocks(""))))
def test_a_program_of_the_readme(n: int, run, project: Project) -> None:
    code, _, err = run(blocks("")[n], **environment(project))
    assert (code, err) == (0, "")
    if "LLMTraceClient" not in blocks("")[n]:
        return
    [listed] = project.traces()
    assert (listed["status"], listed["has_open_spans"]) == ("success", False)


def test_the_langgraph_program_of_the_readme_is_there_for_the_suite_that_has_langgraph() -> None:
    assert len(blocks(" langgraph")) == 1


@pytest.mark.parametrize("name", examples())
def test_an_example(name: str, project: Project) -> None:
    env = {"PATH": os.environ["PATH"], "EXAMPLE_PAUSE_MS": "1", "TRACE_ENV": "test-env", **environment(project)}
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name)], env={**env, "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True, timeout=40
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "/traces/" in done.stdout
    listed = project.traces()
    assert len(listed) > 0
    assert {(each["status"], each["has_open_spans"], each["environment"]) for each in listed} == {("success", False, "test-env")}


def test_the_complex_example_has_its_joins_and_the_lines_of_its_nodes(project: Project) -> None:
    name = "send_langgraph_complex_via_sdk.py"
    env = {"PATH": os.environ["PATH"], "EXAMPLE_PAUSE_MS": "1", **environment(project)}
    subprocess.run([sys.executable, str(EXAMPLES / name)], env=env, check=True, capture_output=True, timeout=40)
    trace_id = project.traces()[0]["id"]
    told = project.trace(trace_id)
    assert (told.trace["total_spans"], told.trace["ended_spans"]) == (10, 10)
    edges = {(edge["from"], edge["to"]) for edge in project.ask(f"/traces/{trace_id}/graph")["edges"]}
    assert {("retrieval_web", "evidence_ranker"), ("retrieval_order_db", "evidence_ranker")} <= edges
    lines = (EXAMPLES / name).read_text(encoding="utf-8").split("\n")
    for span in told.spans:
        if span["node_id"]:
            source = span["attributes"]["metadata"]["source_ref"]
            assert source["file"] == f"examples/python/{name}"
            assert lines[source["line"] - 1].startswith(f"def {span['node_id']}(")


def test_the_env_file_fills_in_and_never_overrides(tmp_path: Path) -> None:
    (tmp_path / "examples/python").mkdir(parents=True)
    text = (EXAMPLES / "_env.py").read_text(encoding="utf-8")
    (tmp_path / "examples/python/_env.py").write_text(text, encoding="utf-8")
    (tmp_path / ".env").write_text('# a note\nA_KEY="from file"\nTRACE_ENV=file\n', encoding="utf-8")
    code = "from _env import load_env, trace_env; import os; load_env(); print(os.environ['A_KEY'], trace_env())"
    folder = str(tmp_path / "examples/python")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env={"TRACE_ENV": "kept", "PATH": os.environ["PATH"]}, capture_output=True, text=True
    )
    assert done.stdout == "from file kept\n"
