import type { Viewer } from '../viewer.ts'
import { PostForm } from './post-form.tsx'
import { Said } from './said.tsx'

/** Who has signed in, and what is theirs to open; where nobody signs in there is none. */
export const AccountMenu = ({ viewer }: { viewer: Viewer }) => {
  const { person, session_id, text, to } = viewer
  if (!person || session_id === null) return null
  return (
    <details class="account">
      <summary aria-label={`${text.account.menu}: ${person.name}`}>
        <Said>{person.name}</Said>
      </summary>
      <div class="account-menu">
        <a href={to('/account')}>{text.account.title}</a>
        {person.is_admin && <a href={to('/people')}>{text.people.title}</a>}
        {person.is_admin && <a href={to('/audit')}>{text.audit.title}</a>}
        <PostForm viewer={viewer} action={to('/sign-out')}>
          <button class="button small" type="submit">
            {text.account.sign_out}
          </button>
        </PostForm>
      </div>
    </details>
  )
}
