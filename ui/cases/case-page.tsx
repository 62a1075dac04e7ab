import { getCase, listCases, type Case } from '#shared/contract/cases.ts'
import { getDecision } from '#shared/contract/decide.ts'
import { listProjects } from '#shared/contract/projects.ts'
import { getTrace } from '#shared/contract/traces.ts'
import { CallError } from '#shared/http/call.ts'
import { html, redirect } from '../answer.tsx'
import { paint, type Asked } from '../fragment.ts'
import { Notice } from '../parts/notice.tsx'
import { plain, Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import { CaseActs, NOTHING_WRITTEN, type Written } from './case-acts.tsx'
import { mayAct } from './case-list.tsx'
import { CaseLog, CaseState } from './case-live.tsx'
import { CaseDecision, CaseTrace } from './case-parts.tsx'
import { caseAt } from './links.ts'

/** Why an act was refused, and what was written, for whom it comes back to. */
export type Refusal = { status: number; title: string; message: string; written: Written }

/** An answer, or null where what is asked for is no longer there, or its service does not answer. */
async function orGone<T>(asking: Promise<T>): Promise<T | null> {
  try {
    return await asking
  } catch (error) {
    if (error instanceof CallError && (error.status === 404 || error.status >= 500)) return null
    throw error
  }
}

/** The case to look at after this one. */
async function nextOf({ ask }: Asked, { id, project_id }: Case): Promise<Case | null> {
  const query = { sort: 'urgency', page_size: 2 } as const
  const after = await ask(listCases, { query: { ...query, after: id } }, project_id)
  const first =
    after.items[0] ?? (await ask(listCases, { query }, project_id)).items.find((one) => one.id !== id)
  return first ?? null
}

async function load(asked: Asked, project_id: string) {
  const { ask, params } = asked
  const found = await ask(getCase, { params: { case_id: params['case_id'] ?? '' } }, project_id)
  const [projects, state, log, decided, traced, next] = await Promise.all([
    ask(listProjects, {}),
    paint(CaseState, asked),
    paint(CaseLog, asked),
    orGone(ask(getDecision, { params: { decision_id: found.decision_id } }, project_id)),
    found.trace_expired
      ? null
      : orGone(ask(getTrace, { params: { trace_id: found.trace_id }, query: { spans: 'none' } }, project_id)),
    nextOf(asked, found),
  ])
  const name = projects.find(({ id }) => id === project_id.toLowerCase())?.name ?? ''
  return { found, name, state, log, decided, trace: traced?.trace ?? null, next }
}

type Loaded = Awaited<ReturnType<typeof load>>

const Body = ({ asked, data, written }: { asked: Asked; data: Loaded; written: Written }) => {
  const { viewer } = asked
  const { cases: text } = viewer.text
  const { found, state, log, decided, trace, next } = data
  return (
    <>
      {state}
      <div class="case-panes" data-case-keys="">
        <div class="case-about">
          <CaseDecision viewer={viewer} decided={decided} />
          <CaseTrace viewer={viewer} found={found} trace={trace} />
        </div>
        <div class="case-side">
          {mayAct(viewer) && <CaseActs viewer={viewer} found={found} written={written} />}
          <p class="case-next">
            {next === null ? (
              <span class="quiet">{text.no_next}</span>
            ) : (
              <a class="button" href={caseAt(viewer, next)} data-key="j" aria-keyshortcuts="j">
                {text.next}: <Said>{next.reason_code}</Said>
              </a>
            )}
          </p>
          {log}
        </div>
      </div>
    </>
  )
}

/** `/cases/{id}?project_id=`: one case; with a refusal, after an act on it that could not be done. */
export async function showCase(asked: Asked, refusal: Refusal | null = null): Promise<Response> {
  const { viewer } = asked
  const { cases: text } = viewer.text
  const project_id = viewer.url.searchParams.get('project_id')
  if (!project_id) return redirect(viewer.to('/projects'))
  const data = await load(asked, project_id)
  return html(
    <Shell
      asked={asked}
      title={`${text.one} ${plain(data.found.reason_code)}`}
      path={
        <>
          <a href={viewer.to('/', { project_id })}>
            <Said>{data.name}</Said>
          </a>
          <a href={viewer.to('/cases', { project_id })}>{text.title}</a>
          <span aria-current="page">{text.one}</span>
        </>
      }
    >
      {refusal !== null && (
        <Notice kind="warn" title={refusal.title}>
          <p>{refusal.message}</p>
        </Notice>
      )}
      <Body asked={asked} data={data} written={refusal?.written ?? NOTHING_WRITTEN} />
    </Shell>,
    refusal?.status ?? 200,
  )
}

export const casePage = (asked: Asked): Promise<Response> => showCase(asked)
