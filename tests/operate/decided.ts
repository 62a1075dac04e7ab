import { at, type Mvp } from './mvp.ts'

/** A project in which something was decided, judged and escalated, twice. */
export async function decided(old: Mvp) {
  const project = await old.project()
  const trace = await old.trace(project, { status: 'success', end_time: at(4), output_text: 'call 010' })
  const policy = await old.put('policies', {
    project_id: project,
    name: 'default-safety',
    description: 'as seeded',
  })
  const rule = (action: string) => ({
    rules: [
      {
        priority: 10,
        when: { all: [{ field: 'signals.pii', op: 'eq', value: true }] },
        then: { action, reason_code: 'PII_DETECTED', severity: 'high' },
      },
    ],
  })
  const version = { policy_id: policy, effective_from: '2026-01-01T00:00:00Z' }
  await old.put('policy_versions', { ...version, version: 1, active: false, definition: rule('BLOCK') })
  await old.put('policy_versions', { ...version, version: 2, active: true, definition: rule('ESCALATE') })
  const outcome = { action: 'ESCALATE', reason_code: 'PII_DETECTED', confidence: 0.95 }
  const decisions = []
  for (const key of ['first', 'second']) {
    const when = at(key === 'first' ? 5 : 50)
    const span = {
      name: 'Decision Judge',
      span_type: 'judge',
      status: 'success',
      start_time: when,
      end_time: when,
    }
    const span_id = await old.span(project, trace, { ...span, idempotency_key: `judge-span:${key}` })
    const decision = await old.decision(project, trace, {
      ...{
        ...outcome,
        severity: 'high',
        policy_version: `${policy}:v2`,
        idempotency_key: key,
        created_at: when,
      },
    })
    const run = await old.put('judge_runs', {
      ...{ project_id: project, trace_id: trace, provider: 'heuristic', model: 'rules-v1', ...outcome },
      ...{ output: { signals: { pii: true } }, created_at: when },
    })
    decisions.push({ key, span_id, decision, run })
  }
  return { project, trace, policy, decisions }
}
