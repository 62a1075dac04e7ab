import { poll } from '../fragment.ts'
import type { Route } from '../mount.ts'
import { acting } from './act-on-case.ts'
import { bulkAct } from './bulk-act.ts'
import { CaseCounter } from './case-count.tsx'
import { CaseList } from './case-list.tsx'
import { CaseLog, CaseState } from './case-live.tsx'
import { casePage } from './case-page.tsx'
import { SETTINGS } from './links.ts'
import { casesPage } from './list-page.tsx'
import { saveSettings, settingsPage } from './settings-page.tsx'

const get = (path: string, answer: Route['answer']): Route => ({ method: 'GET', path, answer })
const post = (path: string, answer: Route['answer']): Route => ({ method: 'POST', path, answer })

/** The pages of cases, and the forms on them. */
export const caseRoutes: Route[] = [
  get('/cases', casesPage),
  get(SETTINGS, settingsPage),
  { ...post(SETTINGS, saveSettings), form_at: SETTINGS },
  get('/cases/:case_id', casePage),
  get(CaseList.path, (asked) => poll(CaseList, asked)),
  get(CaseState.path, (asked) => poll(CaseState, asked)),
  get(CaseLog.path, (asked) => poll(CaseLog, asked)),
  get(CaseCounter.path, (asked) => poll(CaseCounter, asked)),
  post('/cases/bulk', bulkAct),
  post('/cases/:case_id/ack', acting('ack')),
  post('/cases/:case_id/assign', acting('assign')),
  post('/cases/:case_id/resolve', acting('resolve')),
  post('/cases/:case_id/reopen', acting('reopen')),
  post('/cases/:case_id/comment', acting('comment')),
]
