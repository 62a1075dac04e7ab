"""An app that is told by its environment where Langfuse is."""

from langfuse import Langfuse

langfuse = Langfuse()
langfuse.trace(name="hello", output="done").span(name="work").end()
langfuse.flush()
