import type { Config } from '#shared/config.ts'
import { testApi } from '#shared/testing/api.ts'
import { testDeps } from '#shared/testing/deps.ts'
import { mintProject, type TestProject } from '#shared/testing/project.ts'
import { decide } from '../../decide/service.ts'
import { ingest } from '../../ingest/service.ts'
import { notify } from '../../notify/service.ts'
import { query } from '../../query/service.ts'
import { ui } from '../../ui/service.ts'

const BASE = 'http://localhost'

/** What a browser says of a request that one of the hub's own pages makes. */
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' }

/** The whole hub with its pages, over one database and without sockets; the API can be taken away and given back. */
export async function openUi({
  url,
  notifies = false,
  ...config
}: Partial<Pick<Config, 'env' | 'admin_key' | 'proxies'>> & {
  url?: string
  /** Whoever sends notifications takes them all: only over a database of the test's own. */
  notifies?: boolean
} = {}) {
  const deps = await testDeps(url)
  const services = [await ingest(deps), await decide(deps), await query(deps)]
  if (notifies) services.push(await notify(deps))
  const api = testApi(
    deps,
    services.flatMap(({ routes }) => routes),
  )
  let away = false
  const asked: string[] = []
  const pages = await ui(
    { ...deps, config: { ...deps.config, ...config } },
    {
      async fetch(request) {
        if (away) throw new Error('connection refused')
        const { pathname, search } = new URL(request.url)
        const response = await api.fetch(request)
        asked.push(`${response.status} ${pathname}${search}`)
        return response
      },
      base: BASE,
    },
  )

  const get = (path: string, headers: Record<string, string> = {}) =>
    pages.fetch(new Request(BASE + path, { headers }))

  /** What the forms of a browser that has seen a page bring along. */
  async function openBrowser() {
    const page = await get('/projects')
    const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? ''
    return { cookie, csrf: /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '' }
  }
  const browser = await openBrowser()

  /** Sends a form as a page of the hub does, or with other headers. */
  const submit = async (
    path: string,
    fields: Record<string, string> | [name: string, value: string][] = {},
    headers: Record<string, string> = OWN_PAGE,
  ) => {
    const { cookie, csrf } = browser
    return pages.fetch(
      new Request(BASE + path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', cookie, ...headers },
        body: new URLSearchParams([
          ['csrf', csrf],
          ...(Array.isArray(fields) ? fields : Object.entries(fields)),
        ]).toString(),
      }),
    )
  }

  /** Sends to a door and makes sure that every item was taken. */
  async function tell(project: TestProject, path: string, body: unknown): Promise<void> {
    const response = await api.request('POST', `/api/v1${path}`, { key: project.key, body })
    const answer = await response.text()
    if (!response.ok || answer.includes('"rejected":[{'))
      throw new Error(`${path} gave ${response.status}: ${answer}`)
  }

  return {
    deps,
    api,
    get,
    submit,
    tell,
    page: async (path: string) => (await get(path)).text(),
    /** What the pages have asked of the API, and what came of it. */
    asked,
    mint: (): Promise<TestProject> => mintProject(api.fetch),
    fetch: pages.fetch,
    setAway: (gone: boolean) => void (away = gone),
    async stop() {
      await pages.stop()
      for (const service of services) await service.stop()
      await deps.stop()
    },
  }
}

/** RFC 3339, some seconds from now. */
export const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString()

/** A trace with one span, as an application sends it. */
export function sample(more: { trace?: object; span?: object } = {}) {
  const trace_id = crypto.randomUUID()
  const span_id = crypto.randomUUID()
  const times = { start_time: at(-2), end_time: at(-1) }
  return {
    trace_id,
    span_id,
    body: {
      trace: { trace_id, name: 'chat-request', status: 'success', ...times, ...more.trace },
      spans: [
        {
          span_id,
          trace_id,
          name: 'answer',
          span_type: 'llm',
          status: 'success',
          ...times,
          idempotency_key: 'a',
          ...more.span,
        },
      ],
    },
  }
}

/** A page without its navigation, which counts open cases for itself. */
export const mainOf = (page: string): string => page.slice(Math.max(0, page.indexOf('<main')))

/** The values of an attribute in a page, with the common entities read. */
export const valuesOf = (html: string, attribute: string): string[] =>
  [...html.matchAll(new RegExp(` ${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    value.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'"),
  )

/** Text that tries everything a page could be tricked with. */
export const HOSTILE =
  `<script>window.hit=1</script><img src=x onerror="window.hit=1"><svg onload="window.hit=1"></svg>` +
  `[x](javascript:window.hit=1) ![i](http://elsewhere.test/x.png) "'\`\${1} \u202Eexe.txt zero\u200Bwidth ` +
  `</textarea></title></style>--> <hx-partial hx-target="body">x</hx-partial> <style>*{display:none}</style>`

/** A trace that says hostile things wherever an application can say something; also run, evaluation and event. */
export function hostile() {
  const trace_id = `h'"<script>x</script> ?a=1#b ${crypto.randomUUID().slice(0, 8)}`
  const label = HOSTILE.slice(0, 250)
  const times = { start_time: at(-9), end_time: at(-8) }
  const image = { type: 'image_url', image_url: { url: 'javascript:window.hit=1' } }
  const messages = [
    {
      role: 'constructor',
      content: HOSTILE,
      tool_calls: [{ function: { name: HOSTILE, arguments: HOSTILE } }],
    },
    { role: '<script>', name: HOSTILE, content: [image, { type: 'text', text: HOSTILE }] },
  ]
  const deep = Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], HOSTILE)
  const said = { name: label, model: label, environment: 'javascript:window.hit=1', release: label }
  const who = {
    user_id: 'javascript:window.hit=1//',
    session_id: '" onmouseover="window.hit=1',
    external_trace_id: label,
  }
  const shown = {
    isEscaped: true,
    dangerouslySetInnerHTML: { __html: '<script>window.hit=1</script>' },
    [HOSTILE]: HOSTILE,
  }
  return {
    trace_id,
    traces: {
      trace: {
        ...{ trace_id, status: 'error', ...times, ...said, ...who, tags: ['<b>tag</b>', label] },
        ...{ input_text: HOSTILE, output_text: JSON.stringify({ messages }), attributes: shown },
      },
      spans: [
        {
          ...{
            span_id: 'constructor',
            trace_id,
            name: HOSTILE,
            span_type: 'toString',
            status: 'error',
            error: HOSTILE,
          },
          ...{
            ...times,
            model: label,
            provider: label,
            input: { ...shown, deep },
            output: messages,
            attributes: shown,
          },
          idempotency_key: label.slice(0, 200),
        },
        {
          span_id: '<script>',
          trace_id,
          parent_span_id: HOSTILE.slice(0, 100),
          name: 'a'.repeat(1000),
          ...times,
          idempotency_key: 'b',
        },
      ],
    },
    run: {
      ...{ trace_id, run_id: label, graph_name: label, start_time: at(-9) },
      nodes: [
        {
          ...{
            node_id: label,
            node_name: label,
            node_type: '<b>',
            parent_node_id: label,
            ...times,
            error: HOSTILE,
          },
          ...{ input_state: { [HOSTILE]: 1 }, output_state: { messages }, idempotency_key: 'n' },
          metadata: { source_ref: { file: 'javascript:window.hit=1', line: 3, function: HOSTILE } },
        },
      ],
    },
    events: {
      events: [
        {
          trace_id,
          span_id: 'constructor',
          event_type: 'LOG',
          event_time: at(-8),
          payload: { [HOSTILE]: HOSTILE },
          idempotency_key: 'l',
        },
      ],
    },
    evaluation: {
      ...{
        trace_id,
        eval_name: label,
        eval_model: label,
        score: 1e300,
        passed: false,
        label,
        explanation: HOSTILE,
      },
      ...{ metadata: { [HOSTILE]: HOSTILE }, idempotency_key: 'e' },
    },
  }
}
