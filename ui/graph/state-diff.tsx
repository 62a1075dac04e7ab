import { escaped } from '../parts/said.tsx'
import { count } from '../parts/quantity.ts'
import type { Viewer } from '../viewer.ts'
import { diffJson, type Change } from './diff-json.ts'

const MOST_SHOWN = 100
const LONGEST = 400
const LONGEST_PATH = 200

const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length)}…` : text)

const isPlainName = (step: string) => /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(step)

/** A place as people write it: `messages[2].content`. */
function placeOf(path: Change['path']): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`
    return isPlainName(step) ? `.${step}` : `[${JSON.stringify(step)}]`
  })
  return steps.join('').replace(/^\./, '')
}

const Value = ({ value }: { value: unknown }) => (
  <code dir="ltr">{cut(escaped(JSON.stringify(value) ?? 'null'), LONGEST)}</code>
)

const Row = ({ viewer, change }: { viewer: Viewer; change: Change }) => {
  const { diff: text } = viewer.text.graph
  return (
    <tr class={`is-${change.kind}`}>
      <td>{text[change.kind]}</td>
      <th scope="row">
        <code dir="ltr">{cut(escaped(placeOf(change.path)), LONGEST_PATH) || text.whole}</code>
      </th>
      <td class="diff-before">{change.kind !== 'added' && <Value value={change.before} />}</td>
      <td class="diff-after">{change.kind !== 'removed' && <Value value={change.after} />}</td>
    </tr>
  )
}

/** What a visit made of the state that it was given, place by place. */
export const StateDiff = ({ viewer, before, after }: { viewer: Viewer; before: unknown; after: unknown }) => {
  const { diff: text } = viewer.text.graph
  const changes = diffJson(before, after)
  return (
    <section class="payload">
      <h3>
        {text.title} <span class="sub">{text.hint}</span>
      </h3>
      {changes.length === 0 ? (
        <p class="quiet">{text.same}</p>
      ) : (
        <div class="diff-box" role="region" aria-label={text.title} tabindex={0}>
          <table class="diff">
            <thead>
              <tr>
                <th scope="col">
                  <span class="unseen">{text.title}</span>
                </th>
                <th scope="col">{text.path}</th>
                <th scope="col">{text.before}</th>
                <th scope="col">{text.after}</th>
              </tr>
            </thead>
            <tbody>
              {changes.slice(0, MOST_SHOWN).map((change) => (
                <Row viewer={viewer} change={change} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {changes.length > MOST_SHOWN && (
        <p class="hint">{text.more(count(viewer, changes.length - MOST_SHOWN))}</p>
      )}
    </section>
  )
}
