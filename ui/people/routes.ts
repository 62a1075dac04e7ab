import { endOther, setPassword, signOut } from '../acts/account.tsx'
import { addToPeople, disable, enable, giveRole, invite, makeAdmin, noAdmin } from '../acts/people.tsx'
import { acceptInvitation, setUpHub, showInvitation, showSignIn, signIn } from '../acts/sign-in.tsx'
import type { Asked } from '../fragment.ts'
import type { Route } from '../mount.ts'
import { showAccount } from '../pages/account.tsx'
import { showPeople } from '../pages/people.tsx'
import { forbidden, tooBusy } from '../pages/problem.tsx'
import { orAway } from '../sessions/door.ts'
import type { Hall } from './hall.ts'
import { TooBusy } from './passwords.ts'

type Answer = (hall: Hall, asked: Asked) => Promise<Response>

/** For administrators of the hub alone. */
const admins =
  (answer: Answer): Answer =>
  async (hall, asked) =>
    asked.viewer.person?.is_admin ? answer(hall, asked) : forbidden(asked)

/** Where people sign in, manage themselves, and are managed; only where people have to sign in. */
export function peopleRoutes(hall: Hall): Route[] {
  const answering = (answer: Answer) => async (asked: Asked) => {
    try {
      return await orAway(async () => answer(hall, asked))
    } catch (error) {
      if (error instanceof TooBusy) return tooBusy(asked)
      throw error
    }
  }
  const get = (path: string, answer: Answer): Route => ({ method: 'GET', path, answer: answering(answer) })
  const post = (path: string, form_at: string, answer: Answer): Route => ({
    ...{ method: 'POST', path, form_at },
    answer: answering(answer),
  })
  const open = (route: Route): Route => ({ ...route, is_public: true })
  const person = (act: string, answer: Answer) => post(`/people/:person_id/${act}`, '/people', admins(answer))
  return [
    open(get('/sign-in', showSignIn)),
    open(post('/sign-in', '/sign-in', signIn)),
    open(post('/set-up', '/sign-in', setUpHub)),
    open(get('/invitation/:token', showInvitation)),
    open(post('/invitation/:token', '/sign-in', acceptInvitation)),
    open(post('/sign-out', '/sign-in', signOut)),
    get('/account', showAccount),
    post('/account/password', '/account', setPassword),
    post('/account/sessions/:session_id/end', '/account', endOther),
    get('/people', admins(showPeople)),
    post('/people', '/people', admins(addToPeople)),
    person('invite', invite),
    person('disable', disable),
    person('enable', enable),
    person('admin', makeAdmin),
    person('no-admin', noAdmin),
    person('role', giveRole),
  ]
}
