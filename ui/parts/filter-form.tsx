import { STATUSES } from '#shared/schema/status.ts'
import { activeFilters, FIELDS, PAGE_SIZES, pageSizeOf, RANGES, rangeOf, without } from '../traces/filter.ts'
import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'
import { plain, Said } from './said.tsx'

type Choice = { value: string; name: string }

type SelectProps = { name: string; label: string; value: string; choices: Choice[] }

const Select = ({ name, label, value, choices }: SelectProps) => (
  <label class="field">
    <span>{label}</span>
    <select name={name}>
      {choices.map((choice) => (
        <option value={choice.value} selected={choice.value === value}>
          {choice.name}
        </option>
      ))}
    </select>
  </label>
)

type InputProps = { viewer: Viewer; name: string; label: string; type?: string }

const Input = ({ viewer, name, label, type = 'text' }: InputProps) => (
  <label class="field">
    <span>{label}</span>
    <input
      type={type}
      name={name}
      value={viewer.url.searchParams.get(name) ?? ''}
      maxlength={255}
      autocomplete="off"
    />
  </label>
)

/** What the page is about besides the filters, so that the form does not lose it. */
const Kept = ({ viewer }: { viewer: Viewer }) => (
  <>
    {['project_id', 'lang', 'live', 'every'].map((name) => {
      const value = viewer.url.searchParams.get(name)
      return value ? <input type="hidden" name={name} value={value} /> : null
    })}
  </>
)

const Search = ({ viewer }: { viewer: Viewer }) => (
  <label class="field field-search">
    <span>{viewer.text.filter.search}</span>
    <input
      type="search"
      name="search"
      value={viewer.url.searchParams.get('search') ?? ''}
      maxlength={256}
      autocomplete="off"
      aria-describedby="search-scope"
    />
    <small class="hint" id="search-scope">
      {viewer.text.filter.search_hint}
    </small>
  </label>
)

const More = ({ viewer }: { viewer: Viewer }) => {
  const { filter } = viewer.text
  const params = viewer.url.searchParams
  const open = [...FIELDS, 'from', 'to'].some((name) => params.get(name))
  return (
    <details class="more-filters" open={open}>
      <summary>{filter.more}</summary>
      <div class="fields">
        {FIELDS.map((name) => (
          <Input viewer={viewer} name={name} label={filter[name]} />
        ))}
        <Input viewer={viewer} name="from" label={filter.from} type="datetime-local" />
        <Input viewer={viewer} name="to" label={filter.to} type="datetime-local" />
      </div>
    </details>
  )
}

const Chips = ({ viewer }: { viewer: Viewer }) => {
  const { filter, status, stale } = viewer.text
  const active = activeFilters(viewer)
  if (active.length === 0) return null
  const words: Record<string, string> = { ...filter.ranges, ...status, stale }
  return (
    <ul class="chips">
      {active.map(([name, value]) => (
        <li>
          <a
            class="chip"
            href={without(viewer, name)}
            aria-label={filter.remove(`${filter[name]} ${plain(value)}`)}
          >
            <span class="chip-name">{filter[name]}</span>
            {(name === 'status' || name === 'range') && Object.hasOwn(words, value) ? (
              words[value]
            ) : (
              <Said>{value}</Said>
            )}
            <Icon name="close" />
          </a>
        </li>
      ))}
      <li>
        <a class="quiet-link" href={without(viewer)}>
          {filter.clear}
        </a>
      </li>
    </ul>
  )
}

/** All filters as one form that a GET carries into the URL. */
export const FilterForm = ({ viewer }: { viewer: Viewer }) => {
  const { filter, status, stale } = viewer.text
  const statuses = [
    { value: '', name: filter.any },
    ...STATUSES.map((value) => ({ value, name: status[value] })),
    { value: 'stale', name: stale },
  ]
  const ranges = (Object.keys(RANGES) as (keyof typeof RANGES)[]).map((value) => ({
    value: value === 'all' ? '' : value,
    name: filter.ranges[value],
  }))
  const range = rangeOf(viewer)
  return (
    <section class="filter" aria-label={filter.title}>
      <form method="get" action="/" role="search">
        <Kept viewer={viewer} />
        <div class="fields">
          <Search viewer={viewer} />
          <Select
            name="status"
            label={filter.status}
            value={viewer.url.searchParams.get('status') ?? ''}
            choices={statuses}
          />
          <Select name="range" label={filter.range} value={range === 'all' ? '' : range} choices={ranges} />
          <Select
            name="page_size"
            label={filter.page_size}
            value={String(pageSizeOf(viewer))}
            choices={PAGE_SIZES.map((size) => ({ value: String(size), name: String(size) }))}
          />
          <button class="button primary" type="submit">
            <Icon name="search" />
            {filter.apply}
          </button>
        </div>
        <More viewer={viewer} />
      </form>
      <Chips viewer={viewer} />
    </section>
  )
}
