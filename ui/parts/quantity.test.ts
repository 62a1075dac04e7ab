import { expect, test } from 'bun:test'
import { viewerOf } from '../viewer.ts'
import { bytes, cost, duration, score, tokens } from './quantity.ts'

const NOBODY = { person: null, csrf: '', session_id: null }
const en = viewerOf(new Request('http://localhost/?lang=en'), 0, NOBODY)
const ko = viewerOf(new Request('http://localhost/?lang=ko'), 0, NOBODY)

test('a duration has its unit at every size, and none is rounded to sixty seconds', () => {
  const shown = [0, 0.123456, 9.5, 842, 999.6, 2430, 59_999, 200_000, 3_599_999, 7_500_000, 1e9].map((ms) =>
    duration(en, ms),
  )
  expect(shown).toEqual([
    '0 ms',
    '0.12 ms',
    '9.5 ms',
    '842 ms',
    '1 s',
    '2.43 s',
    '1 min 0 s',
    '3 min 20 s',
    '1 h 0 min',
    '2 h 5 min',
    '11 d 13 h',
  ])
  expect(duration(ko, 200_000)).toBe('3분 20초')
})

test('an unknown amount is a dash, never a zero', () => {
  expect([duration(en, null), cost(en, null), tokens(en, null, null)]).toEqual(['–', '–', '–'])
  expect(tokens(en, 8200, null)).toBe('8,200 / –')
})

test('small costs keep the digits that say something', () => {
  expect([0, 0.0000001, 0.00012, 0.0123, 0.5, 12.345, 1234.5].map((usd) => cost(en, usd))).toEqual([
    '$0.00',
    '< $0.000001',
    '$0.00012',
    '$0.0123',
    '$0.50',
    '$12.35',
    '$1,234.50',
  ])
})

test('sizes are in steps of a thousand', () => {
  expect([999, 1500, 2_500_000].map((size) => bytes(en, size))).toEqual(['999 B', '1.5 kB', '2.5 MB'])
})

test('a score of any size has a short form', () => {
  expect([0, 0.91344, 87, -1, 1e300, 0.00001].map((value) => score(en, value))).toEqual([
    '0',
    '0.9134',
    '87',
    '-1',
    '1.000e+300',
    '1.000e-5',
  ])
})
