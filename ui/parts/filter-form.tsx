import { printTerm } from '#shared/filter/print-filter.ts'
import type { Parsed } from '#shared/filter/parse-filter.ts'
import type { Child } from 'hono/jsx'
import { conditionsOf, PLAIN_NAMES, withTerms } from '../query-bar/conditions.ts'
import { Kept, QueryBar } from '../query-bar/query-bar.tsx'
import { COLUMNS, columnsOf } from '../traces/columns.ts'
import { activeWindow, isNarrowed, toList, without } from '../traces/filter.ts'
import { SHOWN } from '../traces/kept.ts'
import type { Viewer } from '../viewer.ts'
import type { SavedView } from '../views/views.ts'
import { FilterPanel, type Values } from './filter-panel.tsx'
import { Icon } from './icon.tsx'
import { plain, Said } from './said.tsx'
import { ViewsMenu } from './views-menu.tsx'

const Chip = ({
  viewer,
  href,
  label,
  children,
}: {
  viewer: Viewer
  href: string
  label: string
  children: Child
}) => (
  <li>
    <a class="chip" href={href} aria-label={viewer.text.filter.remove(plain(label))}>
      {children}
      <Icon name="close" />
    </a>
  </li>
)

/** Each condition with a link that takes it away. */
const Chips = ({ viewer, parsed: { terms, faults } }: { viewer: Viewer; parsed: Parsed }) => {
  const { filter } = viewer.text
  if (!isNarrowed(viewer)) return null
  const ranges: Record<string, string> = filter.ranges
  return (
    <ul class="chips">
      {faults.length === 0 &&
        terms.map((term, at) => (
          <Chip
            viewer={viewer}
            href={toList(viewer, withTerms(terms.filter((_, other) => other !== at)))}
            label={printTerm(term)}
          >
            <code>
              <Said>{printTerm(term)}</Said>
            </code>
          </Chip>
        ))}
      {activeWindow(viewer).map(([name, value]) => (
        <Chip viewer={viewer} href={without(viewer, name)} label={`${filter[name]} ${value}`}>
          <span class="chip-name">{filter[name]}</span>
          {name === 'range' ? (ranges[value] ?? <Said>{value}</Said>) : <Said>{value}</Said>}
        </Chip>
      ))}
      <li>
        <a class="quiet-link" href={without(viewer)}>
          {filter.clear}
        </a>
      </li>
    </ul>
  )
}

const COLUMNS_KEEP = [...SHOWN, 'q', 'search', ...PLAIN_NAMES]

const ColumnForm = ({ viewer }: { viewer: Viewer }) => {
  const { bar, columns, filter } = viewer.text
  const shown = columnsOf(viewer)
  return (
    <details class="list-tool">
      <summary class="button small">{bar.columns}</summary>
      <form method="get" action="/#filter" class="column-form">
        <Kept viewer={viewer} names={COLUMNS_KEEP} />
        {COLUMNS.map((column) => (
          <label class="tick">
            {column === 'name' ? (
              <>
                <input type="hidden" name="col" value="name" />
                <input type="checkbox" checked={true} disabled={true} />
              </>
            ) : (
              <input type="checkbox" name="col" value={column} checked={shown.includes(column)} />
            )}
            <span class="tick-name">{columns[column]}</span>
          </label>
        ))}
        <button class="button primary small" type="submit">
          {filter.apply}
        </button>
      </form>
    </details>
  )
}

type Props = {
  viewer: Viewer
  /** What can be offered to choose from; null when that could not be read. */
  values: Values | null
  /** The views that were saved; null where none can be. */
  views: SavedView[] | null
}

/** The conditions of the list as a line to write, as boxes to tick, and one by one to take away. */
export const FilterForm = ({ viewer, values, views }: Props) => {
  const { bar, filter } = viewer.text
  const parsed = conditionsOf(viewer)
  const said = (name: string) => viewer.url.searchParams.get(name)
  const exported = {
    ...{ project_id: said('project_id'), range: said('range'), from: said('from'), to: said('to') },
    q: withTerms(parsed.terms)['q'],
  }
  return (
    <section class="filter" id="filter" aria-label={filter.title}>
      <QueryBar viewer={viewer} parsed={parsed} />
      <div class="filter-tools">
        <details class="more-filters">
          <summary class="button small">{bar.panel}</summary>
          <FilterPanel viewer={viewer} parsed={parsed} values={values} />
        </details>
        <ColumnForm viewer={viewer} />
        {views && <ViewsMenu viewer={viewer} views={views} />}
        {parsed.faults.length === 0 && (
          <a
            class="button small"
            href={viewer.to('/export', exported)}
            download="traces.jsonl"
            title={bar.export_means}
          >
            {bar.export}
          </a>
        )}
      </div>
      <Chips viewer={viewer} parsed={parsed} />
    </section>
  )
}
