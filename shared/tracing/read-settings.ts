import { readSampler, type Sampler } from './sampler.ts'

/** Where own spans go, as the variables of OpenTelemetry say it. */
export type Settings = {
  url: string
  headers: Record<string, string>
  service_name: string
  resource: Record<string, string>
  sampler: Sampler
  /** For how long spans are gathered before they are sent. */
  delay_ms: number
}

type Env = Record<string, string | undefined>

const DELAY_MS = 5000
const MOST_DELAY_MS = 60_000

/** A list of `name=value`, separated by commas, with percent signs for what could not stand there; null when it is none. */
function readPairs(text: string): Record<string, string> | null {
  const pairs: Record<string, string> = {}
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const [, name, value] = /^\s*([\w.*/-]+)\s*=(.*)$/.exec(part) ?? []
    if (name === undefined || value === undefined) return null
    try {
      pairs[name] = decodeURIComponent(value.trim())
    } catch {
      return null
    }
  }
  return pairs
}

const FROM_TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
const FROM_ALL = 'OTEL_EXPORTER_OTLP_ENDPOINT'

/** Whether somebody wants the spans of this process; asked before anything of it is loaded. */
export function wantsSpans(env: Env): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none')
    return false
  return Boolean(env[FROM_TRACES] || env[FROM_ALL])
}

function readUrl(env: Env): string | null {
  const given = env[FROM_TRACES] || env[FROM_ALL] || ''
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) return null
  if (env[FROM_TRACES]) return given
  const url = new URL(given)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`
  return url.href
}

/**
 * Reads the variables of OpenTelemetry. They are often set for everything on a machine, so unlike the hub's own they
 * never stop a start: what cannot be used is told by `warn`, and spans are not sent or sent without it.
 */
export function readSettings(env: Env, service: string, warn: (variable: string) => void): Settings | null {
  const url = readUrl(env)
  if (url === null) warn(env[FROM_TRACES] ? FROM_TRACES : FROM_ALL)
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL']
  const speaks = !protocol || protocol === 'http/json' || protocol === 'http/protobuf'
  if (!speaks) warn('OTEL_EXPORTER_OTLP_PROTOCOL')
  if (url === null || !speaks) return null

  function pairs(variable: string): Record<string, string> {
    const read = readPairs(env[variable] ?? '')
    if (read === null) warn(variable)
    return read ?? {}
  }

  const { 'service.name': named, ...resource } = pairs('OTEL_RESOURCE_ATTRIBUTES')
  const wanted = readSampler(
    env['OTEL_TRACES_SAMPLER'] || 'parentbased_always_on',
    env['OTEL_TRACES_SAMPLER_ARG'] || '',
  )
  if (wanted === null) warn('OTEL_TRACES_SAMPLER')
  const delay_ms = Number(env['OTEL_BSP_SCHEDULE_DELAY'] || DELAY_MS)
  const fits = delay_ms > 0 && delay_ms <= MOST_DELAY_MS
  if (!fits) warn('OTEL_BSP_SCHEDULE_DELAY')
  return {
    url,
    headers: { ...pairs('OTEL_EXPORTER_OTLP_HEADERS'), ...pairs('OTEL_EXPORTER_OTLP_TRACES_HEADERS') },
    service_name: env['OTEL_SERVICE_NAME'] || named || service,
    resource,
    sampler: wanted ?? (() => true),
    delay_ms: fits ? delay_ms : DELAY_MS,
  }
}
