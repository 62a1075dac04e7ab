import { compilePolicy, type Compiled } from '#shared/policy/compile-policy.ts'
import { READABLE } from './catalogue.ts'
import { readOwnSignals } from './own-signals.ts'
import { testFacts } from './test-facts.ts'

/** Compiles a definition as sent against all that rules may read, without running its tests. Never throws. */
export const compileDefinition = (definition: unknown): Compiled =>
  compilePolicy(definition, READABLE, { checkSignals: readOwnSignals })

/** The same, with each test of it that fails among the findings. */
export const checkDefinition = (definition: unknown): Compiled =>
  compilePolicy(definition, READABLE, { checkSignals: readOwnSignals, factsOf: testFacts })
