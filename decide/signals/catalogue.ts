import { GROUNDEDNESS_SIGNALS } from './groundedness.ts'
import { INJECTION_SIGNALS } from './injection.ts'
import { JSON_SIGNALS } from './json.ts'
import { LANGUAGE_SIGNALS } from './language.ts'
import { LENGTH_SIGNALS } from './length.ts'
import { MEASURED_SIGNALS } from './measured.ts'
import { MVP_SIGNALS } from './mvp.ts'
import { PII_SIGNALS } from './pii.ts'
import { REFUSAL_SIGNALS } from './refusal.ts'
import { SECRET_SIGNALS } from './secrets.ts'
import type { Signal } from './signal.ts'

/** All signals that need no entry in a policy. */
export const CATALOGUE: readonly Signal[] = [
  ...PII_SIGNALS,
  ...SECRET_SIGNALS,
  ...INJECTION_SIGNALS,
  ...GROUNDEDNESS_SIGNALS,
  ...REFUSAL_SIGNALS,
  ...LANGUAGE_SIGNALS,
  ...LENGTH_SIGNALS,
  ...JSON_SIGNALS,
  ...MEASURED_SIGNALS,
  ...MVP_SIGNALS,
]
