import { isRecord } from '#shared/protocol/clean.ts'
import type { Masking } from '#shared/schema/masking.ts'
import { ALL_DETECTORS, type Detector } from './detectors.ts'
import { shapeInside, type Shape } from './shapes.ts'

/** A project's rules, ready to be applied. */
export type Rules = { detectors: Detector[]; keys: Set<string> }

const KEY_MARK = '[masked:key]'
/** Members of the protocol that may hold any value. */
const UNTYPED = new Set(['input', 'output'])

/** The rules of a project; null when it has none. */
export function compileRules({ detectors, keys }: Masking): Rules | null {
  if (detectors.length + keys.length === 0) return null
  return {
    detectors: ALL_DETECTORS.filter(({ name }) => detectors.includes(name)),
    keys: new Set(keys.map((key) => key.toLowerCase())),
  }
}

/** Without any of these no detector finds anything, and most texts have none. */
const SUSPICIOUS = /[@0-9]|sk-|proj_|AKIA|eyJ/

const maskText = ({ detectors }: Rules, text: string): string =>
  SUSPICIOUS.test(text)
    ? detectors.reduce((masked, { name, mask }) => mask(masked, `[masked:${name}]`), text)
    : text

/** A member of free content whose name is hidden is hidden whole. */
function maskFree(rules: Rules, value: unknown): unknown {
  if (typeof value === 'string') return maskText(rules, value)
  if (Array.isArray(value)) return value.map((each) => maskFree(rules, each))
  if (!isRecord(value)) return value
  return maskMembers(rules, value, (name, member) => {
    const hidden = rules.keys.size > 0 && rules.keys.has(name.toLowerCase()) && member !== null
    return hidden ? KEY_MARK : maskFree(rules, member)
  })
}

/** The object with its members masked, and their names; two whose names are masked alike stay two members. */
function maskMembers(
  rules: Rules,
  value: Record<string, unknown>,
  maskOne: (name: string, member: unknown) => unknown,
): Record<string, unknown> {
  const taken = new Set<string>()
  const entries = Object.entries(value).map(([name, member]) => {
    const masked = maskText(rules, name)
    let free = masked
    for (let number = 2; taken.has(free); number++) free = `${masked} ${number}`
    taken.add(free)
    return [free, maskOne(name, member)] as const
  })
  return Object.fromEntries(entries)
}

/** A member of the protocol keeps its type, or is left out, so that hiding never makes a request invalid. */
function hide(name: string, value: unknown): unknown {
  if (typeof value === 'string' || (UNTYPED.has(name) && value !== null)) return KEY_MARK
  return typeof value === 'object' ? null : value
}

function maskMember(rules: Rules, shape: Shape, holder: Record<string, unknown>, name: string): unknown {
  const value = holder[name]
  const inner = shapeInside(shape, name, holder)
  if (inner) return maskShaped(rules, inner, value)
  const looks_right = Object.hasOwn(shape.exempt, name) ? shape.exempt[name] : undefined
  if (looks_right) {
    const keep = (each: unknown) =>
      typeof each === 'string' && looks_right(each) ? each : maskFree(rules, each)
    return Array.isArray(value) ? value.map(keep) : keep(value)
  }
  return rules.keys.has(name.toLowerCase()) ? hide(name, value) : maskFree(rules, value)
}

/** Masks every text of a document but the ids, keys, times and enumerations of its protocol. */
export function maskShaped(rules: Rules, shape: Shape, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => maskShaped(rules, shape, each))
  if (!isRecord(value)) return maskFree(rules, value)
  return maskMembers(rules, value, (name) => maskMember(rules, shape, value, name))
}
