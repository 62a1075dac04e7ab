import type { Policy } from './policy.ts'

/** Everything that the rules of a policy read: in their conditions, and to group the cases that they open. */
export const pathsReadBy = ({ rules }: Pick<Policy, 'rules'>): (readonly string[])[] =>
  rules.flatMap(({ parts, opens }) => [
    ...parts.flatMap(({ paths }) => paths),
    ...(opens?.group_by ?? []).map((field) => field.split('.')),
  ])
