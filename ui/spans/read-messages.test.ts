import { expect, test } from 'bun:test'
import { readMessages } from './read-messages.ts'

const user = { role: 'user', name: null, parts: [{ text: '환불' }], calls: [] }

test('messages are read from a list, an object, a text, a single message and an answer with choices', () => {
  const said = { role: 'user', content: '환불' }
  for (const value of [[said], { messages: [said] }, JSON.stringify({ messages: [said] }), said]) {
    expect(readMessages(value)).toEqual([user])
  }
  expect(readMessages({ choices: [{ message: said }] })).toEqual([user])
})

test('the messages of LangChain and of OpenTelemetry are read as well', () => {
  expect(readMessages([{ type: 'human', content: '환불' }])).toMatchObject([{ role: 'human' }])
  const packed = { lc: 1, type: 'constructor', kwargs: { type: 'ai', content: 'ok' } }
  expect(readMessages([packed])).toMatchObject([{ role: 'ai', parts: [{ text: 'ok' }] }])
  const parts = [{ type: 'text', content: 'hello' }]
  expect(readMessages([{ role: 'user', parts }])).toMatchObject([{ parts: [{ text: 'hello' }] }])
})

test('a call of a tool keeps its name and reads its arguments; a part that is no text stays whole', () => {
  const image = { type: 'image_url', image_url: { url: 'https://example.test/x.png' } }
  const [message] =
    readMessages([
      {
        role: 'assistant',
        content: [{ type: 'text', text: 'let me see' }, image],
        tool_calls: [{ function: { name: 'lookup', arguments: '{"id":7}' } }],
      },
    ]) ?? []
  expect(message).toEqual({
    role: 'assistant',
    name: null,
    parts: [{ text: 'let me see' }, { json: image }],
    calls: [{ name: 'lookup', input: { id: 7 } }],
  })
})

test('what is not all messages is no conversation, so that nothing is left out', () => {
  for (const value of [
    null,
    7,
    'hello',
    '[broken',
    [],
    [1],
    [{ role: 'user', content: 'a' }, { note: 'b' }],
    { a: 1 },
  ]) {
    expect(readMessages(value)).toBeNull()
  }
})
