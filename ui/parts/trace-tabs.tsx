import type { Viewer } from '../viewer.ts'
import { boosted } from './live.tsx'
import { count } from './quantity.ts'

/** The ways to look at one trace, as the URL names them; the first needs no name. */
export const TRACE_VIEWS = ['spans', 'graph', 'timeline', 'evaluations'] as const

export type TraceViewName = (typeof TRACE_VIEWS)[number]

/** The keys that lead to the views. */
const KEYS: Partial<Record<TraceViewName, string>> = { spans: 's', graph: 'g', timeline: 't' }

type Props = {
  viewer: Viewer
  path: string
  spans: number
  /** Null where they were not counted. */
  evaluations: number | null
  shown: TraceViewName
}

/** Leads from one view of a trace to the others. */
export const TraceTabs = ({ viewer, path, spans, evaluations, shown }: Props) => {
  const { trace: text } = viewer.text
  const names: Record<TraceViewName, string> = {
    spans: `${text.view_spans} ${count(viewer, spans)}`,
    graph: viewer.text.graph.tab,
    timeline: text.view_timeline,
    evaluations: [text.view_evaluations, evaluations === null ? null : count(viewer, evaluations)]
      .filter((part) => part !== null)
      .join(' '),
  }
  return (
    <nav class="tabs" aria-label={text.views} {...boosted('trace-view')}>
      {TRACE_VIEWS.map((view) => (
        <a
          href={viewer.keep(path, { view: view === 'spans' ? null : view, from: null })}
          aria-current={view === shown ? 'page' : undefined}
          data-key={KEYS[view]}
          aria-keyshortcuts={KEYS[view]}
        >
          {names[view]}
        </a>
      ))}
    </nav>
  )
}
