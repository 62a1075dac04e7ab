import type { Output } from '#shared/contract/endpoint.ts'
import { getResumptions } from '#shared/contract/graph.ts'
import type { Asked } from '../fragment.ts'
import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'
import { Said } from './said.tsx'
import { tracePath } from './span-detail.tsx'
import { Time } from './time.tsx'

export type Resumption = Output<typeof getResumptions>['items'][number]
type VisitAt = Resumption['resumed']

/** The visits of a trace that a person was asked in, and those that went on with the answer; of one span alone by its id. */
export async function loadResumptions(
  { ask }: Asked,
  { trace_id, project_id }: { trace_id: string; project_id: string },
  span_id?: string,
): Promise<Resumption[]> {
  const { items } = await ask(getResumptions, { params: { trace_id } }, project_id)
  const isEnd = (visit: VisitAt) => visit.trace_id === trace_id && visit.span_id === span_id
  return span_id === undefined
    ? items
    : items.filter(({ interrupted, resumed }) => isEnd(interrupted) || isEnd(resumed))
}

type Props = {
  viewer: Viewer
  items: Resumption[]
  /** The trace that the page shows, or one visit of it. */
  shown: { trace_id: string; project_id: string; id?: string }
}

const Link = ({ viewer, project_id, to }: { viewer: Viewer; project_id: string; to: VisitAt }) => (
  <a href={viewer.to(tracePath(to.trace_id), { project_id, span: to.span_id })}>
    <Said>{to.trace_name ?? to.trace_id}</Said>
    {to.start_time !== null && <Time viewer={viewer} at={to.start_time} />}
  </a>
)

/** Where a question was answered, and which question was answered here. */
export const Resumptions = ({ viewer, items, shown: { trace_id, project_id, id } }: Props) => {
  const { resumption: text } = viewer.text
  const isHere = (visit: VisitAt) => visit.trace_id === trace_id && (id ?? visit.span_id) === visit.span_id
  if (items.length === 0) return null
  return (
    <ul class="resumptions" aria-label={text.title}>
      {items.map(({ node_id, interrupted, resumed }) => {
        const is_asked_here = isHere(interrupted)
        return (
          <li>
            <Icon name="next" />
            <strong>
              <Said>{node_id}</Said>
            </strong>
            <span class="sub">{is_asked_here ? text.resumed_in : text.resumes}</span>
            <Link viewer={viewer} project_id={project_id} to={is_asked_here ? resumed : interrupted} />
          </li>
        )
      })}
    </ul>
  )
}
