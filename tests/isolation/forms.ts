import { definition, type Furnished } from './furnish.ts'

/** What an address names besides what is in the project. */
export type Named = { session_id: string; person_id: string; view_id: string }

/** The address of a page on what is in a project. */
export function pathOf(pattern: string, home: Furnished, named: Named): string {
  const ids: Record<string, string> = {
    ...home,
    ...{ node_id: home.span_id, person_id: named.person_id, view_id: named.view_id, token: 'x'.repeat(43) },
    ...(pattern.startsWith('/account') ? { session_id: named.session_id } : {}),
  }
  const path = pattern.replace(/:(\w+)/g, (_, id: string) => encodeURIComponent(ids[id] ?? `:${id}`))
  return `${path}?project_id=${home.project_id}`
}

const yaml = () => JSON.stringify(definition())

const CLOCKS: Record<string, string> = {
  ...{ 'critical.ack': '10m', 'high.ack': '10m', 'medium.ack': '10m', 'low.ack': '10m' },
  ...{ 'critical.resolve': '2h', 'high.resolve': '2h', 'medium.resolve': '2h', 'low.resolve': '2h' },
  ...{ group: '1h', reopen: '1h' },
}

/** What is filled in on the forms that need something; the others need their button alone. */
const FIELDS: Record<string, (home: Furnished) => Record<string, string>> = {
  '/projects': () => ({ name: 'a project' }),
  '/traces/:trace_id/review': () => ({ passed: 'yes', nonce: crypto.randomUUID(), note: '' }),
  '/views': ({ project_id }) => ({ project_id, name: 'a view', query: 'status=error', shared: 'yes' }),
  '/views/:view_id/remove': ({ project_id }) => ({ project_id, query: '' }),
  '/policies': () => ({ name: 'a policy', definition: yaml(), act: 'save' }),
  '/policies/:policy_id/versions': () => ({ definition: yaml(), act: 'save' }),
  '/policies/:policy_id/activate': () => ({ version: '1' }),
  '/policies/:policy_id/try': () => ({ definition: yaml(), output: 'b' }),
  '/fragments/policies/check': () => ({ definition: yaml() }),
  '/fragments/policies/:policy_id/try': () => ({ definition: yaml(), output: 'b' }),
  '/cases/settings': () => CLOCKS,
  '/cases/bulk': ({ case_id }) => ({ action: 'ack', ids: case_id, back: '' }),
  '/cases/:case_id/ack': () => ({ version: '1' }),
  '/cases/:case_id/assign': () => ({ version: '1', assignee: 'somebody' }),
  '/cases/:case_id/resolve': () => ({ version: '1', outcome: '' }),
  '/cases/:case_id/reopen': () => ({ version: '1' }),
  '/cases/:case_id/comment': () => ({ version: '1', comment: 'a word' }),
  '/notifications': ({ hook }) => ({ url: hook, events: 'case.opened' }),
  '/notifications/:subscription_id/change': () => ({ events: 'case.opened', description: 'changed' }),
  '/alerts': () => ({
    ...{ alert_name: 'a', metric: 'cost', comparison: 'above', no_data: 'ok', severity: 'high' },
    ...{ threshold: '5', window_minutes: '5', for_minutes: '0' },
  }),
  '/people': () => ({ name: 'Grace', email: `${crypto.randomUUID()}@example.test` }),
  '/people/:person_id/role': ({ project_id }) => ({ project_id, role: 'viewer' }),
  '/sign-in': () => ({ email: 'nobody@example.test', password: 'no such password' }),
}

/** The form of an address, as a page of the hub sends it. */
export const formOf = (pattern: string, home: Furnished): Record<string, string> =>
  FIELDS[pattern]?.(home) ?? {}
