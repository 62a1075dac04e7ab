import { roleIn } from '../people/person.ts'
import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'
import { PostForm } from './post-form.tsx'
import type { WholeTrace } from './trace-head.tsx'

type Props = { viewer: Viewer; path: string; trace: Pick<WholeTrace, 'project_id' | 'user_review_passed'> }

/** Says what a person thinks of a trace, or changes it; who may only look sees nothing of it. */
export const ReviewForm = ({ viewer, path, trace: { project_id, user_review_passed: passed } }: Props) => {
  const role = roleIn(viewer.person, project_id)
  if (role === null || role === 'viewer') return null
  const { evaluation: text, trace } = viewer.text
  const choices = [
    { value: 'yes', name: trace.passed, icon: 'success', is_said: passed === true },
    { value: 'no', name: trace.failed, icon: 'error', is_said: passed === false },
  ] as const
  return (
    <PostForm viewer={viewer} action={viewer.to(`${path}/review`, { project_id })} class="review">
      <h2 id="review">{text.review}</h2>
      <p class="hint">
        {passed === null ? text.review_none : text.review_is(passed ? trace.passed : trace.failed)}
      </p>
      <input type="hidden" name="nonce" value={crypto.randomUUID()} />
      <label class="field">
        <span>{text.note}</span>
        <textarea name="note" rows={2} maxlength={10_000}></textarea>
      </label>
      <div class="review-acts">
        {choices.map(({ value, name, icon, is_said }) => (
          <button class="button" name="passed" value={value} aria-pressed={is_said ? 'true' : 'false'}>
            <Icon name={icon} />
            {text.review_as(name)}
          </button>
        ))}
      </div>
    </PostForm>
  )
}
