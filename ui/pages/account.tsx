import type { Child } from 'hono/jsx'
import { html } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { Field } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { PostForm } from '../parts/post-form.tsx'
import { Said } from '../parts/said.tsx'
import { Shell } from '../parts/shell.tsx'
import { Time } from '../parts/time.tsx'
import type { Hall } from '../people/hall.ts'
import { listSessions, type ListedSession } from '../sessions/sessions.ts'
import type { Viewer } from '../viewer.ts'
import { NewPassword } from './sign-in.tsx'

const ChangePassword = ({ asked, problem }: { asked: Asked; problem?: string }) => {
  const { viewer } = asked
  const { account: text } = viewer.text
  return (
    <section class="card" aria-labelledby="password-title">
      <h2 id="password-title">{text.change}</h2>
      <p class="hint">{text.change_means}</p>
      {problem && (
        <p class="field-problem" role="alert">
          <Icon name="error" />
          {problem}
        </p>
      )}
      <PostForm viewer={viewer} action={viewer.to('/account/password')} class="fields">
        <Field label={text.current} name="current" type="password" autocomplete="current-password" />
        <NewPassword asked={asked} />
        <button class="button primary" type="submit">
          {text.change}
        </button>
      </PostForm>
    </section>
  )
}

const SessionRow = ({ viewer, session }: { viewer: Viewer; session: ListedSession }) => {
  const { account: text } = viewer.text
  const is_this = session.session_id === viewer.session_id
  return (
    <tr role="row">
      <th scope="row" role="rowheader" class="cell-name">
        <span class="agent">
          <Said>{session.user_agent || text.unknown_browser}</Said>
        </span>
        {is_this && <span class="pill pill-good">{text.this_one}</span>}
      </th>
      <td role="cell" data-label={text.since}>
        <Time viewer={viewer} at={session.created_at.toISOString()} />
      </td>
      <td role="cell" data-label={text.seen}>
        <Time viewer={viewer} at={session.last_seen_at.toISOString()} relative={true} />
      </td>
      <td role="cell" class="cell-acts">
        {!is_this && (
          <PostForm viewer={viewer} action={viewer.to(`/account/sessions/${session.session_id}/end`)}>
            <button class="button small" type="submit">
              {text.revoke}
            </button>
          </PostForm>
        )}
      </td>
    </tr>
  )
}

/** `/account`: one's own password, and where one is signed in. */
export async function showAccount(
  hall: Hall,
  asked: Asked,
  outcome: { problem?: string; status?: number; news?: Child } = {},
): Promise<Response> {
  const { viewer } = asked
  const { account: text } = viewer.text
  const sessions = await listSessions(hall, viewer.person?.person_id ?? '')
  return html(
    <Shell asked={asked} title={text.title}>
      <div class="page-head">
        <h1>{text.title}</h1>
        {viewer.person?.is_admin && <span class="pill">{text.hub_admin}</span>}
      </div>
      <p class="lead">
        <Said>{viewer.person?.name ?? ''}</Said> · <Said>{viewer.person?.email ?? ''}</Said>
      </p>
      {viewer.url.searchParams.has('changed') && <Notice kind="good" title={text.changed} />}
      <ChangePassword asked={asked} {...(outcome.problem !== undefined && { problem: outcome.problem })} />
      <section aria-labelledby="sessions-title">
        <h2 id="sessions-title">{text.sessions}</h2>
        <div class="table-box" role="region" aria-label={text.sessions} tabindex={0}>
          <table class="projects" role="table">
            <thead role="rowgroup">
              <tr role="row">
                {[text.browser, text.since, text.seen, ''].map((name) => (
                  <th scope="col" role="columnheader">
                    {name || <span class="unseen">{text.revoke}</span>}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {sessions.map((session) => (
                <SessionRow viewer={viewer} session={session} />
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </Shell>,
    outcome.status,
  )
}
