import { exported, type Integration } from './integration.ts'

/** OpenLLMetry, the SDK of Traceloop. */
export const traceloop: Integration = {
  id: 'traceloop',
  title: 'Traceloop',
  steps: ({ api, key }) => [
    {
      id: 'traceloop',
      kind: 'environment',
      text: exported({ TRACELOOP_BASE_URL: api, TRACELOOP_API_KEY: key }),
    },
  ],
}
