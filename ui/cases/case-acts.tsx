import type { Case } from '#shared/contract/cases.ts'
import { CASE_OUTCOMES } from '#shared/schema/case-words.ts'
import { Icon } from '../parts/icon.tsx'
import { PostForm } from '../parts/post-form.tsx'
import type { Viewer } from '../viewer.ts'
import { casePath } from './links.ts'

/** What somebody had written when it was refused, so that it is not lost. */
export type Written = { comment: string; assignee: string | null; outcome: string }

export const NOTHING_WRITTEN: Written = { comment: '', assignee: null, outcome: '' }

type Props = { viewer: Viewer; found: Case; written: Written }

const Hidden = ({ found: { version } }: { found: Case }) => (
  <input type="hidden" name="version" value={String(version)} />
)

const Comment = ({ viewer, text }: { viewer: Viewer; text: string }) => (
  <label class="field">
    <span>{viewer.text.cases.comment}</span>
    <textarea name="comment" rows={2} maxlength={10_000}>
      {text}
    </textarea>
  </label>
)

const Assignee = ({ viewer, found, written }: Props) => (
  <label class="field">
    <span>{viewer.text.cases.assignee}</span>
    <input
      name="assignee"
      value={written.assignee ?? found.assignee ?? ''}
      maxlength={128}
      placeholder={viewer.text.cases.assignee_hint}
      autocomplete="off"
      spellcheck={false}
    />
  </label>
)

const Resolve = (props: Props) => {
  const { viewer, found, written } = props
  const { cases: text } = viewer.text
  return (
    <PostForm viewer={viewer} action={to(props, 'resolve')} class="case-form">
      <Hidden found={found} />
      <fieldset class="outcomes">
        <legend>{text.choose_outcome}</legend>
        {CASE_OUTCOMES.map((outcome, at) => (
          <label class="outcome">
            <input
              type="radio"
              name="outcome"
              value={outcome}
              required={true}
              checked={outcome === written.outcome}
              {...(at === 0 && { 'data-key': 'r', 'aria-keyshortcuts': 'r' })}
            />
            <span>
              <strong>{text.outcomes[outcome]}</strong>
              <span class="quiet">{text.outcome_hints[outcome]}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Comment viewer={viewer} text={written.comment} />
      <button class={`button ${found.status === 'acknowledged' ? 'primary' : ''}`}>
        <Icon name="success" />
        {text.resolve}
      </button>
    </PostForm>
  )
}

const to = ({ viewer, found }: Props, act: string): string =>
  viewer.to(`${casePath(found.id)}/${act}`, { project_id: found.project_id })

const Owner = (props: Props) => {
  const { viewer, found } = props
  const { cases: text } = viewer.text
  return (
    <PostForm viewer={viewer} action={to(props, 'assign')} class="case-form">
      <Hidden found={found} />
      <Assignee {...props} />
      <div class="buttons">
        {found.status === 'open' && (
          <button class="button primary" formaction={to(props, 'ack')} data-key="a" aria-keyshortcuts="a">
            <Icon name="running" />
            {text.ack}
          </button>
        )}
        <button class="button">{text.assign}</button>
      </div>
    </PostForm>
  )
}

const Reopen = (props: Props) => {
  const { viewer, found, written } = props
  const { cases: text } = viewer.text
  return (
    <PostForm viewer={viewer} action={to(props, 'reopen')} class="case-form">
      <Hidden found={found} />
      <Comment viewer={viewer} text={written.comment} />
      <div class="buttons">
        <button class="button">{text.reopen}</button>
        <button class="button" formaction={to(props, 'comment')}>
          {text.add_comment}
        </button>
      </div>
      <p class="hint">{text.reopen_means}</p>
    </PostForm>
  )
}

const CommentForm = (props: Props) => (
  <PostForm viewer={props.viewer} action={to(props, 'comment')} class="case-form">
    <Hidden found={props.found} />
    <Comment viewer={props.viewer} text="" />
    <button class="button">{props.viewer.text.cases.add_comment}</button>
  </PostForm>
)

/** What can be done to a case in its status. */
export const CaseActs = (props: Props) => (
  <section class="case-acts" aria-labelledby="acts-title">
    <h2 id="acts-title">{props.viewer.text.cases.acts}</h2>
    {props.found.status === 'resolved' ? (
      <Reopen {...props} />
    ) : (
      <>
        <Owner {...props} />
        <Resolve {...props} />
        <CommentForm {...props} />
      </>
    )}
  </section>
)
