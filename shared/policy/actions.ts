/** What a decision may say, weakest first: the order is the lattice, and nothing automatic goes down in it. */
export const ACTIONS = [
  'ALLOW_ANSWER',
  'ALLOW_WITH_WARNING',
  'NEED_CLARIFICATION',
  'ESCALATE',
  'BLOCK',
] as const

export type Action = (typeof ACTIONS)[number]

/** How strong an action is; 0 lets the answer out as it is. */
export const strength = (action: Action): number => ACTIONS.indexOf(action)

/** Whether a value from outside is one of the five actions. */
export const isAction = (value: unknown): value is Action => ACTIONS.some((action) => action === value)

/** What a rule, a judge or the default says once it counts. */
export type Outcome = {
  readonly action: Action
  readonly reason_code: string
  readonly severity: string
  readonly message: string | null
}
