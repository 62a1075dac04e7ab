import { Icon } from '../parts/icon.tsx'
import { PostForm } from '../parts/post-form.tsx'
import type { Viewer } from '../viewer.ts'
import { HOME, projectIn } from './load.ts'
import { Problem, SubscriptionFields, writtenIn, type Refusal, type Written } from './subscription-fields.tsx'

const EXAMPLE = 'https://example.com/hooks/llm'
const FRESH: Written = { url: '', description: '', format: null, min_severity: null, events: ['case.*'] }

/** Makes a subscription. */
export const CreateForm = ({ viewer, refused }: { viewer: Viewer; refused: Refusal | undefined }) => {
  const { notifications: text } = viewer.text
  const written = refused ? writtenIn(refused.form) : FRESH
  return (
    <section class="card" aria-labelledby="create-title" id="create">
      <h2 id="create-title">{text.create}</h2>
      <p class="hint">{text.create_means}</p>
      {refused && <Problem refused={refused} />}
      <PostForm viewer={viewer} action={viewer.to(HOME, { project_id: projectIn(viewer) })}>
        <SubscriptionFields viewer={viewer} written={written} placeholder={EXAMPLE} has_url={false} />
        <button class="button primary" type="submit">
          <Icon name="plus" />
          {text.add}
        </button>
      </PostForm>
    </section>
  )
}
