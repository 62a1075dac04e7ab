import { expect, test } from 'bun:test'
import { escaped, plain, Said } from './said.tsx'

test('characters that turn the direction or show nothing are written out', () => {
  expect(plain('a\u202Eb\u200Bc\u2066d\uFEFFe\u0007f\u{E0041}g\u3164')).toBe(
    'a[U+202E]b[U+200B]c[U+2066]d[U+FEFF]e[U+0007]f[U+E0041]g[U+3164]',
  )
})

test('line breaks, emoji, Persian and Korean stay as they are', () => {
  for (const text of ['a\n\tb', '👨‍👩‍👧 👍🏽‍', '✔️', 'می\u200Cخواهم', '환불 규정']) expect(plain(text)).toBe(text)
})

test('markup in a text is text, and its direction stays inside', () => {
  expect(String(<Said>{'<b>\u202E"x"'}</Said>)).toBe(
    '<bdi>&lt;b&gt;<span class="hidden-char" data-char="8238">U+202E</span>&quot;x&quot;</bdi>',
  )
})

test('hidden characters in JSON become escapes that read as the same JSON', () => {
  const value = { a: 'x\u202Ey\u{E0041}' }
  const json = escaped(JSON.stringify(value))
  expect(json).toBe(String.raw`{"a":"x\u202ey\udb40\udc41"}`)
  expect(JSON.parse(json)).toEqual(value)
})
