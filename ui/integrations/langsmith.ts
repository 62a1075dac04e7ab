import { exported, type Integration } from './integration.ts'

/** The client of LangSmith, which LangChain and LangGraph bring along. */
export const langsmith: Integration = {
  id: 'langsmith',
  title: 'LangSmith',
  steps: ({ api, key }) => [
    {
      id: 'langsmith',
      kind: 'environment',
      text: exported({ LANGSMITH_TRACING: 'true', LANGSMITH_ENDPOINT: api, LANGSMITH_API_KEY: key }),
    },
  ],
}
