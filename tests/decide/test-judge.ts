import http from 'node:http'
import { outbound } from '#shared/http/outbound.ts'
import { compileDefinition } from '../../decide/policies/compile-definition.ts'
import type { InForce } from '../../decide/policies/policy-book.ts'
import type { Deps } from '#shared/service.ts'
import type { Said } from '../../decide/signals/reading.ts'
import { reachDecision, type Asked, type Reached } from '../../decide/decisions/reach-decision.ts'
import { openJudges, type Judges } from '../../decide/judges/open-judges.ts'

/** How a server behaves; `null` for the bodies that nobody reads. */
export type Behaviour = (answer: http.ServerResponse, body: string) => void

/** A judge behind a real port that behaves as a test says, by the first name of its path. */
export type TestJudge = { url: string; asked: string[]; stop: () => void }

/** Starts one; every request that it gets is kept with its headers. */
export async function testJudge(behaviours: Record<string, Behaviour>): Promise<TestJudge> {
  const asked: string[] = []
  const server = http.createServer((request, answer) => {
    let body = ''
    request.on('data', (part) => (body += String(part)))
    request.on('end', () => {
      asked.push(`${request.url} ${request.headers.authorization ?? '-'} ${body}`)
      behaviours[(request.url ?? '').split('/')[1] ?? '']?.(answer, body)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A chat answer whose message is this text. */
export const chat =
  (content: string, usage: object = { prompt_tokens: 100, completion_tokens: 10 }): Behaviour =>
  (answer) =>
    void answer
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ choices: [{ message: { role: 'assistant', content } }], usage }))

/** The judges of a process whose names all lead nowhere. */
export const judgesOf = (deps: Deps): Judges =>
  openJudges(deps, {
    outbound: outbound(deps.config, { resolve: () => Promise.reject(new Error('no such name')) }),
  })

/** A policy as it would be in force for a project. */
export function inForce(definition: unknown): InForce {
  const { policy, findings } = compileDefinition(definition)
  if (!policy) throw new Error(JSON.stringify(findings))
  return { policy_id: crypto.randomUUID(), name: 'test', version: 1, hash: policy.hash, policy, broken: [] }
}

let projects = 1_000_000

/** Decides on texts, as a project that nobody else is. */
export async function reach(
  judges: Judges,
  in_force: InForce,
  said: Partial<Said> = {},
  more: Partial<Asked> = {},
): Promise<Reached> {
  const nothing = { input: '', output: '', contexts: [], latency_ms: null, cost_usd: null, evals: [] }
  return reachDecision(
    { judges },
    {
      in_force,
      project_no: ++projects,
      said: { ...nothing, ...said },
      payload: { request: {}, response: {}, trace: {}, evals: [], ...more.payload },
      deadline_at: Date.now() + in_force.policy.deadline_ms,
      ...more,
    },
  )
}
