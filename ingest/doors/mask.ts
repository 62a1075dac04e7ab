import { HubError } from '#shared/errors.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { parseStored, parseToRewrite } from '#shared/http/parse-json.ts'
import { MAX_BODY_BYTES, type Body } from '#shared/http/read-body.ts'
import type { Protocol } from '#shared/protocol/saying.ts'
import { checkOf } from '#shared/schema/check.ts'
import { Masking } from '#shared/schema/masking.ts'
import { compileRules, maskShaped, type Rules } from '../masking/mask-document.ts'
import { shapeOf } from '../masking/shapes.ts'

type Said = { body: Body; document: unknown }

function rulesOf({ masking }: ProjectRef): Rules | null {
  if (masking === null) return null
  if (checkOf(Masking).Check(masking)) return compileRules(masking)
  throw new Error('the masking settings of the project are not ones that the hub knows')
}

/**
 * Hides in a document what its project hides, before anything reads or stores it. The body is written anew even where
 * nothing was found: of two members with one name, the sent bytes still hold the one that parsing dropped.
 */
function apply(rules: Rules, protocol: Protocol, { body: said }: Said): Said {
  const masked = maskShaped(rules, shapeOf(protocol.name), parseToRewrite(said.raw))
  const raw = Buffer.from(JSON.stringify(masked))
  if (raw.length > MAX_BODY_BYTES) throw new HubError('body_too_large')
  // Read back, so that what is judged now is what is read from the log later.
  const body = { sent: Bun.zstdCompressSync(raw, { level: 1 }), encoding: 'zstd' as const, raw }
  return { body, document: parseStored(raw) }
}

/** Applies the project's masking rules; what cannot be masked is refused, never stored as it came. */
export function mask(project: ProjectRef, protocol: Protocol, said: Said): Said {
  try {
    const rules = rulesOf(project)
    return rules ? apply(rules, protocol, said) : said
  } catch (cause) {
    if (cause instanceof HubError) throw cause
    throw new HubError('masking_failed', { cause, retry_after: 5 })
  }
}
