import type { Attributes } from '../otlp/span.ts'
import type { Counts, Dialect } from './dialect.ts'
import { unfoldRecord } from './read-json.ts'

/** Tokens of one call: the input with what was cached of it, the output with what was thought. */
export type Tokens = {
  input: number | null
  output: number | null
  cache_read: number | null
  cache_write: number | null
  reasoning: number | null
}

const MOST = 2_147_483_647
const FIELDS = ['input', 'output', 'cache_read', 'cache_write', 'reasoning', 'total'] as const
type Read = Record<(typeof FIELDS)[number], number | null>

/** A count as a number, or as text: proto3 JSON and some SDKs write integers so. */
function countOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= MOST
    ? number
    : null
}

function first(record: Attributes, names: readonly string[] | undefined): number | null {
  for (const name of names ?? []) {
    const count = countOf(record[name])
    if (count !== null) return count
  }
  return null
}

const silent = (): Read => ({
  ...{ input: null, output: null, cache_read: null, cache_write: null, reasoning: null, total: null },
})

function readInto(read: Read, record: Attributes, counts: Counts): void {
  for (const field of FIELDS) read[field] ??= first(record, counts[field])
}

const sum = (counts: Iterable<[string, number]>): number | null => {
  let total: number | null = null
  for (const [, count] of counts) total = (total ?? 0) + count
  return total
}

const CACHE_READ = /cache_?read|cached/i
const CACHE_WRITE = /cache_?(?:creation|write)/i
const REASONING = /reasoning|thinking/i
const isOutput = (name: string) => /^(?:output|completion)|reasoning/i.test(name)

/**
 * Langfuse counts in buckets that do not overlap: what was cached is no part of `input`. A total that the plain buckets
 * make up alone says otherwise.
 */
function readBuckets(read: Read, said: Record<string, unknown>): void {
  const counts = Object.entries(said).flatMap(([name, value]): [string, number][] => {
    const count = /total/i.test(name) ? null : countOf(value)
    return count === null ? [] : [[name, count]]
  })
  const pick = (fits: (name: string) => boolean) => sum(counts.filter(([name]) => fits(name)))
  const isPlain = (name: string) =>
    /^(?:input|output|prompt_?tokens|completion_?tokens|input_tokens|output_tokens)$/i.test(name)
  const total = countOf(said['total'] ?? said['total_tokens'] ?? said['totalTokens'])
  const overlap = total !== null && pick(isPlain) === total
  const counted = (name: string) => !overlap || isPlain(name)
  read.input ??= pick((name) => !isOutput(name) && counted(name))
  read.output ??= pick((name) => isOutput(name) && counted(name))
  read.cache_read ??= pick((name) => CACHE_READ.test(name))
  read.cache_write ??= pick((name) => CACHE_WRITE.test(name))
  read.reasoning ??= pick((name) => REASONING.test(name))
  read.total ??= total
}

const DETAILS: Counts = {
  cache_read: ['cache_read', 'cached_tokens', 'cached'],
  cache_write: ['cache_creation', 'cache_write'],
  reasoning: ['reasoning', 'reasoning_tokens'],
}

function readDialect(read: Read, attributes: Attributes, { buckets, usage, counts }: Dialect): void {
  for (const key of buckets ?? []) {
    const said = attributes[key] === undefined ? null : unfoldRecord(attributes[key])
    if (said) readBuckets(read, said)
  }
  for (const { key, counts: names, details } of usage ?? []) {
    const said = attributes[key] === undefined ? null : unfoldRecord(attributes[key])
    if (!said) continue
    readInto(read, said, names)
    for (const name of [...details.input, ...details.output]) {
      readInto(read, unfoldRecord(said[name]) ?? {}, DETAILS)
    }
  }
  if (counts) readInto(read, attributes, counts)
}

/** Reads a call's tokens, each field from the dialect to believe first. */
export function readTokens(attributes: Attributes, dialects: readonly Dialect[]): Tokens {
  const read = silent()
  for (const dialect of dialects) readDialect(read, attributes, dialect)
  const { total, ...tokens } = read
  if (tokens.input === null && total !== null) tokens.input = Math.max(0, total - (tokens.output ?? 0))
  const cached = (tokens.cache_read ?? 0) + (tokens.cache_write ?? 0)
  // More was cached than there was: this sender does not count what was cached as input.
  if (tokens.input !== null && (tokens.cache_read ?? 0) > tokens.input)
    tokens.input = Math.min(MOST, tokens.input + cached)
  return tokens
}

/** What a call cost in nano-dollars, when its sender says so. */
export function readCost(attributes: Attributes, dialects: readonly Dialect[]): number | null {
  for (const { cost, costs } of dialects) {
    const plain = (cost ?? []).map((key) => attributes[key])
    const inside = (costs ?? []).flatMap(({ key, total }) => {
      const said = attributes[key] === undefined ? null : unfoldRecord(attributes[key])
      return said ? total.map((name) => said[name]) : []
    })
    for (const value of [...plain, ...inside]) {
      const usd = typeof value === 'string' && value !== '' ? Number(value) : value
      if (typeof usd === 'number' && usd >= 0 && usd <= 1_000_000) return Math.round(usd * 1e9)
    }
  }
  return null
}
