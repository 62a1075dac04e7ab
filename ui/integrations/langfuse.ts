import { exported, type Integration } from './integration.ts'

/** The SDKs of Langfuse; each generation asks another variable for the address. */
export const langfuse: Integration = {
  id: 'langfuse',
  title: 'Langfuse',
  steps: ({ api, key }) => {
    // They start only with a public key; the hub does not read it.
    const keys = { LANGFUSE_PUBLIC_KEY: 'any', LANGFUSE_SECRET_KEY: key }
    return [
      {
        id: 'langfuse',
        kind: 'environment',
        only: 'SDK 4, 5',
        text: exported({ LANGFUSE_BASE_URL: api, ...keys }),
      },
      {
        id: 'langfuse-javascript-3',
        kind: 'environment',
        only: 'JavaScript SDK 3',
        text: exported({ LANGFUSE_BASEURL: api, ...keys }),
      },
      {
        id: 'langfuse-python-2',
        kind: 'environment',
        only: 'Python SDK 2',
        text: exported({ LANGFUSE_HOST: api, ...keys }),
      },
    ]
  },
}
