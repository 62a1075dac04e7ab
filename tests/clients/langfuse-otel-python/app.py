"""The LangGraph app of the other clients with the handler of Langfuse, and a function that Langfuse observes."""

import sys
from pathlib import Path

from langfuse import get_client, observe, propagate_attributes
from langfuse.langchain import CallbackHandler

sys.path.append(str(Path(__file__).parent.parent / "langsmith-python"))
import graph_app  # noqa: E402

langfuse = get_client()

with propagate_attributes(user_id="u-1", session_id="s-1", tags=["beta"]):
    config = {"configurable": {"thread_id": "thread-2"}, "callbacks": [CallbackHandler()]}
    graph_app.app.invoke({"n": 0}, config)
    graph_app.app.invoke(graph_app.Command(resume="yes"), config)


@observe(name="plain")
def answer(_question: str) -> str:
    start = {"as_type": "generation", "name": "call", "model": "gpt-4.1", "input": "why?"}
    with langfuse.start_as_current_observation(**start) as generation:
        usage = {"input": 80, "input_cache_read": 40, "output": 24, "total": 144}
        generation.update(output="because", usage_details=usage)
        generation.update(level="ERROR", status_message="cut off")
    langfuse.score_current_trace(name="tone", value=0.9, comment="kind")
    return "because"


answer("why?")
langfuse.shutdown()
