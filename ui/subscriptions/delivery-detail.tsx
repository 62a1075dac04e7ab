import { CopyButton } from '../parts/copy-button.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { duration } from '../parts/quantity.ts'
import { escaped } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { mayManage } from '../people/person.ts'
import type { Viewer } from '../viewer.ts'
import { HOME, projectIn, type DeliveryDetail } from './load.ts'
import { AttemptEnd } from './outcome-mark.tsx'

type At = { viewer: Viewer; detail: DeliveryDetail }

/** Under which a receiver knows a delivery again. */
const HEADER = 'webhook-id'

/** JSON with its members on lines of their own; the copy is what is sent, byte for byte. */
function indented(body: string): string {
  const parsed: unknown = JSON.parse(body)
  return escaped(JSON.stringify(parsed, null, 2))
}

const Attempts = ({ viewer, detail: { attempts } }: At) => {
  const { notifications: text } = viewer.text
  if (attempts.length === 0) return <p class="hint">{text.none_yet}</p>
  return (
    <ol class="attempts" aria-label={text.attempts}>
      {attempts.map((attempt) => (
        <li value={attempt.attempt}>
          <Time viewer={viewer} at={attempt.started_at} /> <AttemptEnd attempt={attempt} />{' '}
          <span class="quiet">{duration(viewer, attempt.latency_ms)}</span>
        </li>
      ))}
    </ol>
  )
}

/** One delivery: what is sent, every attempt, and a button that sends it again. */
export const DeliveryDetailView = ({ viewer, detail }: At) => {
  const { notifications: text } = viewer.text
  const { delivery, body } = detail
  const project_id = projectIn(viewer)
  const again = viewer.keep(`${HOME}/deliveries/${delivery.id}/redeliver`, { cursor: null })
  return (
    <div class="manage delivery-detail">
      <p class="manage-id">
        {HEADER} <code>{delivery.id}</code>
        <CopyButton viewer={viewer} what={HEADER} text={delivery.id} />
      </p>
      <Attempts viewer={viewer} detail={detail} />
      <p class="hint">{text.no_answer_kept}</p>
      <div class="snippet">
        <div class="snippet-head">
          <h3>{text.body}</h3>
          <CopyButton viewer={viewer} what={text.body} text={body} />
        </div>
        <pre tabindex={0}>{indented(body)}</pre>
      </div>
      {delivery.state !== 'pending' && mayManage(viewer.person, project_id) && (
        <PostForm viewer={viewer} action={again}>
          <button class="button" type="submit">
            {text.again}
          </button>
        </PostForm>
      )}
    </div>
  )
}
