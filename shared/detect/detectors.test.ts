import { expect, test } from 'bun:test'
import type { DetectorName } from '#shared/schema/masking.ts'
import { ALL_DETECTORS } from './detectors.ts'
import { replaceSpans } from './span.ts'

function mask(name: DetectorName, text: string): string {
  const detector = ALL_DETECTORS.find((each) => each.name === name)
  if (!detector) throw new Error(`no detector ${name}`)
  return replaceSpans(text, detector.find(text), '#')
}

const FOUND: Record<DetectorName, [text: string, masked: string][]> = {
  email: [
    ['a@b.co', '#'],
    ['to: x.y+z@sub.example.com, please.', 'to: #, please.'],
    ['end of it x@example.com.', 'end of it #.'],
    ['메일은hong@example.com입니다', '메일은#입니다'],
    ['홍길동@example.com', '#'],
    ['two a@b.co and c@d.org', 'two # and #'],
    ['<a_b@x-y.kr>', '<#>'],
  ],
  phone: [
    ['+82-10-1234-5678', '#'],
    ['call +1 (415) 555-2671 now', 'call # now'],
    ['+442071838750', '#'],
    ['전화 010-1234-5678로', '전화 #로'],
    ['010 1234 5678, 01012345678', '#, #'],
    ['02-123-4567 / 031-123-4567 / 070-1234-5678', '# / # / #'],
    ['0212345678', '#'],
  ],
  card: [
    ['4111-1111-1111-1111', '#'],
    ['카드 4111 1111 1111 1111 만료 12/30', '카드 # 만료 12/30'],
    ['3782 822463 10005', '#'],
    ['5555555555554444.', '#.'],
    ['2024 4111111111111111', '2024 #'],
  ],
  rrn: [
    ['900101-1234568', '#'],
    ['주민번호 9001011234568 입니다', '주민번호 # 입니다'],
    ['900101 - 1234568', '#'],
    // Of those born after October 2020 the last digits are drawn by lot.
    ['210105-3999999', '#'],
  ],
  api_key: [
    [['sk', 'proj', 'a1B2c3D4e5F6g7H8'].join('-'), '#'],
    [`key=${['proj', 'A1'.repeat(21)].join('_')};`, 'key=#;'],
    [['AK', 'IA', 'ABCDEFGH12345678'].join(''), '#'],
    [`Bearer ${['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'abc-_123'].join('.')}`, 'Bearer #'],
  ],
}

const LEFT_ALONE: Record<DetectorName, string[]> = {
  email: ['@mention', 'a@b', 'user@localhost', 'a @ b.com', 'price 5@10', '@@@@'],
  phone: [
    '2026-02-07T10:00:00Z',
    '1730000000',
    '192.168.100.200',
    '123e4567-e89b-12d3-a456-426614174000',
    '3.14159265358979',
    'C++11 and +5',
    'order 20260207010123456',
  ],
  card: ['4111111111111112', '1730000000000', '0000000000000000', 'id4111111111111111', '123 456 789'],
  rrn: ['900101-1234567', '901301-1234568', '900101-9234568', '19900101-12345680'],
  api_key: [
    'task-force-management-system-1',
    'sk-learn',
    'sk-this-is-only-a-sentence-in-kebab',
    'project_1',
    'eyJ.a.b',
  ],
}

for (const { name } of ALL_DETECTORS) {
  test(`${name}: what is one is masked, and nothing beside it`, () => {
    for (const [text, masked] of FOUND[name]) expect(mask(name, text)).toBe(masked)
  })

  test(`${name}: what only looks like one is left alone`, () => {
    for (const text of LEFT_ALONE[name]) expect(mask(name, text)).toBe(text)
  })
}

const HOSTILE = [
  ...['@', 'a@', '@a.', 'a.a@', 'a-', '1', '1 ', '41 ', '4-', '+1', '+1 ', '01', '010-', '0 1', '9'],
  ...[
    'eyJ',
    'eyJa.',
    'eyJaaaaaaa.',
    'sk-',
    'sk-a',
    'proj_',
    'AKIA',
    'AKIA ',
    '가@',
    '900101-',
    '(',
    '+1 (',
    '.',
  ],
]

test('time grows with the length of the text alone, whatever the text', () => {
  const slow = HOSTILE.filter((piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length))
    const started = performance.now()
    for (const { find } of ALL_DETECTORS) find(text)
    // A quadratic one takes minutes.
    return performance.now() - started > 4000
  })
  expect(slow).toEqual([])
})
