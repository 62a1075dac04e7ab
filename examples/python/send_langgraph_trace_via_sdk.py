"""A LangGraph run of three nodes, told while it happens: open its page and see the nodes turn."""

from __future__ import annotations

import time

from _env import load_env, pause_seconds, trace_env, trace_url

load_env()

from llm_trace_hub import LLMTraceClient  # noqa: E402

client = LLMTraceClient()
question = "환불 규정 알려줘"


def pause() -> None:
    client.flush()
    time.sleep(pause_seconds(1))


trace_id = client.start_langgraph_run(
    graph_name="agent_router",
    run_id=f"lg-run-{time.time_ns()}",
    input_text=question,
    model="gpt-4.1-mini",
    environment=trace_env(),
    graph={
        "nodes": [{"id": id} for id in ("__start__", "router", "policy_lookup", "small_talk", "answer", "__end__")],
        "edges": [
            {"source": "__start__", "target": "router"},
            {"source": "router", "target": "policy_lookup", "conditional": True},
            {"source": "router", "target": "small_talk", "conditional": True},
            {"source": "policy_lookup", "target": "answer"},
            {"source": "small_talk", "target": "answer"},
            {"source": "answer", "target": "__end__"},
        ],
    },
)
print(trace_url(trace_id), flush=True)

client.start_langgraph_node("router", "intent_router", "router", input_state={"question": question})
pause()
client.end_langgraph_node("router", output_state={"route": "policy_lookup"}, token_usage={"prompt_tokens": 41, "completion_tokens": 3})

client.start_langgraph_node("policy_lookup", node_type="tool", parent_node_id="router")
pause()
client.end_langgraph_node("policy_lookup", output_state={"policy_id": "refund-v3"})

client.start_langgraph_node("answer", node_type="llm", parent_node_id="policy_lookup")
pause()
client.end_langgraph_node(
    "answer",
    output_state={"answer": "7일 안에 환불할 수 있습니다."},
    token_usage={"prompt_tokens": 321, "completion_tokens": 88},
)

client.end_langgraph_run(output_text="7일 안에 환불할 수 있습니다.")
client.flush(strict=True)
