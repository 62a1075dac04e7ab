import { idKey } from '#shared/ids.ts'
import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'
import { count } from './quantity.ts'
import type { Tree } from './span-row.tsx'

type StepProps = { viewer: Viewer; path: string; to: string; name: string; keys?: string; back?: boolean }

/** One step to another span; `keys` is the key that takes it. */
export const Step = ({ viewer, path, to, name, keys, back = false }: StepProps) => (
  <a
    class={`button small ${back ? 'is-back' : ''}`}
    href={`${viewer.keep(path, { span: to, from: null, view: null })}#pane`}
    aria-label={name}
    data-key={keys}
    data-to={to}
    aria-keyshortcuts={keys}
  >
    <Icon name="next" />
  </a>
)

type Props = { viewer: Viewer; path: string; found: NonNullable<Tree['hits']>; selected: string | null }

/** Leads from one of the spans found to the next, in a circle. */
export const Walk = ({ viewer, path, found: { total, ids }, selected }: Props) => {
  const { trace: text } = viewer.text
  const key = selected === null ? '' : idKey(selected)
  const at = ids.findIndex((id) => idKey(id) === key)
  const next = ids[(at + 1) % ids.length]
  const before = ids.at(Math.max(at, 0) - 1)
  if (next === undefined || before === undefined) return null
  const where = at < 0 ? count(viewer, total) : text.of(count(viewer, at + 1), count(viewer, total))
  return (
    <span class="walk" role="group" aria-label={text.found}>
      {text.found} {where}
      <Step viewer={viewer} path={path} to={before} name={`${text.found}: ${text.before}`} back={true} />
      <Step viewer={viewer} path={path} to={next} name={`${text.found}: ${text.next}`} keys="n" />
    </span>
  )
}
