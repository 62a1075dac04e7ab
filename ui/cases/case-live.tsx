import { caseHistory, caseTraces, getCase, type Case } from '#shared/contract/cases.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { intervalOf, Live } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { given } from '../records/choices.tsx'
import type { Viewer } from '../viewer.ts'
import { CaseHistory } from './case-history.tsx'
import { CaseHead, LinkedTraces } from './case-parts.tsx'
import { casePath } from './links.ts'

const STATE = '/fragments/cases/:case_id'
const LOG = `${STATE}/log`

/** The address of the case that is looked at. */
const input = ({ params }: Asked) => ({ params: { case_id: params['case_id'] ?? '' } })
const pathOf = (pattern: string, { params }: Asked) =>
  pattern.replace(':case_id', encodeURIComponent(params['case_id'] ?? ''))
const projectIn = ({ viewer }: Asked) => viewer.url.searchParams.get('project_id')

/** Where a case stands, live. What people write stands outside, so that no poll takes it away. */
export const CaseState: Fragment<Case> = {
  path: STATE,
  load: (asked) => asked.ask(getCase, input(asked), projectIn(asked)),
  visible: (found) => found,
  view: (found, asked, etag) => {
    const { viewer } = asked
    return (
      <Live
        id="case-state"
        path={pathOf(STATE, asked)}
        viewer={viewer}
        etag={etag}
        every={intervalOf(viewer)}
      >
        <CaseHead viewer={viewer} found={found} />
        <LiveBar viewer={viewer} path={casePath(found.id)} />
      </Live>
    )
  },
}

type PagerProps = { viewer: Viewer; path: string; name: string; next: string | null; label: string }

const Pager = ({ viewer, path, name, next, label }: PagerProps) => {
  const { cases: text } = viewer.text
  return (
    <nav class="pager" aria-label={label}>
      {given(viewer, name) !== undefined && (
        <a class="button small" href={viewer.keep(path, { [name]: null })}>
          {text.newest}
        </a>
      )}
      {next !== null && (
        <a class="button small" rel="next" href={viewer.keep(path, { [name]: next })}>
          {text.more_traces}
        </a>
      )}
    </nav>
  )
}

type Logged = { history: Output<typeof caseHistory>; linked: Output<typeof caseTraces> }

/** What happened to a case, and which decisions fell into it, live. */
export const CaseLog: Fragment<Logged> = {
  path: LOG,
  async load(asked) {
    const project_id = projectIn(asked)
    const page = (name: string) => {
      const cursor = given(asked.viewer, name)
      return { ...input(asked), query: cursor === undefined ? {} : { cursor } }
    }
    const [history, linked] = await Promise.all([
      asked.ask(caseHistory, page('history'), project_id),
      asked.ask(caseTraces, page('traces'), project_id),
    ])
    return { history, linked }
  },
  visible: (logged) => logged,
  view: ({ history, linked }, asked, etag) => {
    const { viewer, params } = asked
    const { cases: text } = viewer.text
    const path = casePath(params['case_id'] ?? '')
    const at = { viewer, path }
    return (
      <Live id="case-log" path={pathOf(LOG, asked)} viewer={viewer} etag={etag} every={intervalOf(viewer)}>
        <section aria-labelledby="history-title" class="case-part">
          <h2 id="history-title">{text.history}</h2>
          <CaseHistory viewer={viewer} lines={history.items} />
          <Pager {...at} name="history" next={history.next_cursor} label={text.history} />
        </section>
        <section aria-labelledby="traces-title" class="case-part">
          <h2 id="traces-title">{text.traces}</h2>
          <LinkedTraces viewer={viewer} project_id={projectIn(asked)} linked={linked.items} />
          <Pager {...at} name="traces" next={linked.next_cursor} label={text.traces} />
        </section>
      </Live>
    )
  },
}
