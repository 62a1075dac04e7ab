import { Type as t } from '@sinclair/typebox'
import { endpoint } from './endpoint.ts'

const traces = (path: string) =>
  endpoint({
    service: 'ingest',
    method: 'POST',
    path,
    summary:
      'OTLP/HTTP: spans from OpenTelemetry, JSON or protobuf; refused spans are named in the partial success',
    tag: 'OpenTelemetry',
    auth: 'ingest',
    body: t.Object({
      resourceSpans: t.Optional(t.Array(t.Unknown(), { description: 'As OTLP/JSON has them' })),
    }),
    response: t.Object({
      partialSuccess: t.Optional(
        t.Object({ rejectedSpans: t.String(), errorMessage: t.String({ description: 'Which, and why' }) }),
      ),
    }),
  })

/** Where exporters send: an endpoint of OpenTelemetry's own, of LangSmith's SDK, and of Langfuse's. */
export const OTLP_TRACES = ['/v1/traces', '/otel/v1/traces', '/api/public/otel/v1/traces'].map(traces)
