import type { PropsWithChildren } from 'hono/jsx'
import type { Subscription } from '#shared/contract/subscriptions.ts'
import { PostForm } from '../parts/post-form.tsx'
import { count } from '../parts/quantity.ts'
import { Time } from '../parts/time.tsx'
import type { Viewer } from '../viewer.ts'
import { ChangeForm } from './change-form.tsx'
import { HOME, projectIn } from './load.ts'
import type { Refusal } from './subscription-fields.tsx'

type At = { viewer: Viewer; subscription: Subscription }
type Verb = 'test' | 'disable' | 'enable' | 'rotate' | 'remove' | 'redeliver'

const actionOf = ({ viewer, subscription }: At, verb: Verb) =>
  viewer.to(`${HOME}/${subscription.id}/${verb}`, {
    project_id: projectIn(viewer),
    manage: verb === 'remove' ? null : subscription.id,
  })

/** An act that cannot be taken back is first a link to its question, which stands in the URL. */
const ask = ({ viewer, subscription }: At, confirm: Verb | null) =>
  `${viewer.to(HOME, { project_id: projectIn(viewer), manage: subscription.id, confirm })}#manage`

type ActProps = PropsWithChildren<At & { verb: Verb; title: string; means: string; primary?: boolean }>

const Act = ({ viewer, subscription, verb, title, means, primary = false }: ActProps) => (
  <section class="act">
    <h3>{title}</h3>
    <p class="hint">{means}</p>
    <PostForm viewer={viewer} action={actionOf({ viewer, subscription }, verb)}>
      <button class={primary ? 'button primary' : 'button'} type="submit">
        {title}
      </button>
    </PostForm>
  </section>
)

const AskedAct = ({ viewer, subscription, verb, title, means, yes }: ActProps & { yes: string }) => {
  const at = { viewer, subscription }
  const asked = viewer.url.searchParams.get('confirm') === verb
  return (
    <section class="act">
      <h3>{title}</h3>
      <p class="hint">{means}</p>
      {asked ? (
        <PostForm viewer={viewer} action={actionOf(at, verb)} class="confirm">
          <button class="button danger" type="submit">
            {yes}
          </button>
          <a class="button" href={ask(at, null)}>
            {viewer.text.cancel}
          </a>
        </PostForm>
      ) : (
        <a class="button" href={ask(at, verb)}>
          {title}
        </a>
      )}
    </section>
  )
}

const Standing = ({ viewer, subscription: { enabled, disabled_reason, failing_since } }: At) => {
  const { notifications: text } = viewer.text
  if (!enabled) return <p class="hint">{text.reasons[disabled_reason ?? ''] ?? text.states.off}</p>
  if (failing_since === null) return null
  return (
    <p class="hint">
      {text.failing_since} <Time viewer={viewer} at={failing_since} relative={true} />
    </p>
  )
}

/** Everything that can be done to one subscription. */
export const ManageSubscription = ({ refused, ...at }: At & { refused: Refusal | undefined }) => {
  const { notifications: text } = at.viewer.text
  const { enabled, from_environment, dead } = at.subscription
  return (
    <div class="manage">
      <Standing {...at} />
      {from_environment && <p class="hint">{text.fixed}</p>}
      <div class="acts">
        <Act {...at} verb="test" title={text.test} means={text.test_means} primary={true} />
        {dead > 0 && enabled && (
          <Act
            {...at}
            verb="redeliver"
            title={text.resend}
            means={text.resend_means(count(at.viewer, dead))}
          />
        )}
        {!from_environment && (
          <>
            {enabled ? (
              <Act {...at} verb="disable" title={text.disable} means={text.disable_means} />
            ) : (
              <Act {...at} verb="enable" title={text.enable} means={text.enable_means} />
            )}
            <AskedAct
              {...at}
              verb="rotate"
              title={text.rotate}
              means={text.rotate_means}
              yes={text.rotate_yes}
            />
            <AskedAct
              {...at}
              verb="remove"
              title={text.remove}
              means={text.remove_means}
              yes={text.remove_yes}
            />
          </>
        )}
      </div>
      {!from_environment && <ChangeForm {...at} refused={refused} />}
    </div>
  )
}
