import type { Viewer } from '../viewer.ts'
import { hasHidden } from './definition-text.ts'

const MOST_ROWS = 40
const LEAST_ROWS = 16

type Props = {
  viewer: Viewer
  text: string
  /** Whose tests are run with the text; null for a policy that is not stored yet. */
  policy_id: string | null
  project_id: string
  may_write: boolean
}

/** With the script the text is checked whenever the writing pauses. */
const checking = ({ viewer, policy_id, project_id }: Props) => ({
  'hx-post': viewer.to('/fragments/policies/check', { project_id, policy_id }),
  'hx-target': '#findings',
  'hx-swap': 'outerMorph',
})

/** What the check button is given besides: with the script only the findings change. */
export const checkButton = (props: Props) => checking(props)

/** A policy as text, with its lines numbered; the tab key leads out of it. */
export const Editor = (props: Props) => {
  const { viewer, text, may_write } = props
  const { policies } = viewer.text
  const lines = text.split('\n').length
  const numbers = Array.from({ length: lines }, (_, at) => at + 1).join('\n')
  const live = may_write
    ? { ...checking(props), 'hx-trigger': 'input changed delay:400ms', 'hx-sync': 'this:replace' }
    : { readonly: true }
  return (
    <div class="editor">
      <label class="field-label" for="definition">
        {policies.definition}
      </label>
      <div class="code-box">
        <pre class="code-lines" aria-hidden="true">
          {numbers}
        </pre>
        <textarea
          class="code"
          id="definition"
          name="definition"
          rows={Math.min(Math.max(lines + 1, LEAST_ROWS), MOST_ROWS)}
          wrap="off"
          dir="ltr"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="none"
          aria-describedby="findings-title"
          {...live}
        >
          {/* A parser drops the first line end of a text field. */}
          {`\n${text}`}
        </textarea>
      </div>
      {hasHidden(text) && <p class="field-problem">{policies.hidden}</p>}
    </div>
  )
}
