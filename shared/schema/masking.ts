import { Type as t, type Static } from '@sinclair/typebox'
import { MemberName } from './scalars.ts'

/** What can be recognised in a text; what is found becomes `[masked:email]` and so on. */
export const DETECTORS = ['email', 'phone', 'card', 'rrn', 'api_key'] as const

export type DetectorName = (typeof DETECTORS)[number]

/** What a project hides of what it sends, before it is stored. */
export const Masking = t.Object(
  {
    detectors: t.Array(t.Union(DETECTORS.map((name) => t.Literal(name))), { maxItems: DETECTORS.length }),
    keys: t.Array(MemberName, {
      maxItems: 100,
      description: 'Names of JSON members whose whole value is hidden; upper and lower case are the same',
    }),
  },
  { additionalProperties: false },
)
export type Masking = Static<typeof Masking>
