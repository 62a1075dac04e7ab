import { HubError } from '#shared/errors.ts'
import type { ProjectRef } from '#shared/http/auth.ts'
import { parseStored, parseToRewrite } from '#shared/http/parse-json.ts'
import { MAX_STORED_BYTES, type Body } from '#shared/http/read-body.ts'
import { maskShaped, type Rules } from '#shared/masking/mask-document.ts'
import { withRules } from '#shared/masking/rules-of.ts'
import { shapeOf } from '#shared/masking/shapes.ts'
import type { Protocol } from '#shared/protocol/saying.ts'

/** A body and what it says. */
export type Said = { body: Body; document: unknown }

/**
 * Hides in a document what its project hides, before anything reads or stores it. The body is written anew even where
 * nothing was found: of two members with one name, the sent bytes still hold the one that parsing dropped.
 */
function apply(rules: Rules, protocol: Protocol, { body: said }: Said): Said {
  const masked = maskShaped(rules, shapeOf(protocol.name), parseToRewrite(said.raw))
  const raw = Buffer.from(JSON.stringify(masked))
  if (raw.length > MAX_STORED_BYTES) throw new HubError('body_too_large')
  // Read back, so that what is judged now is what is read from the log later.
  const body = { sent: Bun.zstdCompressSync(raw, { level: 1 }), encoding: 'zstd' as const, raw }
  return { body, document: parseStored(raw) }
}

/** Applies the project's masking rules; what cannot be masked is refused, never stored as it came. */
export const mask = (project: ProjectRef, protocol: Protocol, said: Said): Said =>
  withRules(project.masking, (rules) => (rules ? apply(rules, protocol, said) : said))
