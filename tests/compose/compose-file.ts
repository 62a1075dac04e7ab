import { Type as t, type Static } from '@sinclair/typebox'
import { parse } from 'yaml'
import { checkOf } from '#shared/schema/check.ts'

const Service = t.Object({
  command: t.Optional(t.Array(t.String())),
  image: t.String(),
  environment: t.Optional(t.Record(t.String(), t.String())),
  ports: t.Optional(t.Array(t.String())),
  volumes: t.Optional(t.Array(t.String())),
  container_name: t.Optional(t.String()),
  depends_on: t.Optional(t.Record(t.String(), t.Object({ condition: t.String() }))),
  healthcheck: t.Optional(t.Object({ test: t.Array(t.String()) })),
})
const Compose = t.Object({ services: t.Record(t.String(), Service) })

export type Compose = Static<typeof Compose>

type Env = Record<string, string | undefined>

/** `${NAME:-default}` and `${NAME:?what to do}` as compose fills them in. */
const fill = (text: string, env: Env): string =>
  text.replaceAll(
    /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (_whole, name: string, kind: string | undefined, rest: string) => {
      const value = env[name]
      if (value) return value
      if (kind === '?') throw new Error(`required variable ${name} is missing: ${rest}`)
      return kind === '-' ? rest : ''
    },
  )

/** What a compose file says under an environment, or what compose would refuse it for. */
export function readCompose(text: string, env: Env): Compose {
  const filled: unknown = JSON.parse(JSON.stringify(parse(text, { merge: true })), (_name, value: unknown) =>
    typeof value === 'string' ? fill(value, env) : value,
  )
  const check = checkOf(Compose)
  if (!check.Check(filled))
    throw new Error(`not a compose file of ours: ${check.Errors(filled).First()?.path}`)
  return filled
}

/** Every variable that the file does not start without. */
export const demands = (text: string): string[] =>
  [...new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name))].toSorted()
