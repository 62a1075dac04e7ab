import { timingSafeEqual } from 'node:crypto'
import { keyDigest } from '#shared/http/key-digest.ts'
import { remoteOf } from '#shared/http/remote.ts'
import { redirect } from '../answer.tsx'
import type { Asked } from '../fragment.ts'
import { notFound } from '../pages/problem.tsx'
import { invitationPage, setUpPage, signInPage, type Attempted } from '../pages/sign-in.tsx'
import type { Hall } from '../people/hall.ts'
import { findInvited, takeInvitation } from '../people/invite.ts'
import { noteBlocked, noteSignedIn } from '../people/note.ts'
import { passwordFault } from '../people/passwords.ts'
import { findByEmail } from '../people/read-people.ts'
import { readEmail, readName } from '../people/said-fields.ts'
import { isSetUp, setUp } from '../people/set-up.ts'
import { readCookie, setCookie } from '../sessions/cookies.ts'
import { safeNext } from '../sessions/next.ts'
import { endSession, LIFE_MS, openSession } from '../sessions/sessions.ts'
import { countAttempt, forgetAttempts } from '../sessions/throttle.ts'
import { readForm } from './read-form.ts'

/** Sends the browser on with a new session; the one that it had, if any, is over. */
export async function enter(
  { database, clock, proxies }: Hall,
  { request }: Asked,
  person_id: string,
  to: string,
): Promise<Response> {
  const { secure } = remoteOf(request, proxies)
  const before = readCookie(request, 'session', secure)
  if (before !== null) await endSession(database.sql, before)
  const user_agent = request.headers.get('user-agent')
  const token = await openSession(database.sql, { person_id, now: clock(), user_agent })
  const response = redirect(to)
  response.headers.append('set-cookie', setCookie('session', token, secure, LIFE_MS / 1000))
  return response
}

const shownNext = ({ viewer }: Asked) => safeNext(viewer.url.searchParams.get('next'))

/** `GET /sign-in`. */
export async function showSignIn(hall: Hall, asked: Asked): Promise<Response> {
  if (asked.viewer.person) return redirect(shownNext(asked))
  return (await isSetUp(hall.database.sql)) ? signInPage(asked, shownNext(asked)) : setUpPage(asked)
}

/** `POST /sign-in`: the same answer, after the same work, whether the person is unknown or the password wrong. */
export async function signIn(hall: Hall, asked: Asked): Promise<Response> {
  const form = await readForm(asked.request)
  const { sign_in: text } = asked.viewer.text
  const typed = (form.get('email') ?? '').slice(0, 1024)
  const next = safeNext(form.get('next'))
  const again = (status: number, problem: string) =>
    signInPage(asked, next, { status, problem, email: typed })
  const email = readEmail(typed)
  const attempt = { person: email ?? typed, address: remoteOf(asked.request, hall.proxies).address }
  const { refused, first } = await countAttempt(hall.cache, attempt)
  if (refused) {
    if (first) await noteBlocked(hall, email, attempt.address)
    return again(429, text.throttled)
  }
  const person = await findByEmail(hall, email ?? '')
  const right = await hall.passwords.verify(form.get('password') ?? '', person?.password_hash ?? null)
  if (!right || !person) return again(401, text.wrong)
  await forgetAttempts(hall.cache, attempt)
  await noteSignedIn(hall, person.person_id, attempt.address)
  return enter(hall, asked, person.person_id, next)
}

/** `POST /set-up`: the admin key makes the first administrator, once. */
export async function setUpHub(hall: Hall, asked: Asked): Promise<Response> {
  const { viewer, request } = asked
  if (await isSetUp(hall.database.sql)) return redirect(viewer.to('/sign-in'))
  const form = await readForm(request)
  const { sign_in: text, account } = viewer.text
  const said = { email: form.get('email') ?? '', name: form.get('name') ?? '' }
  const again = (status: number, problem: string) => setUpPage(asked, { status, problem, ...said })
  const attempt = { person: 'admin key', address: remoteOf(request, hall.proxies).address }
  const { refused } = await countAttempt(hall.cache, attempt)
  if (refused) return again(429, text.throttled)
  const digest = keyDigest(form.get('admin_key') ?? '')
  if (!timingSafeEqual(digest, keyDigest(hall.config.admin_key))) return again(401, text.wrong_key)
  const email = readEmail(said.email)
  const name = readName(said.name)
  if (email === null) return again(422, account.bad_email)
  if (name === null) return again(422, account.bad_name)
  const password = form.get('password') ?? ''
  const fault = passwordFault(password, form.get('again') ?? '')
  if (fault) return again(422, account.faults[fault])
  const person_id = await setUp(hall, { email, name, password_hash: await hall.passwords.hash(password) })
  return person_id === null
    ? redirect(viewer.to('/sign-in'))
    : enter(hall, asked, person_id, viewer.to('/projects'))
}

/** `GET /invitation/…`: looking at the link spends nothing. */
export async function showInvitation(hall: Hall, asked: Asked, attempted: Attempted = {}): Promise<Response> {
  const invited = await findInvited(hall, asked.params['token'] ?? '')
  return invited ? invitationPage(asked, invited, attempted) : notFound(asked)
}

/** `POST /invitation/…`: sets the password and signs in. */
export async function acceptInvitation(hall: Hall, asked: Asked): Promise<Response> {
  const form = await readForm(asked.request)
  const token = asked.params['token'] ?? ''
  const password = form.get('password') ?? ''
  const fault = passwordFault(password, form.get('again') ?? '')
  if (fault) {
    const problem = asked.viewer.text.account.faults[fault]
    return showInvitation(hall, asked, { status: 422, problem })
  }
  if ((await findInvited(hall, token)) === null) return notFound(asked)
  const person_id = await takeInvitation(hall, token, await hall.passwords.hash(password))
  if (person_id === null) return notFound(asked)
  return enter(hall, asked, person_id, asked.viewer.to('/projects'))
}
