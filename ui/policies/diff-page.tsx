import type { Output } from '#shared/contract/endpoint.ts'
import { diffPolicy } from '#shared/contract/policies.ts'
import type { Asked } from '../fragment.ts'
import { notFound } from '../pages/problem.tsx'
import { count } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'
import { loadPolicy, projectOf, type Loaded } from './load-policy.ts'
import { policyFrame } from './policy-frame.tsx'

type Diff = Output<typeof diffPolicy>
type Line = Diff['lines'][number]

/** Lines that stay the same around a change; what is further away is folded. */
const AROUND = 3
const SIGNS = { same: ' ', removed: '−', added: '+' } as const

/** Runs of lines that are shown, and of lines that are the same for so long that they are folded. */
function runsOf(lines: Line[]): { folded: boolean; lines: Line[] }[] {
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ kind }) => kind !== 'same'),
  )
  const runs: { folded: boolean; lines: Line[] }[] = []
  for (const [at, line] of lines.entries()) {
    const folded = near[at] === false
    const last = runs.at(-1)
    if (last?.folded === folded) last.lines.push(line)
    else runs.push({ folded, lines: [line] })
  }
  // A fold of a line or two would hide less than it takes.
  return runs.map((run) => ({ ...run, folded: run.folded && run.lines.length > AROUND }))
}

const Lines = ({ viewer, lines }: { viewer: Viewer; lines: Line[] }) => (
  <ol class="diff-lines" dir="ltr">
    {lines.map(({ kind, text }) => (
      <li class={`diff-line is-${kind}`}>
        <span class="diff-sign" aria-hidden="true">
          {SIGNS[kind]}
        </span>
        {kind !== 'same' && <span class="unseen">{viewer.text.policies.diff[kind]} </span>}
        <code>
          <Said>{text}</Said>
        </code>
      </li>
    ))}
  </ol>
)

const DiffBody = ({ viewer, diff }: { viewer: Viewer; diff: Diff }) => {
  const { diff: text } = viewer.text.policies
  const of = (kind: Line['kind']) => diff.lines.filter((line) => line.kind === kind).length
  if (of('added') + of('removed') === 0) return <p class="empty">{text.same_text}</p>
  return (
    <section class="diff-text" aria-label={text.title}>
      <p class="diff-sum">
        <span class="is-added">{text.sum_added(count(viewer, of('added')))}</span>
        {' · '}
        <span class="is-removed">{text.sum_removed(count(viewer, of('removed')))}</span>
      </p>
      <div class="diff-scroll" role="region" aria-label={text.title} tabindex={0}>
        {runsOf(diff.lines).map(({ folded, lines }) =>
          folded ? (
            <details class="diff-fold">
              <summary>{text.folded(count(viewer, lines.length))}</summary>
              <Lines viewer={viewer} lines={lines} />
            </details>
          ) : (
            <Lines viewer={viewer} lines={lines} />
          ),
        )}
      </div>
    </section>
  )
}

const Choose = ({
  viewer,
  loaded,
  from,
  to,
}: {
  viewer: Viewer
  loaded: Loaded
  from: number
  to: number
}) => {
  const { policies: text } = viewer.text
  const { policy, versions } = loaded
  const choice = (name: string, label: string, chosen: number) => (
    <label class="field">
      <span>{label}</span>
      <select name={name}>
        {versions.map(({ version }) => (
          <option value={version} selected={version === chosen}>
            {text.version(version)}
          </option>
        ))}
      </select>
    </label>
  )
  const kept = { project_id: policy.project_id, lang: null, theme: null }
  return (
    <form method="get" action={`/policies/${encodeURIComponent(policy.id)}/diff`} class="fields">
      {Object.keys(kept).map((name) => {
        const value = viewer.url.searchParams.get(name)
        return value === null ? null : <input type="hidden" name={name} value={value} />
      })}
      {choice('from', text.diff.from, from)}
      {choice('to', text.diff.to, to)}
      <button class="button" type="submit">
        {text.diff.show}
      </button>
    </form>
  )
}

/** The version that the address names; what is none is the one that is left. */
function named({ viewer }: Asked, { versions }: Loaded, name: string, otherwise: number): number {
  const said = viewer.url.searchParams.get(name)
  return versions.find(({ version }) => String(version) === said)?.version ?? otherwise
}

/** `/policies/{id}/diff?from=&to=`: what differs between two versions. */
export async function diffPage(asked: Asked): Promise<Response> {
  const loaded = await loadPolicy(asked)
  if (loaded === null) return notFound(asked)
  const { policy, versions } = loaded
  const to = named(asked, loaded, 'to', versions[0]?.version ?? 1)
  const from = named(asked, loaded, 'from', versions[1]?.version ?? to)
  const params = { policy_id: policy.id }
  const diff = await asked.ask(diffPolicy, { params, query: { from, to } }, projectOf(asked))
  return policyFrame(asked, loaded, {
    tab: 'versions',
    body: (
      <>
        <Choose viewer={asked.viewer} loaded={loaded} from={from} to={to} />
        <DiffBody viewer={asked.viewer} diff={diff} />
      </>
    ),
  })
}
