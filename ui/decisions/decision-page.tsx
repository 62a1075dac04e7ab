import type { Child } from 'hono/jsx'
import { getDecision, replayDecision, type ListedDecision } from '#shared/contract/decide.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import { listProjects } from '#shared/contract/projects.ts'
import { CallError } from '#shared/http/call.ts'
import { html } from '../answer.tsx'
import { CaseChip } from '../cases/case-chip.tsx'
import type { Asked } from '../fragment.ts'
import { notFound } from '../pages/problem.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Facts } from '../parts/facts.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { duration, percent } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import { Time } from '../parts/time.tsx'
import { traceAt } from '../records/links.ts'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'
import { ActionMark } from './action-mark.tsx'
import { Degraded } from './degraded.tsx'
import { decisionAt } from './links.ts'
import { shortHash } from './short-hash.ts'
import { DecidedBy, DecidedWith, Verdict } from './verdict.tsx'
import { Whole } from './whole.tsx'

type Replayed = Output<typeof replayDecision>
type Answer = Output<typeof getDecision>
type At = { viewer: Viewer; decision: ListedDecision }

const MICROS_IN_MS = 1000

const Id = ({ viewer, id, what, shown }: { viewer: Viewer; id: string; what: string; shown?: string }) => (
  <span class="id">
    <code title={shown === undefined ? undefined : id}>
      <Said>{shown ?? id}</Said>
    </code>
    <CopyButton viewer={viewer} what={what} text={id} />
  </span>
)

const TraceLink = ({ viewer, decision }: At) =>
  decision.trace_expired ? (
    <>
      <Said>{decision.trace_id}</Said> <span class="quiet">{viewer.text.decisions.trace_expired}</span>
    </>
  ) : (
    <a href={traceAt(viewer, decision.trace_id, decision.span_id)}>
      <Said>{decision.trace_id}</Said>
    </a>
  )

const DecisionFacts = ({ viewer, decision }: At) => {
  const { decisions: text } = viewer.text
  const { hash } = decision.policy
  return (
    <Facts
      items={[
        [text.when, <Time viewer={viewer} at={decision.created_at} relative={true} />],
        [text.policy, <DecidedBy viewer={viewer} decision={decision} />],
        [text.hash, <Id viewer={viewer} id={hash} what={text.hash} shown={shortHash(hash)} />],
        [text.decided_with, <DecidedWith viewer={viewer} decision={decision} />],
        [text.severity, wordFor(text.severities, decision.severity) ?? <Said>{decision.severity}</Said>],
        [text.confidence, percent(viewer, decision.confidence)],
        [text.latency, duration(viewer, decision.latency_us / MICROS_IN_MS)],
        [viewer.text.trace.title, <TraceLink viewer={viewer} decision={decision} />],
        [
          viewer.text.cases.one,
          decision.case_id === null ? null : <CaseChip viewer={viewer} decision={decision} />,
        ],
        [text.idempotency_key, <Said>{decision.idempotency_key}</Said>],
        [text.judge_model, decision.judge_model === '' ? null : <Said>{decision.judge_model}</Said>],
        [text.rationale, decision.rationale === '' ? null : <Said>{decision.rationale}</Said>],
      ]}
    />
  )
}

/** What deciding again came to, beside what is stored. */
const ReplayAnswer = ({ viewer, replayed }: { viewer: Viewer; replayed: Replayed }) => {
  const { replay: text } = viewer.text.decisions
  const side = (name: string, { action, rule }: Replayed['stored']) => (
    <p class="replay-side">
      {name}: <ActionMark viewer={viewer} action={action} />
      {rule !== null && (
        <code>
          <Said>{rule}</Said>
        </code>
      )}
    </p>
  )
  return (
    <Notice kind={replayed.same ? 'good' : 'bad'} title={replayed.same ? text.same : text.differs}>
      {side(text.stored, replayed.stored)}
      {side(text.replayed, replayed.replayed)}
    </Notice>
  )
}

const NotReplayed = ({ viewer, why }: { viewer: Viewer; why: string }) => (
  <Notice kind="warn" title={viewer.text.decisions.replay.not_possible}>
    <p lang="en">
      <Said>{why}</Said>
    </p>
  </Notice>
)

const Replay = ({
  viewer,
  decision,
  erased,
}: {
  viewer: Viewer
  decision: ListedDecision
  erased: boolean
}) => {
  const { replay: text } = viewer.text.decisions
  if (erased) return <p class="hint">{text.erased}</p>
  const action = viewer.to(`/decisions/${encodeURIComponent(decision.id)}/replay`, {
    project_id: decision.project_id,
  })
  return (
    <PostForm viewer={viewer} action={action} class="buttons">
      <button class="button" type="submit">
        <Icon name="reload" />
        {text.title}
      </button>
      <span class="hint">{text.means}</span>
    </PostForm>
  )
}

async function pageOf(asked: Asked, answer: Answer, news: Child | null): Promise<Response> {
  const { viewer, ask } = asked
  const { decisions: text } = viewer.text
  const { decision } = answer
  const { project_id } = decision
  const projects = await ask(listProjects, {})
  const name = projects.find(({ id }) => id === project_id)?.name ?? ''
  return html(
    <Shell
      asked={asked}
      title={text.one}
      path={
        <>
          <a href={viewer.to('/', { project_id })}>
            <Said>{name}</Said>
          </a>
          <a href={viewer.to('/decisions', { project_id })}>{text.title}</a>
          <span aria-current="page">{text.one}</span>
        </>
      }
    >
      {news}
      <header class="trace-head">
        <div class="page-head">
          <h1>{text.one}</h1>
          <Id viewer={viewer} id={decision.id} what={text.one} />
        </div>
        <Verdict viewer={viewer} decision={decision} />
        <DecisionFacts viewer={viewer} decision={decision} />
        <Replay viewer={viewer} decision={decision} erased={answer.evidence_erased} />
      </header>
      {decision.degraded && <Degraded viewer={viewer} reasons={decision.degraded_reasons} />}
      <div class="span-page">
        <Whole
          viewer={viewer}
          decision={decision}
          judge_runs={answer.judge_runs}
          explain={answer.explain}
          unexplained={answer.unexplained}
          at="decision"
        />
      </div>
    </Shell>,
  )
}

const load = ({ ask, viewer, params }: Asked) =>
  ask(
    getDecision,
    { params: { decision_id: params['decision_id'] ?? '' } },
    viewer.url.searchParams.get('project_id'),
  )

/** `/decisions/{id}`: one decision and why it is what it is. */
export async function decisionPage(asked: Asked): Promise<Response> {
  if (!asked.viewer.url.searchParams.get('project_id')) return notFound(asked)
  return pageOf(asked, await load(asked), null)
}

/** `POST /decisions/{id}/replay`: decides again from what is stored, which changes nothing. */
export async function replay(asked: Asked): Promise<Response> {
  const { ask, viewer, params } = asked
  const project_id = viewer.url.searchParams.get('project_id')
  if (!project_id) return notFound(asked)
  const answer = await load(asked)
  viewer.url.pathname = decisionAt(viewer, answer.decision).split('?')[0] ?? '/decisions'
  const params_of = { params: { decision_id: params['decision_id'] ?? '' } }
  try {
    const replayed = await ask(replayDecision, params_of, project_id)
    return await pageOf(asked, answer, <ReplayAnswer viewer={viewer} replayed={replayed} />)
  } catch (error) {
    if (!(error instanceof CallError) || error.status !== 409) throw error
    return pageOf(asked, answer, <NotReplayed viewer={viewer} why={error.message} />)
  }
}
