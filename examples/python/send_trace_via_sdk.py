"""A chat request with a retrieval and a model call, and an evaluation of its answer."""

from __future__ import annotations

from _env import load_env, trace_env, trace_url

load_env()

from llm_trace_hub import LLMTraceClient  # noqa: E402

client = LLMTraceClient()

trace_id = client.start_trace(
    name="chat-request",
    input_text="How long may I return a pair of shoes?",
    model="gpt-4.1-mini",
    environment=trace_env(),
    user_id="user-1",
    session_id="sess-1",
)

span = client.start_span("retrieval", span_type="retriever", attributes={"source": "kb"})
client.log_event("retrieved docs", metadata={"k": 1}, span_id=span.span_id)
client.end_span(output=["Shoes may come back for 90 days."])

client.start_span("generate", span_type="llm", input=[{"role": "user", "content": "How long?"}])
client.end_span(output="You have 90 days.", usage={"model": "gpt-4.1-mini", "input_tokens": 84, "output_tokens": 12})

client.end_trace(output_text="You have 90 days.")
client.attach_eval(
    eval_name="answer_quality",
    eval_model="gpt-4.1-mini",
    score=0.91,
    passed=True,
    trace_id=trace_id,
    user_review_passed=True,
)

client.flush(strict=True)
print(trace_url(trace_id))
