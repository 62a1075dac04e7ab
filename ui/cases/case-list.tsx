import { listCases } from '#shared/contract/cases.ts'
import type { Input, Output } from '#shared/contract/endpoint.ts'
import { SEVERITIES } from '#shared/schema/case-words.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { intervalOf, Live } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { roleIn } from '../people/person.ts'
import { given } from '../records/choices.tsx'
import { orRefused, Refused, type Answer } from '../records/refused.tsx'
import { Pager } from '../records/pager.tsx'
import type { Viewer } from '../viewer.ts'
import { CaseTable } from './case-table.tsx'
import { CaseTiles } from './case-tiles.tsx'
import { Examples } from './examples.tsx'

type Listed = Output<typeof listCases>
type Data = { answer: Answer<Listed> }

const PATH = '/fragments/cases'
const HOME = '/cases'
const PAGE_SIZE = 50
const NO_FILTER = {
  ...{ status: null, severity: null, assignee: null, unassigned: null, reason_code: null, rule: null },
  ...{ overdue: null, cursor: null, acted: null },
}

const YES_NO: Record<string, boolean> = { yes: true, no: false }

/** Without a status in the URL it is what there is to do. */
function queryOf(viewer: Viewer): Input<typeof listCases>['query'] {
  const status = given(viewer, 'status')
  const is_past = status === 'resolved' || status === 'all'
  const severity = SEVERITIES.find((name) => name === given(viewer, 'severity'))
  const overdue = YES_NO[given(viewer, 'overdue') ?? '']
  const wanted = {
    sort: is_past ? ('created' as const) : ('urgency' as const),
    page_size: PAGE_SIZE,
    status: status === 'all' ? undefined : status,
    severity,
    overdue,
    assignee: given(viewer, 'assignee'),
    unassigned: given(viewer, 'unassigned') === 'yes' ? true : undefined,
    reason_code: given(viewer, 'reason_code'),
    rule: given(viewer, 'rule'),
    cursor: given(viewer, 'cursor'),
  }
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}

/** Whether the viewer may do more than look. */
export const mayAct = ({ person, url }: Viewer): boolean =>
  ['member', 'admin'].includes(roleIn(person, url.searchParams.get('project_id') ?? '') ?? '')

const Empty = ({ viewer, stats }: { viewer: Viewer; stats: Listed['stats'] }) => {
  const { cases: text, records, filter } = viewer.text
  const filtered = Object.keys(NO_FILTER).some(
    (name) => name !== 'acted' && given(viewer, name) !== undefined,
  )
  if (filtered) {
    return (
      <section class="empty">
        <h2>{records.nothing}</h2>
        <a class="button" href={viewer.keep(HOME, NO_FILTER)}>
          {filter.clear}
        </a>
      </section>
    )
  }
  if (Object.keys(stats.by_status).length === 0) return <Examples viewer={viewer} />
  return (
    <section class="empty">
      <h2>{text.nothing}</h2>
      <p>{text.nothing_means}</p>
    </section>
  )
}

const Content = ({ viewer, data: { answer } }: { viewer: Viewer; data: Data }) => {
  const { cases: text } = viewer.text
  if (answer.found === null) {
    return <Refused viewer={viewer} message={answer.refused} clear={viewer.keep(HOME, NO_FILTER)} />
  }
  const { items, next_cursor, stats } = answer.found
  return (
    <>
      <CaseTiles viewer={viewer} stats={stats} />
      {items.length === 0 ? (
        <Empty viewer={viewer} stats={stats} />
      ) : (
        <CaseTable viewer={viewer} cases={items} can_act={mayAct(viewer)} />
      )}
      <Pager viewer={viewer} home={HOME} label={text.list} next_cursor={next_cursor} by_time={false} />
    </>
  )
}

/** The cases of a project as the filters in the URL want them, with how many there are. */
export const CaseList: Fragment<Data> = {
  path: PATH,
  async load({ ask, viewer }: Asked) {
    const project_id = viewer.url.searchParams.get('project_id')
    return { answer: await orRefused(ask(listCases, { query: queryOf(viewer) }, project_id)) }
  },
  visible: (data) => data,
  view: (data, { viewer }, etag) => (
    <Live id="case-list" path={PATH} viewer={viewer} etag={etag} every={intervalOf(viewer)}>
      <LiveBar viewer={viewer} path={HOME} />
      <Content viewer={viewer} data={data} />
    </Live>
  ),
}
