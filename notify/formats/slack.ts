import type { Format, Message } from './message.ts'

const TITLES: Record<string, string> = {
  'decision.blocked': 'An answer was blocked',
  'decision.escalated': 'An answer waits for a person',
  'decision.degraded': 'A decision was made on less than it should have',
  'case.opened': 'A case was opened',
  'case.grouped': 'A case keeps coming back',
  'case.acknowledged': 'A case was acknowledged',
  'case.resolved': 'A case was resolved',
  'case.reopened': 'A case was reopened',
  'case.sla_breached': 'A case is overdue',
  'policy.activated': 'A policy was activated',
  'trace.failed': 'A trace failed',
  'alert.fired': 'An alert fired',
  'alert.recovered': 'An alert has recovered',
  'subscription.disabled': 'A subscription was disabled',
  'webhook.test': 'A test of LLM Trace Hub',
}

/** What of a payload is worth a line, and what it is called there. */
const FIELDS: [name: string, label: string][] = [
  ['name', 'Name'],
  ['severity', 'Severity'],
  ['reason_code', 'Reason'],
  ['rule', 'Rule'],
  ['policy', 'Policy'],
  ['occurrences', 'Occurrences'],
  ['assignee', 'Assignee'],
  ['outcome', 'Outcome'],
  ['due_at', 'Was due'],
  ['version', 'Version'],
  ['metric', 'Figure'],
  ['value', 'Value'],
  ['threshold', 'Threshold'],
  ['url', 'URL'],
  ['reason', 'Why'],
]
const MOST_TEXT = 300

/** Slack's own marks, without which a text cannot mention anybody or be a link. */
const escaped = (text: string) =>
  text
    .slice(0, MOST_TEXT)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('`', "'")

/** The pages that a message leads to, the one it is about first. */
function linksOf({ payload, project_id, public_url }: Message): { text: string; url: string }[] {
  if (public_url === null) return []
  const pages: [member: string, text: string, path: string][] = [
    ['case_id', 'Open the case', '/cases/'],
    ['trace_id', 'Open the trace', '/traces/'],
    ['policy_id', 'Open the policy', '/policies/'],
  ]
  return pages.flatMap(([member, text, path]) => {
    const id = payload[member]
    if (typeof id !== 'string') return []
    const url = new URL(`${path}${encodeURIComponent(id)}`, public_url)
    url.searchParams.set('project_id', project_id)
    return [{ text, url: url.href }]
  })
}

const lineOf = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' ? escaped(String(value)) : null

/** Slack's Block Kit, for an incoming webhook: a heading, what is known in two columns, and buttons that lead here. */
export const slack: Format = (message) => {
  const title = TITLES[message.event] ?? message.event
  const fields = FIELDS.flatMap(([name, label]) => {
    const text = lineOf(message.payload[name])
    return text === null || text === '' ? [] : [{ type: 'mrkdwn', text: `*${label}*\n\`${text}\`` }]
  })
  const buttons = linksOf(message).map(({ text, url }) => ({
    ...{ type: 'button', url },
    text: { type: 'plain_text', text },
  }))
  const about = fields.map(({ text }) => text.replace('\n', ' ').replaceAll('*', '')).slice(0, 2)
  return JSON.stringify({
    text: [title, ...about].join(', '),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title } },
      ...(fields.length > 0 ? [{ type: 'section', fields: fields.slice(0, 10) }] : []),
      ...(buttons.length > 0 ? [{ type: 'actions', elements: buttons }] : []),
    ],
  })
}
