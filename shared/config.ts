import { isIP } from 'node:net'
import { resolve } from 'node:path'

type Env = Record<string, string | undefined>

/** What the operator sets, read once at the start; every name is in docs/operate.md. */
export type Config = {
  env: 'development' | 'production'
  host: string
  api_port: number
  ui_port: number
  data_dir: string
  database_url: string | undefined
  database_read_url: string | undefined
  nats_url: string | undefined
  redis_url: string | undefined
  backend_url: string | undefined
  /** Is told of every case that opens, of any project, in the words of the MVP. */
  webhook_url: string | undefined
  /** Where people reach the pages; links in messages lead there. */
  public_url: string | undefined
  admin_key: string
  secret_key: string | undefined
  retention_days: number
  /** For how many days decisions are kept; 0 is for ever. */
  decision_days: number
  /** Within so many seconds a request's body must have arrived. */
  body_seconds: number
  /** For so many seconds after the signal to end a process answers that it is not ready, and still takes requests. */
  drain_seconds: number
  /** Addresses and networks whose `x-forwarded-*` is believed. */
  proxies: string[]
  /** Networks of one's own that judges and webhooks may reach, besides the Internet. */
  outbound_allow: string[]
  /** Base of an OpenAI-compatible API (`https://host/v1`) that judges ask, its key and its model. */
  judge_url: string | undefined
  judge_api_key: string | undefined
  judge_model: string
  /** The variables of OpenTelemetry as they stand; `shared/tracing` reads them, and none of them stops a start. */
  otel: Env
  /** What `hub roles` sets for the database roles of the services. */
  role_passwords: Record<'ingest' | 'decide' | 'query' | 'notify' | 'ui', string | undefined>
}

/** A configuration that cannot start; its message is the one line that the operator sees. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The admin key of development, with which everything works without a set-up. */
export const DEV_KEY = 'dev-key'

/** Of the variables of OpenTelemetry those that say where own spans go. */
const OTEL = [
  'OTEL_BSP_SCHEDULE_DELAY',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
  'OTEL_EXPORTER_OTLP_PROTOCOL',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
  'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_SDK_DISABLED',
  'OTEL_SERVICE_NAME',
  'OTEL_TRACES_EXPORTER',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
]

const WEAK = new Set([DEV_KEY, 'dev-seed', 'admin', 'changeme', 'change-me', 'secret', 'password', 'test'])
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

function whole(env: Env, name: string, fallback: number, least: number, most: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) {
    throw new ConfigError(`${name} must be a whole number from ${least} to ${most}`)
  }
  return value
}

function url(env: Env, name: string, schemes: string[]): string | undefined {
  const text = env[name]
  if (!text) return undefined
  if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol)) {
    throw new ConfigError(
      `${name} must be a URL that starts with ${schemes.map((s) => `${s}//`).join(' or ')}`,
    )
  }
  return text
}

function secret(env: Env, name: string, production: boolean): string | undefined {
  const text = env[name]
  if (!production) return text || undefined
  if (!text) throw new ConfigError(`${name} must be set in production`)
  if (text.length < 16 || WEAK.has(text)) {
    throw new ConfigError(`${name} is too weak for production: use at least 16 random characters`)
  }
  return text
}

/** IP addresses and networks, separated by commas. */
function networks(env: Env, name: string): string[] {
  const parts = (env[name] ?? '').split(',').map((part) => part.trim())
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const [address = '', bits, ...rest] = part.split('/')
      const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
      const fits = bits === undefined ? most > 0 : /^\d{1,3}$/.test(bits) && Number(bits) <= most
      if (!fits || rest.length > 0) {
        throw new ConfigError(`${name} must be IP addresses or networks (10.0.0.0/8), separated by commas`)
      }
      return part
    })
}

/** A key that travels in a header: no comma, by which repeated headers are joined. */
function headerSafe(name: string, key: string): string {
  if (!/^[\x21-\x2b\x2d-\x7e]+$/.test(key)) {
    throw new ConfigError(`${name} must be printable ASCII without spaces and commas`)
  }
  return key
}

/** Reads the environment; throws one ConfigError that names the variable and what it must be. */
export function readConfig(env: Env = process.env): Config {
  const mode = env['HUB_ENV'] || 'development'
  if (mode !== 'development' && mode !== 'production') {
    throw new ConfigError('HUB_ENV must be development or production')
  }
  const production = mode === 'production'
  const host = env['HUB_HOST'] || '127.0.0.1'
  if (!production && !LOOPBACK.has(host) && env['HUB_DEV_BEHIND'] !== 'loopback-publish') {
    throw new ConfigError(
      `HUB_HOST=${host} would open a hub without sign-in to the network: set HUB_ENV=production, or keep 127.0.0.1`,
    )
  }
  return {
    env: mode,
    host,
    api_port: whole(env, 'HUB_API_PORT', 8000, 0, 65_535),
    ui_port: whole(env, 'HUB_UI_PORT', 3000, 0, 65_535),
    data_dir: resolve(env['HUB_DATA_DIR'] || '.hub'),
    database_url: url(env, 'DATABASE_URL', ['postgres:', 'postgresql:']),
    database_read_url: url(env, 'DATABASE_READ_URL', ['postgres:', 'postgresql:']),
    nats_url: url(env, 'NATS_URL', ['nats:', 'tls:']),
    redis_url: url(env, 'REDIS_URL', ['redis:', 'rediss:']),
    backend_url: url(env, 'BACKEND_URL', ['http:', 'https:']),
    webhook_url: url(env, 'WEBHOOK_URL', ['http:', 'https:']),
    public_url: url(env, 'HUB_PUBLIC_URL', ['http:', 'https:']),
    admin_key: headerSafe('ADMIN_KEY', secret(env, 'ADMIN_KEY', production) ?? DEV_KEY),
    secret_key: secret(env, 'HUB_SECRET_KEY', production),
    proxies: networks(env, 'HUB_PROXY'),
    outbound_allow: networks(env, 'HUB_OUTBOUND_ALLOW'),
    judge_url: url(env, 'JUDGE_URL', ['http:', 'https:']),
    judge_api_key: env['JUDGE_API_KEY'] ? headerSafe('JUDGE_API_KEY', env['JUDGE_API_KEY']) : undefined,
    judge_model: env['JUDGE_MODEL'] || 'gpt-4.1-mini',
    role_passwords: {
      ingest: env['HUB_INGEST_DB_PASSWORD'] || undefined,
      decide: env['HUB_DECIDE_DB_PASSWORD'] || undefined,
      query: env['HUB_QUERY_DB_PASSWORD'] || undefined,
      notify: env['HUB_NOTIFY_DB_PASSWORD'] || undefined,
      ui: env['HUB_UI_DB_PASSWORD'] || undefined,
    },
    otel: Object.fromEntries(OTEL.map((name) => [name, env[name]])),
    retention_days: whole(env, 'HUB_RETENTION_DAYS', 30, 0, 3650),
    decision_days: whole(env, 'HUB_DECISION_DAYS', 400, 0, 3650),
    body_seconds: whole(env, 'HUB_BODY_SECONDS', 30, 1, 30),
    drain_seconds: whole(env, 'HUB_DRAIN_SECONDS', 0, 0, 3),
  }
}
