import { exported, type Integration, type Said } from './integration.ts'

/** What every exporter of OpenTelemetry reads. */
export const otlpVariables = ({ api, key }: Said): string =>
  exported({
    OTEL_EXPORTER_OTLP_ENDPOINT: api,
    OTEL_EXPORTER_OTLP_HEADERS: `"x-api-key=${key}"`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  })

/** Any app that OpenTelemetry instruments. */
export const opentelemetry: Integration = {
  id: 'opentelemetry',
  title: 'OpenTelemetry',
  steps: (said) => [{ id: 'opentelemetry', kind: 'environment', text: otlpVariables(said) }],
}
