import { join } from 'node:path'
import { Trouble } from './trouble.ts'

const NAME = 'default-safety'
const FILE = join(import.meta.dir, '../policies/default-safety.yaml')
const PATH = '/api/v1/policies'
const ANSWER_MS = 30_000

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

type Hub = { base: string; key: string }

async function ask({ base, key }: Hub, body?: object): Promise<Response> {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' }
  const request = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers }
  try {
    return await fetch(`${base}${PATH}`, { ...request, signal: AbortSignal.timeout(ANSWER_MS) })
  } catch (cause) {
    throw new Trouble(`No hub answers at ${base}: start one with "npm start".`, { cause })
  }
}

/** Why nothing came of it, in the hub's own word. */
async function refusal(response: Response): Promise<string> {
  const answer: unknown = await response.json().catch(() => null)
  const code = isRecord(answer) ? String(answer['code']) : 'no answer in JSON'
  return `Policy ${NAME}: not made, the hub answered ${response.status} ${code}.`
}

/**
 * Makes the policy of the example, once, and lets it decide unless another one does: what a project has chosen stays.
 * Answers with a line for the person who looks on.
 */
export async function makePolicy(hub: Hub): Promise<string> {
  const listed = await ask(hub)
  if (!listed.ok) return refusal(listed)
  const policies: unknown = await listed.json()
  const known = Array.isArray(policies) ? policies.filter(isRecord) : []
  if (known.some(({ name }) => name === NAME)) return `Policy ${NAME}: there already.`
  const active = known.every(({ active_version }) => active_version === null)
  const body = {
    name: NAME,
    description: 'Safe to begin with',
    definition: await Bun.file(FILE).text(),
    active,
  }
  const made = await ask(hub, body)
  if (!made.ok) return refusal(made)
  return `Policy ${NAME}: made${active ? ', and it decides' : '; another one decides'}.`
}
