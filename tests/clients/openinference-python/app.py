"""The LangGraph app of the other clients under the instrumentation of OpenInference."""

import sys
from pathlib import Path

from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
LangChainInstrumentor().instrument(tracer_provider=provider)

sys.path.append(str(Path(__file__).parent.parent / "langsmith-python"))
import graph_app  # noqa: E402, F401

provider.shutdown()
