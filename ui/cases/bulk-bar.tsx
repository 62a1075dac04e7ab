import { CASE_OUTCOMES } from '#shared/schema/case-words.ts'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { count } from '../parts/quantity.ts'
import { given } from '../records/choices.tsx'
import type { Viewer } from '../viewer.ts'
import { BULK_FORM } from './case-table.tsx'

/** What can be done to many cases at once. */
export const BULK_ACTS = ['ack', 'resolve', 'assign'] as const

/** What came of it, as the address carries it back: `resolve.12.1`. */
export const BulkDone = ({ viewer }: { viewer: Viewer }) => {
  const { bulk: text } = viewer.text.cases
  const [, name, ok = '', not = ''] = /^(\w+)\.(\d{1,3})\.(\d{1,3})$/.exec(given(viewer, 'acted') ?? '') ?? []
  const act = BULK_ACTS.find((one) => one === name)
  if (!act) return null
  const [done, refused] = [Number(ok), Number(not)]
  const shown = (n: number) => count(viewer, n)
  if (done + refused === 0) return <Notice kind="warn" title={text.none} />
  return (
    <Notice kind={refused > 0 ? 'warn' : 'good'} title={text.done[act](shown(done))}>
      {refused > 0 && <p>{text.refused(shown(refused))}</p>}
    </Notice>
  )
}

/** Acts on the cases that are selected in the list below. */
export const BulkBar = ({ viewer }: { viewer: Viewer }) => {
  const { cases: text } = viewer.text
  const project_id = viewer.url.searchParams.get('project_id')
  return (
    <PostForm
      viewer={viewer}
      id={BULK_FORM}
      action={viewer.to('/cases/bulk', { project_id })}
      class="fields bulk-bar"
      label={text.bulk.title}
    >
      <input type="hidden" name="back" value={viewer.url.search} />
      <p class="hint">{text.bulk.hint}</p>
      <button class="button" name="action" value="ack" data-key="a" aria-keyshortcuts="a">
        <Icon name="running" />
        {text.ack}
      </button>
      <label class="field">
        <span>{text.choose_outcome}</span>
        <select name="outcome" data-key="r" aria-keyshortcuts="r">
          <option value="">{text.unlabelled}</option>
          {CASE_OUTCOMES.map((outcome) => (
            <option value={outcome}>{text.outcomes[outcome]}</option>
          ))}
        </select>
      </label>
      <button class="button" name="action" value="resolve">
        <Icon name="success" />
        {text.resolve}
      </button>
      <label class="field">
        <span>{text.assignee}</span>
        <input name="assignee" maxlength={128} autocomplete="off" spellcheck={false} />
      </label>
      <button class="button" name="action" value="assign">
        {text.assign}
      </button>
    </PostForm>
  )
}
