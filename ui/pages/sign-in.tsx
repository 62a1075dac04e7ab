import type { Child } from 'hono/jsx'
import { html } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { plain } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'

/** What an attempt leaves on the page that follows it: why it failed, and what was typed but for secrets. */
export type Attempted = { status?: number; problem?: string; email?: string; name?: string }

type Props = { asked: Asked; title: string; lead?: string; attempted: Attempted; children: Child }

const Card = ({ asked, title, lead, attempted, children }: Props) => (
  <Shell asked={asked} title={title}>
    <section class="card sign-in">
      <h1>{title}</h1>
      {lead && <p class="quiet">{lead}</p>}
      {attempted.problem && (
        <p class="field-problem" role="alert">
          <Icon name="error" />
          {attempted.problem}
        </p>
      )}
      {children}
    </section>
  </Shell>
)

/** Two fields for a new password. */
export const NewPassword = ({ asked: { viewer } }: { asked: Asked }) => {
  const { account } = viewer.text
  return (
    <>
      <Field
        label={account.fresh}
        name="password"
        type="password"
        hint={account.rules}
        autocomplete="new-password"
      />
      <Field label={account.again} name="again" type="password" autocomplete="new-password" />
    </>
  )
}

/** `/sign-in` for those who have a password. */
export function signInPage(asked: Asked, next: string, attempted: Attempted = {}): Response {
  const { viewer } = asked
  const { sign_in: text, account } = viewer.text
  return html(
    <Card asked={asked} title={text.title} attempted={attempted}>
      <PostForm viewer={viewer} action={viewer.to('/sign-in')} class="stack">
        <input type="hidden" name="next" value={next} />
        <Field
          label={account.email}
          name="email"
          type="email"
          value={attempted.email ?? ''}
          autocomplete="username"
        />
        <Field label={account.password} name="password" type="password" autocomplete="current-password" />
        <button class="button primary" type="submit">
          {text.submit}
        </button>
      </PostForm>
      <p class="hint">{text.lost}</p>
    </Card>,
    attempted.status,
  )
}

/** `/sign-in` of a hub that nobody can sign in to yet. */
export function setUpPage(asked: Asked, attempted: Attempted = {}): Response {
  const { viewer } = asked
  const { sign_in: text, account } = viewer.text
  return html(
    <Card asked={asked} title={text.set_up} lead={text.set_up_means} attempted={attempted}>
      <PostForm viewer={viewer} action={viewer.to('/set-up')} class="stack">
        <Field label={text.admin_key} name="admin_key" type="password" hint={text.admin_key_hint} />
        <Field
          label={account.name}
          name="name"
          value={attempted.name ?? ''}
          autocomplete="name"
          maxlength={255}
        />
        <Field
          label={account.email}
          name="email"
          type="email"
          value={attempted.email ?? ''}
          autocomplete="username"
        />
        <NewPassword asked={asked} />
        <button class="button primary" type="submit">
          {text.create}
        </button>
      </PostForm>
    </Card>,
    attempted.status,
  )
}

/** `/invitation/…`: where an invited person sets a password. */
export function invitationPage(
  asked: Asked,
  invited: { name: string; email: string },
  attempted: Attempted = {},
): Response {
  const { viewer } = asked
  const { sign_in: text, account } = viewer.text
  const action = viewer.to(`/invitation/${asked.params['token'] ?? ''}`)
  return html(
    <Card
      asked={asked}
      title={text.invitation}
      lead={text.invited(plain(invited.name))}
      attempted={attempted}
    >
      <PostForm viewer={viewer} action={action} class="stack">
        <Field
          label={account.email}
          name="email"
          type="email"
          value={invited.email}
          autocomplete="username"
        />
        <NewPassword asked={asked} />
        <button class="button primary" type="submit">
          {text.take}
        </button>
      </PostForm>
    </Card>,
    attempted.status,
  )
}
