import * as contract from '#shared/contract/decide.ts'
import { HubError } from '#shared/errors.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { serve, type Route } from '#shared/http/serve.ts'
import type { Log } from '#shared/log.ts'
import { hashDefinition } from '#shared/policy/hash-definition.ts'
import { traced, tracerOf, type Span } from '#shared/tracing/tracer.ts'
import { dryRun, type Decider, type Settled } from './decide-request.ts'
import { explainDecision } from './explain-decision.ts'
import type { Asked, Deciding } from './judge-request.ts'
import { readDecision, readGrounds } from './read-decision.ts'
import { readSubject } from './read-request.ts'

/** Of the body as it was sent, members sorted; whether it is only tried out is not what is decided on. */
function digestOf({ dry_run: _dry_run, ...body }: contract.DecideBody): Uint8Array {
  return Buffer.from(hashDefinition(body).replace('sha256:', ''), 'hex')
}

/** What a part of the decision took: timings are by signal, by judge, and of the rules. */
function spent(timings_us: Record<string, number>, part: string): number {
  let sum = 0
  for (const name in timings_us)
    if (name.startsWith(part) && (name.length === part.length || name[part.length] === '.'))
      sum += timings_us[name] ?? 0
  return sum / 1000
}

/** How the time of an answer was spent, as browsers and proxies read it. */
function serverTiming({ made, commit_ms }: Settled, total_ms: number): string {
  const runs = made?.reached.runs ?? []
  const starts = runs.map(({ started_at }) => started_at)
  const ends = runs.map(({ ended_at }) => ended_at)
  const parts: [string, number][] = [
    ['signals', spent(made?.reached.timings_us ?? {}, 'signals')],
    ['rules', spent(made?.reached.timings_us ?? {}, 'rules')],
    // They run side by side.
    ['judges', runs.length > 0 ? Math.max(...ends) - Math.min(...starts) : 0],
    ['commit', commit_ms ?? 0],
    ['total', total_ms],
  ]
  return parts.map(([name, ms]) => `${name};dur=${Math.max(0, ms).toFixed(3)}`).join(', ')
}

function projectOf(project: ProjectRef | null): ProjectRef {
  if (!project) throw new HubError('project_required')
  return project
}

/** Why it was decided so; of a decision that was made before, as far as what it was made of is still there. */
async function explainSettled(
  { deps, book }: Deciding,
  { project_no }: ProjectRef,
  { answer, made }: Settled,
): Promise<{ explain?: contract.Explanation }> {
  if (made) {
    const { facts, found, timings_us } = made.reached
    return { explain: explainDecision({ policy: made.in_force.policy, facts, found, timings_us }) }
  }
  const stored = await readDecision(deps.database.sql, project_no, answer.decision.id)
  const grounds = await readGrounds(book, project_no, stored)
  return 'missing' in grounds ? {} : { explain: explainDecision({ ...grounds, timings_us: stored.timings }) }
}

/** A decision of the hub's own as a span: what came out and by which rule, never what it was decided on. */
function tellSpan(log: Log, span: Span | null, { answer, made }: Settled) {
  if (!span) return
  const { id, action } = answer.decision
  span.set({ 'hub.decision.id': id, 'hub.decision.action': action, 'hub.decision.repeat': made === null })
  if (!made) return
  const { rule, degraded, runs } = made.reached
  span.set({ 'hub.decision.rule': rule ?? '', 'hub.decision.degraded': degraded.length > 0 })
  for (const { judge, cached, error, started_at, ended_at } of runs) {
    const attributes = { 'hub.judge': judge, 'hub.judge.cached': cached, 'hub.judge.error': error ?? '' }
    const asked = { name: `judge ${judge}`, kind: 'client' as const, attributes, parent: span.context }
    tracerOf(log)
      ?.start({ ...asked, at: started_at })
      .end(ended_at)
  }
}

/** `POST /api/v1/decide`: answered once the decision is committed. */
export const decideRoute = (deciding: Deciding, decide: Decider): Route =>
  serve(contract.decide, async ({ body, query, principal }) => {
    const began = performance.now()
    const asked: Asked = {
      project: projectOf(principal.project),
      body,
      request_digest: digestOf(body),
      subject: readSubject(body),
      started_at: deciding.deps.clock(),
      began,
    }
    const { log } = deciding.deps
    const settled = await traced(log, { name: 'decide', kind: 'internal' }, async (span) => {
      const came = await (body.dry_run ? dryRun(deciding, asked) : decide(asked))
      tellSpan(log, span, came)
      return came
    })
    const wants_why = query.explain === true || body.dry_run === true
    const why = wants_why ? await explainSettled(deciding, asked.project, settled) : {}
    return Response.json(
      { ...settled.answer, ...why },
      {
        headers: {
          'cache-control': 'no-store',
          'server-timing': serverTiming(settled, performance.now() - began),
        },
      },
    )
  })
