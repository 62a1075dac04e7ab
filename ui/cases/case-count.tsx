import { listCases } from '#shared/contract/cases.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { count } from '../parts/quantity.ts'
import type { Viewer } from '../viewer.ts'

const PATH = '/fragments/case-count'
const EVERY_SECONDS = 15
const MOST_SHOWN = 999

type Props = { viewer: Viewer; open?: number; etag?: string }

/**
 * How many cases of the project are open, in the navigation. A page is painted without it, so that no page waits for it;
 * the script asks at once and then now and again.
 */
export const CaseCount = ({ viewer, open = 0, etag = '' }: Props) => {
  const project_id = viewer.url.searchParams.get('project_id')
  const shown = count(viewer, Math.min(open, MOST_SHOWN)) + (open > MOST_SHOWN ? '+' : '')
  return (
    <span
      id="case-count"
      class="nav-count"
      hx-get={viewer.to(PATH, { project_id })}
      hx-trigger={etag === '' ? 'load' : `every ${EVERY_SECONDS}s`}
      hx-swap="outerHTML"
      hx-headers={JSON.stringify({ 'If-None-Match': etag })}
    >
      {open > 0 && <span title={viewer.text.cases.open_now(count(viewer, open))}>{shown}</span>}
    </span>
  )
}

/** The number alone, as a page asks for it. */
export const CaseCounter: Fragment<number> = {
  path: PATH,
  async load({ ask, viewer }: Asked) {
    const project_id = viewer.url.searchParams.get('project_id')
    const { stats } = await ask(listCases, { query: { page_size: 1 } }, project_id)
    return stats.by_status['open'] ?? 0
  },
  visible: (open) => open,
  view: (open, { viewer }, etag) => <CaseCount viewer={viewer} open={open} etag={etag} />,
}
