import type { Asked } from '../fragment.ts'
import { mayManage } from '../people/person.ts'
import { CopyButton } from './copy-button.tsx'
import { SNIPPETS } from './first-snippets.ts'
import { Icon } from './icon.tsx'
import { Notice } from './notice.tsx'
import type { Project } from '../projects/default-project.ts'

type Props = { asked: Asked; project: Project; is_default: boolean }

/** A whole trace as one command; its id is new each time, so that it can be sent again from another page. */
function curlOf({ viewer, site }: Asked, key: string): string {
  const trace_id = crypto.randomUUID()
  const at = (ms: number) => new Date(viewer.now + ms).toISOString()
  const { question, answer } = viewer.text.empty
  const times = { start_time: at(-1200), end_time: at(0) }
  const body = {
    trace: {
      trace_id,
      name: 'hello',
      status: 'success',
      ...times,
      input_text: question,
      output_text: answer,
    },
    spans: [
      {
        span_id: crypto.randomUUID(),
        trace_id,
        name: 'answer',
        span_type: 'llm',
        status: 'success',
        ...times,
        model: 'gpt-4.1-mini',
        input_tokens: 21,
        output_tokens: 9,
        input: { messages: [{ role: 'user', content: question }] },
        output: { role: 'assistant', content: answer },
        idempotency_key: 'answer-1',
      },
    ],
  }
  return [
    `curl -X POST ${site.api(viewer.url.hostname)}/api/v1/ingest/traces \\`,
    `  -H 'x-api-key: ${key}' -H 'content-type: application/json' \\`,
    `  -d '${JSON.stringify(body, null, 2)}'`,
  ].join('\n')
}

type ByCodeProps = { asked: Asked; api_key: string }

/** The same by each client of ours. */
const ByCode = ({ asked: { viewer, site }, api_key }: ByCodeProps) => {
  const { question, answer } = viewer.text.empty
  const said = { api: site.api(viewer.url.hostname), key: api_key, question, answer }
  return (
    <>
      {SNIPPETS.map(({ id, title, install, code }) => (
        <div class="snippet">
          <div class="snippet-head">
            <h3>{title}</h3>
            <CopyButton viewer={viewer} what={title} from={`first-${id}`} />
          </div>
          <pre id={`first-${id}`} tabindex={0}>
            {code(said)}
          </pre>
          <p class="hint">
            {viewer.text.empty.install} <code>{install}</code>
          </p>
        </div>
      ))}
    </>
  )
}

/** What stands where the list will be: how to send the first trace. */
export const FirstTrace = ({ asked, project, is_default }: Props) => {
  const { viewer, site } = asked
  const { text } = viewer
  const manages = mayManage(viewer.person, project.id)
  const key = is_default ? site.dev_key : null
  const get_key = viewer.to('/projects', { manage: project.id })
  return (
    <section class="empty first-trace">
      <h2>{text.empty.title}</h2>
      <p>{text.empty.text}</p>
      {!project.key_activated && (
        <Notice kind="warn" title={text.project.needs_rotation}>
          <p>{text.empty.needs_key}</p>
          {manages && (
            <a class="button" href={`${get_key}#manage`}>
              <Icon name="key" />
              {text.empty.get_key}
            </a>
          )}
        </Notice>
      )}
      <div class="snippet">
        <div class="snippet-head">
          <h3>{text.empty.run}</h3>
          <CopyButton viewer={viewer} what="curl" from="first-curl" />
        </div>
        <pre id="first-curl" tabindex={0}>
          {curlOf(asked, key ?? text.empty.your_key)}
        </pre>
        <p class="hint">
          {key === null ? text.empty.use_key : text.empty.dev_key}{' '}
          {key === null && manages && <a href={`${get_key}#manage`}>{text.empty.get_key}</a>}
        </p>
      </div>
      <ByCode asked={asked} api_key={key ?? text.empty.your_key} />
      <p class="waiting">
        <span class="pulse" aria-hidden="true" />
        {text.empty.waiting}
      </p>
    </section>
  )
}
