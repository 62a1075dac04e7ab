import type { Viewer } from '../viewer.ts'

/** When a version shall begin to decide; left empty it is at once. */
export const SaveFields = ({ viewer }: { viewer: Viewer }) => {
  const { policies: text } = viewer.text
  return (
    <details>
      <summary>{text.later}</summary>
      <label class="field field-when">
        <span>{text.later_field}</span>
        <input type="datetime-local" name="effective_from" step="any" aria-describedby="later-hint" />
      </label>
      <p class="hint" id="later-hint">
        {text.later_hint}
      </p>
    </details>
  )
}
