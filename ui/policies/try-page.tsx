import { decide } from '#shared/contract/decide.ts'
import type { Input, Output } from '#shared/contract/endpoint.ts'
import { CallError } from '#shared/http/call.ts'
import { readForm } from '../acts/read-form.ts'
import { part } from '../answer.tsx'
import { Degraded } from '../decisions/degraded.tsx'
import { Verdict } from '../decisions/verdict.tsx'
import { Whole } from '../decisions/whole.tsx'
import type { Asked } from '../fragment.ts'
import { forbidden, notFound } from '../pages/problem.tsx'
import { Notice } from '../parts/notice.tsx'
import { duration } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'
import { unixLines } from './definition-text.ts'
import { loadPolicy, projectOf, versionOf, type Loaded } from './load-policy.ts'
import { policyFrame } from './policy-frame.tsx'
import { standingOf } from './standing.ts'
import { TRY_FIELDS, TryForm, type Tried } from './try-form.tsx'

type Answer = Output<typeof decide>
type Result = { answer: Answer; refused: null } | { answer: null; refused: string }

const MICROS_IN_MS = 1000
const MOST_CONTEXTS = 200
/** Who asks is not known, or may not ask: that is no answer about what was filled in. */
const NOT_OURS = new Set([401, 403])

/** What a policy says to what was filled in, or why it says nothing. */
const TryResult = ({ viewer, result }: { viewer: Viewer; result: Result | null }) => {
  const { trying: text, lost } = viewer.text.policies
  return (
    <section class="policy-card try-result" id="try-result" aria-label={text.result} aria-live="polite">
      <p class="lost" role="alert">
        {lost}
      </p>
      {result === null && <p class="hint">{text.nothing_yet}</p>}
      {result !== null && result.refused !== null && (
        <Notice kind="bad" title={text.refused}>
          <p>
            <Said>{result.refused}</Said>
          </p>
        </Notice>
      )}
      {result !== null && result.answer !== null && (
        <>
          <Verdict viewer={viewer} decision={result.answer.decision} />
          <p class="hint">{text.took(duration(viewer, result.answer.decision.latency_us / MICROS_IN_MS))}</p>
          {result.answer.decision.degraded && (
            <Degraded viewer={viewer} reasons={result.answer.decision.degraded_reasons} />
          )}
          <Whole
            viewer={viewer}
            decision={result.answer.decision}
            judge_runs={result.answer.judge_runs}
            explain={result.answer.explain ?? null}
            at="try"
          />
        </>
      )}
    </section>
  )
}

async function readTried(request: Request): Promise<Tried> {
  const form = await readForm(request)
  const said = TRY_FIELDS.map((name) => [name, unixLines(form.get(name) ?? '')])
  // Each of the names is given by the list.
  return Object.fromEntries(said) as Tried
}

/** What is asked of the engine: only what was filled in; passages are told apart by an empty line. */
function bodyOf({ policy }: Loaded, tried: Tried): Input<typeof decide>['body'] {
  const version = Number(tried.version)
  const contexts = tried.contexts
    .split(/\n\s*\n/)
    .map((passage) => passage.trim())
    .filter((passage) => passage !== '')
  return {
    idempotency_key: `try-${crypto.randomUUID()}`,
    dry_run: true,
    force_policy_id: policy.id,
    ...(Number.isSafeInteger(version) && version > 0 && { force_policy_version: version }),
    ...(tried.trace_id.trim() !== '' && { trace_id: tried.trace_id.trim() }),
    ...(tried.input !== '' && { input: tried.input }),
    ...(tried.output !== '' && { output: tried.output }),
    ...(contexts.length > 0 && { contexts: contexts.slice(0, MOST_CONTEXTS) }),
    ...(tried.environment.trim() !== '' && { trace: { environment: tried.environment.trim() } }),
  }
}

async function resultOf(asked: Asked, loaded: Loaded, tried: Tried): Promise<Result> {
  try {
    const input = { query: { explain: true }, body: bodyOf(loaded, tried) }
    return { answer: await asked.ask(decide, input, projectOf(asked)), refused: null }
  } catch (error) {
    if (!(error instanceof CallError) || error.status >= 500 || NOT_OURS.has(error.status)) throw error
    return { answer: null, refused: error.message }
  }
}

function showTry(asked: Asked, loaded: Loaded, tried: Tried, result: Result | null): Promise<Response> {
  const { viewer } = asked
  return policyFrame(asked, loaded, {
    tab: 'try',
    body: (
      <div class="policy-panes">
        <TryForm viewer={viewer} loaded={loaded} tried={tried} />
        <TryResult viewer={viewer} result={result} />
      </div>
    ),
  })
}

/** `/policies/{id}/try`: asks a version about any answer, without storing anything; an address may name a trace. */
export async function tryPage(asked: Asked): Promise<Response> {
  const { viewer } = asked
  const loaded = await loadPolicy(asked)
  if (loaded === null) return notFound(asked)
  if (!standingOf(viewer, loaded.policy.project_id).may_try) return forbidden(asked)
  const { searchParams } = viewer.url
  const version = versionOf(loaded, searchParams.get('version'))?.version
  const trace_id = searchParams.get('trace_id') ?? ''
  const tried = {
    version: String(version ?? ''),
    input: '',
    output: '',
    contexts: '',
    environment: '',
    trace_id,
  }
  return showTry(asked, loaded, tried, trace_id === '' ? null : await resultOf(asked, loaded, tried))
}

async function tryOut(
  asked: Asked,
  show: (loaded: Loaded, tried: Tried, result: Result) => Response | Promise<Response>,
) {
  const loaded = await loadPolicy(asked)
  if (loaded === null) return notFound(asked)
  if (!standingOf(asked.viewer, loaded.policy.project_id).may_try) return forbidden(asked)
  asked.viewer.url.pathname = `/policies/${loaded.policy.id}/try`
  const tried = await readTried(asked.request)
  return show(loaded, tried, await resultOf(asked, loaded, tried))
}

/** `POST /policies/{id}/try`: the page with what came out. */
export const tryPolicy = (asked: Asked): Promise<Response> =>
  tryOut(asked, (loaded, tried, result) => showTry(asked, loaded, tried, result))

/** `POST /fragments/policies/{id}/try`: only what came out. */
export const tryLive = (asked: Asked): Promise<Response> =>
  tryOut(asked, (_loaded, _tried, result) => part(<TryResult viewer={asked.viewer} result={result} />, {}))
