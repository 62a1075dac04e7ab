import type { Output } from '#shared/contract/endpoint.ts'
import type { listValues } from '#shared/contract/traces.ts'
import { printRange } from '#shared/filter/amounts.ts'
import { FEATURES } from '#shared/filter/fields.ts'
import type { Parsed } from '#shared/filter/parse-filter.ts'
import { printFilter } from '#shared/filter/print-filter.ts'
import type { Pattern } from '#shared/filter/term.ts'
import { SPAN_TYPES } from '#shared/schema/span-types.ts'
import { STATUSES, statusCode, statusName } from '#shared/schema/status.ts'
import { CHOSEN, featurePart, MEASURED, spread, type Spread } from '../query-bar/fold-form.ts'
import { Kept } from '../query-bar/query-bar.tsx'
import { KEPT } from '../traces/kept.ts'
import type { Viewer } from '../viewer.ts'
import { Facet, type Offer } from './facet.tsx'

export type Values = Output<typeof listValues>

const AMOUNT_EXAMPLES = {
  latency: '>2s, 1s..5s',
  cost: '>0.05',
  tokens: '>=1000, 2k..8k',
  spans: '>20',
  errors: '>0',
} as const satisfies Record<(typeof MEASURED)[number], string>

type Chosen = (typeof CHOSEN)[number]

const SAID_AS = {
  model: 'model',
  env: 'environment',
  user: 'user_id',
  session: 'session_id',
  tag: 'tag',
  name: 'name',
  release: 'release',
  decision: 'decision',
} as const satisfies Partial<Record<Chosen, keyof Values['fields']>>

/** What can be ticked for a field: the project's own values, or all that there are. */
function offersOf(viewer: Viewer, field: Chosen, values: Values | null): Offer[] {
  const { text } = viewer
  if (field === 'type')
    return Object.keys(SPAN_TYPES).map((type) => ({ pattern: [type], name: type, count: null }))
  if (field === 'status') {
    const counted = new Map(values?.fields.status.map(({ value, count }) => [value, count]))
    return [
      ...STATUSES.map((status) => ({
        ...{ pattern: [status], name: text.status[statusName(statusCode(status))] },
        count: values ? (counted.get(status) ?? 0) : null,
      })),
      { pattern: ['stale'], name: text.stale, count: null },
    ]
  }
  const said = values?.fields[SAID_AS[field]] ?? []
  return said.map(({ value, count }) => ({ pattern: [value], name: value, count }))
}

function chosenIn({ shown }: Spread, field: string): Pattern[] {
  const term = shown.get(field)
  return term?.kind === 'is' ? term.values : []
}

const Facets = ({ viewer, values, state }: { viewer: Viewer; values: Values | null; state: Spread }) => (
  <div class="facets">
    {CHOSEN.map((field) => {
      const offers = offersOf(viewer, field, values)
      const chosen = chosenIn(state, field)
      // Most projects know no decisions; then there is nothing to choose from.
      if (field === 'decision' && offers.length === 0 && chosen.length === 0) return null
      const is_open = field !== 'status' && field !== 'type'
      return <Facet {...{ viewer, field, offers, chosen, is_open }} label={viewer.text.bar.names[field]} />
    })}
  </div>
)

const Amounts = ({ viewer, state }: { viewer: Viewer; state: Spread }) => (
  <div class="fields">
    {MEASURED.map((field) => {
      const term = state.shown.get(field)
      const value =
        term?.kind === 'amount' ? term.ranges.map((range) => printRange(field, range)).join(',') : ''
      return (
        <label class="field">
          <span>{viewer.text.bar.names[field]}</span>
          <input
            type="text"
            name={`a.${field}`}
            value={value}
            placeholder={AMOUNT_EXAMPLES[field]}
            maxlength={64}
            autocomplete="off"
          />
        </label>
      )
    })}
  </div>
)

const Features = ({ viewer, state }: { viewer: Viewer; state: Spread }) => (
  <fieldset class="facet facet-has">
    <legend>{viewer.text.bar.names.has}</legend>
    {FEATURES.map((feature) => (
      <label class="tick">
        <input type="checkbox" name="has" value={feature} checked={state.shown.has(featurePart(feature))} />
        <span class="tick-name">{viewer.text.bar.features[feature]}</span>
      </label>
    ))}
  </fieldset>
)

/** The same conditions as boxes to tick and amounts to fill in; what has no box goes along unseen. */
export const FilterPanel = ({
  viewer,
  parsed,
  values,
}: {
  viewer: Viewer
  parsed: Parsed
  values: Values | null
}) => {
  const { bar, filter } = viewer.text
  const state = spread(parsed.terms)
  return (
    <form method="get" action="/#filter" class="filter-panel">
      <Kept viewer={viewer} names={KEPT} />
      <input type="hidden" name="form" value="filter" />
      {state.rest.length > 0 && <input type="hidden" name="rest" value={printFilter(state.rest)} />}
      <Facets viewer={viewer} values={values} state={state} />
      <Features viewer={viewer} state={state} />
      <Amounts viewer={viewer} state={state} />
      <div class="fields panel-end">
        <button class="button primary" type="submit">
          {filter.apply}
        </button>
        {values && !values.is_all && (
          <p class="hint">{bar.offered(values.traces.toLocaleString(viewer.lang))}</p>
        )}
      </div>
    </form>
  )
}
