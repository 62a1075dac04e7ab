import type { caseHistory } from '#shared/contract/cases.ts'
import type { Output } from '#shared/contract/endpoint.ts'
import { isCaseOutcome, SEVERITIES } from '#shared/schema/case-words.ts'
import { count } from '../parts/quantity.ts'
import { plain, Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'

type Line = Output<typeof caseHistory>['items'][number]
type At = { viewer: Viewer; line: Line }

/** Who acted where no person did. */
const HUB = 'hub'

const Who = ({ viewer, line: { actor, actor_name } }: At) => {
  const { cases: text } = viewer.text
  if (actor === HUB) return <>{text.hub}</>
  if (actor_name === null && actor === 'admin') return <>{text.admin_key}</>
  return <Said>{actor_name ?? actor}</Said>
}

/** What a line says besides its event, in words; null where it says nothing more. */
function more(viewer: Viewer, { event, detail }: Line): string | null {
  const { cases: text } = viewer.text
  const said = (name: string) => {
    const value = detail[name]
    return typeof value === 'string' ? value : null
  }
  const severity = (name: string) => SEVERITIES.find((one) => one === said(name))
  switch (event) {
    case 'severity_raised': {
      const [from, to] = [severity('from'), severity('to')]
      return from && to ? text.from_to(text.severities[from], text.severities[to]) : null
    }
    case 'assigned':
      return text.to(plain(said('to') ?? text.nobody))
    case 'acknowledged':
      return said('assignee') === null ? null : text.to(plain(said('assignee') ?? ''))
    case 'resolved': {
      const outcome = said('outcome') ?? ''
      return isCaseOutcome(outcome) ? text.outcomes[outcome] : text.unlabelled
    }
    case 'grouped':
      return text.so_often(count(viewer, Number(detail['occurrences'])))
    case 'suppressed':
      return text.so_often(count(viewer, Number(detail['suppressed'])))
    case 'sla_breached':
      return wordFor(text.clocks, said('clock') ?? '') ?? null
    case 'reopened':
      return detail['regression'] === true ? text.regression : null
    default:
      return null
  }
}

const Entry = ({ viewer, line }: At) => {
  const { cases: text } = viewer.text
  const extra = more(viewer, line)
  return (
    <li class={`case-event case-event-${line.event}`}>
      <p class="case-event-head">
        <strong>{wordFor(text.events, line.event) ?? <Said>{line.event}</Said>}</strong>
        {extra !== null && <span>{extra}</span>}
        <span class="quiet">
          {text.by} <Who viewer={viewer} line={line} />
        </span>
        <span class="quiet">
          <Time viewer={viewer} at={line.at} relative={true} />
        </span>
      </p>
      {line.comment !== null && (
        <blockquote class="prose case-comment" dir="auto">
          <Said>{line.comment}</Said>
        </blockquote>
      )}
    </li>
  )
}

/** What happened to a case, newest first. */
export const CaseHistory = ({ viewer, lines }: { viewer: Viewer; lines: Line[] }) => (
  <ol class="case-history" reversed={true}>
    {lines.map((line) => (
      <Entry viewer={viewer} line={line} />
    ))}
  </ol>
)
