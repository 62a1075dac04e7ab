import { paint, type Asked } from '../fragment.ts'
import { LEDGER_HOURS, LedgerView } from '../fragments/ledger-view.tsx'
import { hoursOf, WINDOWS } from '../records/choices.tsx'
import { projectPage } from '../records/project-page.tsx'

/** `/ledger?project_id=`: what was received and what became of it. */
export const ledgerPage = (asked: Asked): Promise<Response> => {
  const { viewer } = asked
  const { ledger: text, records } = viewer.text
  return projectPage(asked, {
    title: text.title,
    lead: text.lead,
    body: async () => (
      <>
        <nav class="segments" aria-label={records.window}>
          {WINDOWS.map((hours) => (
            <a
              href={viewer.keep('/ledger', { hours: hours === LEDGER_HOURS ? null : hours, from: null })}
              aria-current={hours === hoursOf(viewer, LEDGER_HOURS) ? 'true' : undefined}
            >
              {records.windows[hours]}
            </a>
          ))}
        </nav>
        {await paint(LedgerView, asked)}
      </>
    ),
  })
}
