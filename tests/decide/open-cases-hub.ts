import { Case, caseHistory, listCases } from '#shared/contract/cases.ts'
import { checkOf } from '#shared/schema/check.ts'
import type { TestProject } from '#shared/testing/project.ts'
import { openHub } from './open-hub.ts'

/** What comes of a request depends on what its `kind` is. */
export const POLICY = {
  version: 2,
  rules: [
    { id: 'stop', when: 'request.kind == "block"', then: 'BLOCK', reason: 'STOPPED' },
    { id: 'stop-case', when: 'request.kind == "block-case"', then: 'BLOCK', case: true },
    {
      id: 'by-user',
      when: 'request.kind == "by-user"',
      then: 'ESCALATE',
      severity: 'high',
      case: { group_by: ['request.user'], sla: { ack: '5m', resolve: '1h' }, assignee: 'oncall' },
    },
    { id: 'urgent', when: 'request.kind == "urgent"', then: 'ESCALATE', severity: 'critical' },
    { id: 'person', when: 'request.kind == "person"', then: 'ESCALATE', reason: 'NEEDS_PERSON' },
  ],
}

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The hub with all that tests of cases do and look at. */
export async function openCasesHub() {
  const hub = await openHub()
  const { sql, deps } = hub

  /** A project whose policy escalates; with a clock of its own where the test moves time. */
  async function open(definition: Record<string, unknown> = POLICY) {
    const project = await hub.mint()
    const policy_id = await hub.activate(project, definition)
    return { project, policy_id }
  }

  async function decide(project: TestProject, kind: string, more: object = {}) {
    const request_payload = { kind, ...more }
    const { status, json, decision } = await hub.ask(project, { input: 'a', output: 'b', request_payload })
    if (status !== 200) throw new Error(`not decided: ${status} ${JSON.stringify(json)}`)
    return decision
  }

  async function act(
    project: TestProject,
    path: string,
    body: unknown = {},
    headers: Record<string, string> = {},
  ) {
    const response = await hub.api.request('POST', `/api/v1/cases/${path}`, {
      key: project.key,
      body,
      headers,
    })
    // Every answer of the API is a JSON object, errors included.
    return {
      status: response.status,
      headers: response.headers,
      json: (await response.json()) as Record<string, unknown>,
    }
  }

  async function list(project: TestProject, query = ''): Promise<Case[]> {
    const { json } = await hub.send(project, 'GET', `/api/v1/cases${query}`)
    if (!checkOf(listCases.response).Check(json)) throw new Error(`no list: ${JSON.stringify(json)}`)
    return json.items
  }

  async function read(project: TestProject, id: string): Promise<Case> {
    const { json } = await hub.send(project, 'GET', `/api/v1/cases/${id}`)
    if (!checkOf(Case).Check(json)) throw new Error(`no case: ${JSON.stringify(json)}`)
    return json
  }

  /** The one case of a project. */
  async function only(project: TestProject): Promise<Case> {
    const [first, ...others] = await list(project)
    if (!first || others.length > 0) throw new Error(`${others.length + (first ? 1 : 0)} cases, not one`)
    return first
  }

  /** The history of a case, oldest first. */
  async function history(project: TestProject, id: string) {
    const { json } = await hub.send(project, 'GET', `/api/v1/cases/${id}/history?page_size=100`)
    if (!checkOf(caseHistory.response).Check(json)) throw new Error(`no history: ${JSON.stringify(json)}`)
    return json.items.toReversed()
  }

  /** What the outside was told of the project's cases, in its order. */
  async function told(project: TestProject): Promise<string[]> {
    const rows = await sql<{ event: string }[]>`
      select event from outbox where project_no = ${await hub.numberOf(project)} and event like 'case.%'
      order by outbox_id`
    return rows.map(({ event }) => event)
  }

  /** Stops the clock at some time from now; null lets it run again. */
  const later = (ms: number | null) => deps.setClock(ms === null ? null : Date.now() + ms)

  return { ...hub, open, decide, act, list, read, only, history, told, later }
}
