import type { Child } from 'hono/jsx'
import type { Viewer } from '../viewer.ts'
import { JsonText } from './json-text.tsx'
import { bytes, count } from './quantity.ts'
import { escaped } from './said.tsx'

/** A value that is so short needs no folding. */
const INLINE = 600
/** Below so many levels a value is shown in one line: indenting would take more room than the value. */
const LEVELS = 8

/** Characters that a tree may still show. */
export type Budget = { left: number }

type Props = { viewer: Viewer; value: unknown; name: string | null; level: number; budget: Budget }

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null

const Key = ({ name }: { name: string | null }) =>
  name === null ? null : (
    <>
      <span class="json-key">{name}</span>
      {': '}
    </>
  )

/** Text of a value as long as the tree has room for it. */
function fitting(text: string, budget: Budget): string {
  const shown = text.slice(0, Math.max(0, budget.left))
  budget.left -= text.length
  return shown
}

function* entriesOf(value: object, budget: Budget): Generator<[name: string, value: unknown]> {
  for (const [name, inner] of Object.entries(value)) {
    if (budget.left <= 0) return
    yield [Array.isArray(value) ? name : fitting(escaped(JSON.stringify(name)), budget), inner]
  }
}

/**
 * A part of a JSON value: a short one as it is, a long one folded. A plain function, since a component is only called
 * when all around it is there, and the budget must be spent in order.
 */
export function paintJson({ viewer, value, name, level, budget }: Props): Child {
  const compact = JSON.stringify(value) ?? 'null'
  const is_small = compact.length <= INLINE
  if (is_small || !isContainer(value) || level >= LEVELS) {
    const pretty = is_small && level < LEVELS ? (JSON.stringify(value, null, 2) ?? 'null') : compact
    const json = fitting(escaped(pretty.length > 4 * INLINE ? compact : pretty), budget)
    return (
      <div class="json-leaf">
        <Key name={name} />
        <JsonText json={json} />
      </div>
    )
  }
  const number = count(viewer, Object.keys(value).length)
  const { payload: text } = viewer.text
  const size = bytes(viewer, Buffer.byteLength(compact))
  const inner: Child[] = []
  for (const [key, part] of entriesOf(value, budget))
    inner.push(paintJson({ viewer, value: part, name: key, level: level + 1, budget }))
  if (name === null) return <div class="json-inner">{inner}</div>
  return (
    <details class="json-fold">
      <summary>
        <Key name={name} />
        <span class="sub">
          {Array.isArray(value) ? text.items(number) : text.fields(number)}
          {' · '}
          {size}
        </span>
      </summary>
      <div class="json-inner">{inner}</div>
    </details>
  )
}
