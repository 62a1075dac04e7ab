import type { Output } from '#shared/contract/endpoint.ts'
import type { listCases } from '#shared/contract/cases.ts'
import { count } from '../parts/quantity.ts'
import type { Viewer } from '../viewer.ts'

type Stats = Output<typeof listCases>['stats']

const NO_CHOICE = { status: null, overdue: null, cursor: null, acted: null }

/** How many cases there are; each figure leads to them. */
export const CaseTiles = ({ viewer, stats }: { viewer: Viewer; stats: Stats }) => {
  const { cases: text } = viewer.text
  const of = (status: string) => stats.by_status[status] ?? 0
  const to = (changes: Record<string, string>) => viewer.keep('/cases', { ...NO_CHOICE, ...changes })
  const tiles = [
    { name: text.statuses.open, n: of('open'), kind: 'stale', href: to({ status: 'open' }) },
    {
      name: text.statuses.acknowledged,
      n: of('acknowledged'),
      kind: 'running',
      href: to({ status: 'acknowledged' }),
    },
    { name: text.statuses.resolved, n: of('resolved'), kind: 'plain', href: to({ status: 'resolved' }) },
    { name: text.overdue, n: stats.overdue, kind: 'error', href: to({ overdue: 'yes' }) },
  ]
  return (
    <ul class="figures case-figures">
      {tiles.map(({ name, n, kind, href }) => (
        <li class={`figure figure-${kind}`}>
          <a href={href}>
            <span class="figure-name">{name}</span>
            <span class="figure-value">{count(viewer, n)}</span>
          </a>
        </li>
      ))}
    </ul>
  )
}
