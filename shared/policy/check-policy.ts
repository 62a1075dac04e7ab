import type { Report } from './finding.ts'
import type { Policy } from './policy.ts'

function checkRules(policy: Policy, report: Report): void {
  const ids = new Set<string>()
  const texts = new Map<string, string>()
  let closed: string | null = null
  for (const { id, at, always, text } of policy.rules) {
    if (ids.has(id)) report('error', 'duplicate_id', ['rules', at, 'id'], `there is another rule "${id}"`)
    ids.add(id)
    const before = closed ?? (text === '' ? undefined : texts.get(text))
    if (before !== undefined) {
      const message = `this rule never runs: "${before}" matches before it`
      report('warning', 'unreachable_rule', ['rules', at], message)
    }
    texts.set(text, id)
    if (always) closed ??= id
  }
}

function checkJudges(policy: Policy, report: Report): void {
  const read = new Set(
    policy.rules.flatMap(({ parts }) =>
      parts.flatMap(({ paths }) => paths.filter(([root]) => root === 'judges').map(([, name]) => name)),
    ),
  )
  for (const { name, returns_action, timeout_ms } of policy.judges) {
    if (!returns_action && !read.has(name))
      report('warning', 'unused_judge', ['judges', name], 'no rule reads this judge', { on: 'key' })
    if (timeout_ms > policy.deadline_ms) {
      const message = `this judge may take ${timeout_ms} ms and the decision ${policy.deadline_ms} ms`
      report('warning', 'judge_exceeds_deadline', ['judges', name, 'timeout'], message)
    }
  }
}

/** What can be seen of a policy without running it: rules that cannot matter, judges that are not used. */
export function checkPolicy(policy: Policy, report: Report): void {
  checkRules(policy, report)
  checkJudges(policy, report)
}
