import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'
import { JsonView } from './json-view.tsx'
import { Payload } from './payload.tsx'
import { count } from './quantity.ts'
import { Resumptions, type Resumption } from './resumptions.tsx'
import { Said } from './said.tsx'
import { SpanBody, SpanFacts, tracePath, type WholeSpan } from './span-detail.tsx'
import { boosted } from './live.tsx'
import { State } from './state.tsx'
import type { WholeTrace } from './trace-head.tsx'
import type { Tree } from './span-row.tsx'
import { Step, Walk } from './walk.tsx'
import { TypeBadge } from './type-badge.tsx'

type Props = {
  viewer: Viewer
  path: string
  trace: WholeTrace
  /** The selected span; null when none is, `gone` when there is none with that id. */
  selected: WholeSpan | 'gone' | null
  resumptions: Resumption[]
  tree: Pick<Tree, 'next_error' | 'hits'>
}

const Close = ({ viewer, path }: { viewer: Viewer; path: string }) => (
  <span {...boosted('pane', 'trace-view')}>
    <a
      class="button small"
      href={viewer.keep(path, { span: null })}
      aria-label={viewer.text.span.close}
      data-key="Escape"
      aria-keyshortcuts="Escape"
    >
      <Icon name="close" />
    </a>
  </span>
)

type OfSpanProps = Pick<Props, 'viewer' | 'path' | 'resumptions'> & { whole: WholeSpan }

const OfSpan = ({ viewer, path, whole, resumptions }: OfSpanProps) => {
  const { span } = whole
  const page = `${tracePath(span.trace_id)}/nodes/${encodeURIComponent(span.id)}`
  return (
    <>
      <div class="pane-head">
        <TypeBadge viewer={viewer} type={span.span_type} />
        <h2>
          <Said>{span.name}</Said>
        </h2>
        <State viewer={viewer} status={span.status} />
        <span class="pane-acts">
          <a class="button small" href={viewer.to(page, { project_id: span.project_id })}>
            <Icon name="page" />
            {viewer.text.span.page}
          </a>
          <Close viewer={viewer} path={path} />
        </span>
      </div>
      <SpanFacts viewer={viewer} span={span} />
      <Resumptions viewer={viewer} items={resumptions} shown={span} />
      <SpanBody viewer={viewer} whole={whole} />
    </>
  )
}

const OfTrace = ({ viewer, trace }: { viewer: Viewer; trace: WholeTrace }) => {
  const { trace: text } = viewer.text
  return (
    <>
      <Payload viewer={viewer} id="trace-input" title={text.input} value={trace.input_text} />
      <Payload viewer={viewer} id="trace-output" title={text.output} value={trace.output_text} />
      {Object.keys(trace.attributes).length > 0 && (
        <section class="payload">
          <h3>{text.attributes}</h3>
          <JsonView viewer={viewer} value={trace.attributes} id="trace-attributes" what={text.attributes} />
        </section>
      )}
      {trace.total_spans > 0 && <p class="hint">{text.select_hint}</p>}
    </>
  )
}

const Walks = ({ viewer, path, trace, selected, tree: { next_error, hits } }: Props) => {
  const { trace: text } = viewer.text
  if (next_error === null && (hits === null || hits.total === 0)) return null
  const id = selected === null || selected === 'gone' ? null : selected.span.id
  return (
    <div class="walks" {...boosted('trace-view')}>
      {next_error !== null && (
        <span class="walk">
          {text.errors} {count(viewer, trace.error_count)}
          <Step viewer={viewer} path={path} to={next_error} name={`${text.errors}: ${text.next}`} keys="e" />
        </span>
      )}
      {hits !== null && <Walk viewer={viewer} path={path} found={hits} selected={id} />}
    </div>
  )
}

/** Beside the tree: the selected span, or else what went into the trace and came out. */
export const Pane = (props: Props) => {
  const { viewer, path, trace, selected, resumptions } = props
  return (
    <section
      class="pane"
      id="pane"
      aria-label={selected === null ? viewer.text.trace.title : viewer.text.span.title}
    >
      <Walks {...props} />
      {selected === null && <OfTrace viewer={viewer} trace={trace} />}
      {selected === 'gone' && (
        <div class="pane-head">
          <p class="quiet">{viewer.text.span.gone}</p>
          <Close viewer={viewer} path={path} />
        </div>
      )}
      {selected !== null && selected !== 'gone' && (
        <OfSpan viewer={viewer} path={path} whole={selected} resumptions={resumptions} />
      )}
    </section>
  )
}
