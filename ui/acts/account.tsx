import { isUuid } from '#shared/ids.ts'
import { remoteOf } from '#shared/http/remote.ts'
import { redirect } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { showAccount } from '../pages/account.tsx'
import { changePassword } from '../people/change-person.ts'
import type { Hall } from '../people/hall.ts'
import { passwordFault } from '../people/passwords.ts'
import { hashOf } from '../people/read-people.ts'
import { readCookie, setCookie } from '../sessions/cookies.ts'
import { endSession, endSessions } from '../sessions/sessions.ts'
import { countAttempt, forgetAttempts } from '../sessions/throttle.ts'
import { readForm } from './read-form.ts'
import { enter } from './sign-in.tsx'

/** `POST /sign-out`: the session ends on the server; the cookie is only taken away besides. */
export async function signOut({ database, proxies }: Hall, { request, viewer }: Asked): Promise<Response> {
  const { secure } = remoteOf(request, proxies)
  const token = readCookie(request, 'session', secure)
  if (token !== null) await endSession(database.sql, token)
  const response = redirect(viewer.to('/sign-in'))
  response.headers.append('set-cookie', setCookie('session', '', secure, 0))
  return response
}

/** `POST /account/password`: who has the browser must also know the password. */
export async function setPassword(hall: Hall, asked: Asked): Promise<Response> {
  const { viewer, request } = asked
  const { account: text, sign_in } = viewer.text
  const person_id = viewer.person?.person_id ?? ''
  const form = await readForm(request)
  const attempt = { person: person_id, address: remoteOf(request, hall.proxies).address }
  const refuse = (status: number, problem: string) => showAccount(hall, asked, { status, problem })
  if ((await countAttempt(hall.cache, attempt)).refused) return refuse(429, sign_in.throttled)
  if (!(await hall.passwords.verify(form.get('current') ?? '', await hashOf(hall, person_id))))
    return refuse(422, text.wrong_current)
  await forgetAttempts(hall.cache, attempt)
  const password = form.get('password') ?? ''
  const fault = passwordFault(password, form.get('again') ?? '')
  if (fault) return refuse(422, text.faults[fault])
  await changePassword(hall, person_id, await hall.passwords.hash(password))
  return enter(hall, asked, person_id, viewer.to('/account', { changed: 1 }))
}

/** `POST /account/sessions/…/end`: signs oneself out elsewhere; a session of somebody else is nobody's. */
export async function endOther({ database }: Hall, { viewer, params }: Asked): Promise<Response> {
  const session_id = params['session_id'] ?? ''
  if (isUuid(session_id))
    await endSessions(database.sql, viewer.person?.person_id ?? '', { only: session_id })
  return redirect(viewer.to('/account'))
}
