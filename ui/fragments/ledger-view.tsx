import type { Output } from '#shared/contract/endpoint.ts'
import { ledger } from '#shared/contract/traces.ts'
import type { Asked, Fragment } from '../fragment.ts'
import { Icon } from '../parts/icon.tsx'
import { intervalOf, Live } from '../parts/live.tsx'
import { LiveBar } from '../parts/live-bar.tsx'
import { bytes, count } from '../parts/quantity.ts'
import { Said } from '../parts/said.tsx'
import { Time } from '../parts/time.tsx'
import { WindowNav, windowOf } from '../parts/windowed.tsx'
import { hoursOf } from '../records/choices.tsx'
import { orRefused, Refused, type Answer } from '../records/refused.tsx'
import { sampleTrace, senderOf, Snippet, type Sender } from '../records/snippet.tsx'
import type { Viewer } from '../viewer.ts'

type Ledger = Output<typeof ledger>
type Line = Ledger['items'][number]
type Figures = Omit<Line, 'hour' | 'protocol'>
type Data = { answer: Answer<Ledger>; bare: Sender | null }

const PATH = '/fragments/ledger'
const HOME = '/ledger'
const LINES = 100
const LEAST_SECONDS = 5
/** The window of the page when the URL names none. */
export const LEDGER_HOURS = 24

async function load(asked: Asked): Promise<Data> {
  const { ask, viewer } = asked
  const query = { last_hours: hoursOf(viewer, LEDGER_HOURS) }
  const answer = await orRefused(ask(ledger, { query }, viewer.url.searchParams.get('project_id')))
  return { answer, bare: answer.found?.items.length === 0 ? await senderOf(asked) : null }
}

const NONE: Figures = { requests: 0, received: 0, stored: 0, duplicate: 0, rejected: 0, raw_bytes: 0 }

const sumOf = (lines: Line[]): Figures =>
  lines.reduce(
    (sum, line) => ({
      requests: sum.requests + line.requests,
      received: sum.received + line.received,
      stored: sum.stored + line.stored,
      duplicate: sum.duplicate + line.duplicate,
      rejected: sum.rejected + line.rejected,
      raw_bytes: sum.raw_bytes + line.raw_bytes,
    }),
    NONE,
  )

/** Whether every item became one of the three, with the sum to be seen. */
const AddsUp = ({ viewer, line }: { viewer: Viewer; line: Figures }) => {
  const { ledger: text } = viewer.text
  const sum = line.stored + line.duplicate + line.rejected
  const is_right = sum === line.received
  return (
    <span
      class={`state ${is_right ? 'state-success' : 'state-error'}`}
      title={is_right ? text.adds_up : text.adds_not}
    >
      <Icon name={is_right ? 'success' : 'error'} />
      {count(viewer, sum)}
      <span class="unseen">{is_right ? text.adds_up : text.adds_not}</span>
    </span>
  )
}

const Cells = ({ viewer, line }: { viewer: Viewer; line: Figures }) => {
  const { ledger: text } = viewer.text
  const n = (value: number) => count(viewer, value)
  return (
    <>
      <td role="cell" class="number" data-label={text.requests}>
        {n(line.requests)}
      </td>
      <td role="cell" class="number" data-label={text.received}>
        <strong>{n(line.received)}</strong>
      </td>
      <td role="cell" class="number" data-label={text.stored}>
        {n(line.stored)}
      </td>
      <td role="cell" class="number" data-label={text.duplicate}>
        {n(line.duplicate)}
      </td>
      <td role="cell" class={line.rejected > 0 ? 'number failed-spans' : 'number'} data-label={text.rejected}>
        {n(line.rejected)}
      </td>
      <td role="cell" class="number" data-label={text.sum}>
        <AddsUp viewer={viewer} line={line} />
      </td>
      <td role="cell" class="number" data-label={text.bytes}>
        {bytes(viewer, line.raw_bytes)}
      </td>
    </>
  )
}

const Head = ({ viewer }: { viewer: Viewer }) => {
  const { ledger: text } = viewer.text
  const figures: [name: string, sign: string, title?: string][] = [
    [text.requests, ''],
    [text.received, ''],
    [text.stored, '= '],
    [text.duplicate, '+ ', text.duplicate_means],
    [text.rejected, '+ ', text.rejected_means],
    [text.sum, ''],
    [text.bytes, ''],
  ]
  return (
    <thead role="rowgroup">
      <tr role="row">
        <th scope="col" role="columnheader">
          {text.hour}
        </th>
        <th scope="col" role="columnheader">
          {text.protocol}
        </th>
        {figures.map(([name, sign, title]) => (
          <th scope="col" role="columnheader" class="number" title={title}>
            {sign}
            {name}
          </th>
        ))}
      </tr>
    </thead>
  )
}

const Lines = ({ viewer, lines }: { viewer: Viewer; lines: Line[] }) => {
  const { ledger: text } = viewer.text
  const window = windowOf(viewer, lines, LINES)
  return (
    <>
      <div class="table-box" role="region" aria-label={text.title} tabindex={0}>
        <table class="projects records ledger" role="table">
          <Head viewer={viewer} />
          <tbody role="rowgroup">
            <tr role="row" class="ledger-total">
              <th scope="row" role="rowheader" colspan={2}>
                {text.total}
              </th>
              <Cells viewer={viewer} line={sumOf(lines)} />
            </tr>
            {window.items.map((line) => (
              <tr role="row">
                <td role="cell" data-label={text.hour}>
                  <Time viewer={viewer} at={line.hour} />
                </td>
                <td role="cell" data-label={text.protocol}>
                  <Said>{line.protocol}</Said>
                </td>
                <Cells viewer={viewer} line={line} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="hint">
        {text.duplicate}: {text.duplicate_means}. {text.rejected}: {text.rejected_means}.
      </p>
      <WindowNav viewer={viewer} path={HOME} window={window} />
    </>
  )
}

const Content = ({ asked, data: { answer, bare } }: { asked: Asked; data: Data }) => {
  const { viewer } = asked
  const { ledger: text } = viewer.text
  if (answer.found === null) {
    return <Refused viewer={viewer} message={answer.refused} clear={viewer.keep(HOME, { hours: null })} />
  }
  if (!bare) return <Lines viewer={viewer} lines={answer.found.items} />
  return (
    <section class="empty empty-records">
      <h2>{text.empty_title}</h2>
      <p>{text.empty}</p>
      <Snippet asked={asked} sender={bare} path="/api/v1/ingest/traces" body={sampleTrace(asked, {})} />
    </section>
  )
}

/** What became of everything that a project sent, hour by hour. */
export const LedgerView: Fragment<Data> = {
  path: PATH,
  load,
  visible: (data) => data,
  view: (data, asked, etag) => {
    const every = intervalOf(asked.viewer)
    return (
      <Live
        id="ledger"
        path={PATH}
        viewer={asked.viewer}
        etag={etag}
        every={every && Math.max(every, LEAST_SECONDS)}
      >
        <LiveBar viewer={asked.viewer} path={HOME} />
        <Content asked={asked} data={data} />
      </Live>
    )
  },
}
