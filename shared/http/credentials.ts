import { HubError } from '../errors.ts'
import { ACTOR_HEADER } from './actor.ts'

/** What a request shows of its caller, not yet believed. */
export type Credentials = { key: string | null; actor: string | null; project_id: string | null }

/** Repeated headers arrive joined by a comma, which stands in no key, token or id. */
function once(name: string, text: string): string {
  if (text.includes(',')) throw new HubError('duplicate_header', { detail: `Send ${name} once` })
  return text
}

function readHeader(request: Request, name: string): string | null {
  const text = request.headers.get(name)?.trim()
  return text ? once(name, text) : null
}

/** Bearer carries the key itself, Basic has it as the password; other schemes are not for us. */
function readAuthorization(request: Request): string | null {
  const [, scheme, rest] =
    /^(bearer|basic)\s+(\S.*)$/i.exec(request.headers.get('authorization')?.trim() ?? '') ?? []
  if (scheme === undefined || rest === undefined) return null
  const token = once('authorization', rest)
  if (scheme.toLowerCase() === 'bearer') return token
  const [, password] = /^[^:]*:(.+)$/s.exec(Buffer.from(token, 'base64').toString('utf8')) ?? []
  return password ?? null
}

/** Reads who the caller claims to be; a request that claims to be two is refused rather than guessed about. */
export function readCredentials(request: Request): Credentials {
  const plain = readHeader(request, 'x-api-key')
  const authorization = readAuthorization(request)
  const key = plain ?? authorization
  const actor = readHeader(request, ACTOR_HEADER)
  if ((authorization !== null && key !== authorization) || (key !== null && actor !== null)) {
    throw new HubError('duplicate_header')
  }
  return { key, actor, project_id: readHeader(request, 'x-project-id') }
}
