import type { Subscription } from '#shared/contract/subscriptions.ts'
import { PostForm } from '../parts/post-form.tsx'
import { plain } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'
import { HOME, projectIn } from './load.ts'
import { Problem, SubscriptionFields, writtenIn, type Refusal } from './subscription-fields.tsx'

type Props = { viewer: Viewer; subscription: Subscription; refused: Refusal | undefined }

/** Changes a subscription; its URL, which nobody can see whole, stays unless another one is written. */
export const ChangeForm = ({ viewer, subscription, refused }: Props) => {
  const { notifications: text } = viewer.text
  const { id, url, description, format, min_severity, events } = subscription
  const written = refused ? writtenIn(refused.form) : { url: '', description, format, min_severity, events }
  const action = viewer.to(`${HOME}/${id}/change`, { project_id: projectIn(viewer), manage: id })
  return (
    <section class="act">
      <h3>{text.change}</h3>
      <p class="hint">{text.change_means}</p>
      {refused && <Problem refused={refused} />}
      <PostForm viewer={viewer} action={action} label={text.change}>
        <SubscriptionFields viewer={viewer} written={written} placeholder={plain(url)} has_url={true} />
        <button class="button" type="submit">
          {text.change}
        </button>
      </PostForm>
    </section>
  )
}
