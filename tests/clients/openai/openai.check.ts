import { afterAll, expect, test } from 'bun:test'
import OpenAI from 'openai'
import { wrapOpenAI } from '../../../sdk/typescript/src/openai/index.ts'
import { openClients } from '../../sdk/open-client.ts'

const hub = await openClients()
afterAll(hub.stop)

const USAGE = {
  ...{ prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 },
  ...{ prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 2 } },
}
const MESSAGE = { role: 'assistant', content: 'hello there' }
const whole = (message: object = MESSAGE) => ({
  ...{ id: 'c1', object: 'chat.completion', created: 1, model: 'gpt-4.1-mini-2025-04-14', usage: USAGE },
  choices: [{ index: 0, finish_reason: 'stop', message }],
})
const chunk = (delta: object, finish_reason: string | null = null) => ({
  ...{ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'gpt-4.1-mini-2025-04-14' },
  choices: [{ index: 0, delta, finish_reason }],
})

const asked: Record<string, unknown>[] = []

function stream(parts: object[]): Response {
  const text = [...parts.map((part) => JSON.stringify(part)), '[DONE]']
    .map((data) => `data: ${data}\n\n`)
    .join('')
  return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
}

/** A provider on a real socket; what it says depends on the model that is asked for. */
const provider = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const path = new URL(request.url).pathname
    const body = (await request.json()) as Record<string, unknown>
    asked.push(body)
    if (body['model'] === 'broken')
      return Response.json({ error: { message: 'no such model' } }, { status: 404 })
    if (path.endsWith('/embeddings')) {
      return Response.json({
        object: 'list',
        model: 'e',
        data: [{ index: 0, embedding: Buffer.from(new Float32Array([0.1, 0.2]).buffer).toString('base64') }],
        usage: { prompt_tokens: 3, total_tokens: 3 },
      })
    }
    if (path.endsWith('/responses')) {
      const output = [
        { type: 'message', id: 'm', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] },
      ]
      const response = {
        id: 'r',
        object: 'response',
        model: 'gpt-5',
        output,
        usage: { input_tokens: 7, output_tokens: 3, output_tokens_details: { reasoning_tokens: 1 } },
      }
      return body['stream']
        ? stream([
            { type: 'response.output_text.delta', delta: 'hi' },
            { type: 'response.completed', response },
          ])
        : Response.json(response)
    }
    if (!body['stream']) {
      const calls = [{ id: 't1', type: 'function', function: { name: 'lookup', arguments: '{"id":7}' } }]
      return Response.json(
        whole(body['tools'] ? { role: 'assistant', content: null, tool_calls: calls } : MESSAGE),
      )
    }
    const wants_usage = (body['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage
    const tools = [
      chunk({
        tool_calls: [{ index: 0, id: 't1', type: 'function', function: { name: 'lookup', arguments: '' } }],
      }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"id"' } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: ':7}' } }] }, 'tool_calls'),
    ]
    const texts = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'hello ' }),
      chunk({ content: 'there' }),
      chunk({}, 'stop'),
    ]
    return stream([
      ...(body['tools'] ? tools : texts),
      ...(wants_usage ? [{ ...chunk({}), choices: [], usage: USAGE }] : []),
    ])
  },
})
afterAll(() => provider.stop(true))

const messages = [{ role: 'user' as const, content: 'hi' }]
const tools = [{ type: 'function' as const, function: { name: 'lookup', parameters: { type: 'object' } } }]

async function open(options = {}) {
  const { project, client } = await hub.open()
  const plain = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${provider.port}/v1`, maxRetries: 0 })
  const openai = wrapOpenAI(client, plain, options)
  /** Runs inside a trace, and gives what was told of it. */
  const told = async (run: () => Promise<unknown>) => {
    let traceId = ''
    await client.trace('app', async (trace) => {
      ;({ traceId } = trace)
      await run()
    })
    await client.flush()
    expect(client.stats()).toMatchObject({ faults: 0, dropped: 0, rejected: 0 })
    const answer = await hub.traceOf(project, traceId)
    return { ...answer, llm: answer.spans.find(({ span_type }) => span_type !== 'root') }
  }
  return { project, client, openai, plain, told }
}

test('W-63: a chat completion is a span with messages, settings and tokens; the answer is unchanged', async () => {
  const { openai, told } = await open()
  const { llm, trace } = await told(async () => {
    const answer = await openai.chat.completions.create({ model: 'gpt-4.1-mini', temperature: 0.2, messages })
    expect(answer.choices[0]?.message.content).toBe('hello there')
  })
  expect(llm).toMatchObject({
    ...{
      name: 'chat.completions.create',
      span_type: 'llm',
      model: 'gpt-4.1-mini-2025-04-14',
      provider: 'openai',
    },
    ...{ input: messages, output: MESSAGE, attributes: { temperature: 0.2 } },
    ...{ input_tokens: 12, output_tokens: 5, cache_read_tokens: 4, reasoning_tokens: 2, status: 'success' },
  })
  expect(trace).toMatchObject({ input_tokens: 12, output_tokens: 5, has_open_spans: false })
})

test('a stream passes by unchanged; its parts add up to the answer, with the time to the first', async () => {
  const { openai, told } = await open()
  const { llm } = await told(async () => {
    const parts = await openai.chat.completions.create({ model: 'gpt-4.1-mini', stream: true, messages })
    let text = ''
    let count = 0
    for await (const part of parts) {
      count++
      text += part.choices[0]?.delta.content ?? ''
    }
    expect([text, count]).toEqual(['hello there', 4])
  })
  expect(asked.at(-1)).not.toHaveProperty('stream_options')
  expect(llm).toMatchObject({
    output: { role: 'assistant', content: 'hello there' },
    status: 'success',
    input_tokens: null,
  })
  expect(llm?.attributes['time_to_first_token_ms']).toBeNumber()
})

test('tokens of a stream are asked for when the client may, and the app does not see their chunk', async () => {
  const { openai, told } = await open({ streamUsage: true })
  const { llm } = await told(async () => {
    for await (const part of await openai.chat.completions.create({ model: 'm', stream: true, messages })) {
      expect(part.choices).toHaveLength(1)
    }
  })
  expect(llm).toMatchObject({ input_tokens: 12, output_tokens: 5 })
})

test('an app that asked for the tokens of a stream gets its chunk', async () => {
  const { openai, told } = await open()
  const { llm } = await told(async () => {
    const options = { stream_options: { include_usage: true } }
    const usages = []
    for await (const part of await openai.chat.completions.create({
      model: 'm',
      stream: true,
      messages,
      ...options,
    })) {
      if (part.usage) usages.push(part.usage)
    }
    expect(usages).toHaveLength(1)
  })
  expect(llm).toMatchObject({ input_tokens: 12 })
})

test('tool calls are told, whole and in a stream', async () => {
  const { openai, told } = await open()
  const calls = [{ id: 't1', type: 'function', function: { name: 'lookup', arguments: '{"id":7}' } }]
  const { spans } = await told(async () => {
    await openai.chat.completions.create({ model: 'm', messages, tools })
    for await (const _ of await openai.chat.completions.create({
      model: 'm',
      stream: true,
      messages,
      tools,
    }));
  })
  const outputs = spans.filter(({ span_type }) => span_type === 'llm').map(({ output }) => output)
  expect(outputs).toMatchObject([{ tool_calls: calls }, { tool_calls: calls }])
})

test('a stream that the app leaves is cancelled, with what had come', async () => {
  const { openai, told } = await open()
  const { llm } = await told(async () => {
    for await (const part of await openai.chat.completions.create({ model: 'm', stream: true, messages })) {
      if (part.choices[0]?.delta.content === 'hello ') break
    }
  })
  expect(llm).toMatchObject({ status: 'cancelled', output: { content: 'hello ' } })
})

test('an error is the very same, and told', async () => {
  const { openai, told } = await open()
  const { llm, trace } = await told(async () => {
    const error: unknown = await openai.chat.completions
      .create({ model: 'broken', messages })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
  })
  expect(llm?.status).toBe('error')
  expect(llm?.error).toContain('no such model')
  expect(trace.status).toBe('success')
})

test('what the promise has beside a promise works: withResponse, asResponse, tee', async () => {
  const { openai, told } = await open()
  const { spans } = await told(async () => {
    const { data, response } = await openai.chat.completions.create({ model: 'm', messages }).withResponse()
    expect([data.choices.length, response.status]).toEqual([1, 200])
    expect((await openai.chat.completions.create({ model: 'm', messages }).asResponse()).status).toBe(200)
    const [left, right] = (await openai.chat.completions.create({ model: 'm', stream: true, messages })).tee()
    const count = async (parts: AsyncIterable<unknown>) => (await Array.fromAsync(parts)).length
    expect(await Promise.all([count(left), count(right)])).toEqual([4, 4])
  })
  expect(spans.filter(({ output }) => JSON.stringify(output)?.includes('hello there'))).toHaveLength(2)
})

test('responses, their streams, and embeddings', async () => {
  const { openai, told } = await open()
  const { spans } = await told(async () => {
    expect((await openai.responses.create({ model: 'gpt-5', input: 'hi' })).output_text).toBe('hi')
    for await (const _ of await openai.responses.create({ model: 'gpt-5', input: 'hi', stream: true }));
    await openai.embeddings.create({ model: 'e', input: 'text' })
  })
  expect(spans.filter(({ name }) => name === 'responses.create')).toMatchObject([
    { input: 'hi', output: 'hi', input_tokens: 7, output_tokens: 3, reasoning_tokens: 1 },
    { input: 'hi', input_tokens: 7, output_tokens: 3 },
  ])
  expect(spans.find(({ span_type }) => span_type === 'embedding')).toMatchObject({
    input: 'text',
    input_tokens: 3,
    output: { vectors: 1, dimensions: 2 },
  })
})

test('the rest of the client is as it was, and the client handed in is not changed', async () => {
  const { openai, plain, client } = await open()
  expect(openai.baseURL).toBe(plain.baseURL)
  expect(openai.chat.completions).toBe(openai.chat.completions)
  expect(typeof openai.models.list).toBe('function')
  await plain.chat.completions.create({ model: 'm', messages })
  expect(client.stats().recorded).toBe(0)
})

test('a call outside of a trace is a trace', async () => {
  const { openai, client, project } = await open()
  await openai.chat.completions.create({ model: 'm', messages })
  await client.flush()
  const response = await hub.api.request('GET', '/api/v1/traces', { key: project.key })
  expect(await response.json()).toMatchObject({
    items: [
      {
        name: 'chat.completions.create',
        status: 'success',
        total_spans: 2,
        ended_spans: 2,
        input_tokens: 12,
      },
    ],
  })
})
