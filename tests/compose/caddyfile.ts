import type { Endpoint } from '#shared/contract/endpoint.ts'
import { ENDPOINTS } from '#shared/contract/index.ts'

type Name = Endpoint['service']

/** Whatever is led nowhere else goes there. */
const REST: Name = 'query'
const LED: Name[] = ['ingest', 'decide', 'notify']

const HEAD = `# The gateway: one address for the services of the API. Written from the contract by tests/compose/write-caddyfile.ts.
{
	admin off
	auto_https off
}

# Replicas are found by the name of their service; one that cannot be dialled is left out for a moment.
(leads) {
	reverse_proxy {
		dynamic a {args[0]} 8000 {
			refresh 1s
		}
		lb_policy least_conn
		lb_try_duration 5s
		lb_try_interval 100ms
		fail_duration 2s
		flush_interval -1
	}
}
`

const TAIL = `
# For everybody. Who a person is only the hub says.
:8000 {
	request_header -x-hub-actor
	import services
}

# For the pages alone, and never published.
:8001 {
	request_header Host localhost
	import services
}
`

/** A path of the contract as Caddy matches it. */
const globOf = (path: string): string => path.replaceAll(/:\w+/g, '*')

/** One block: what goes to a service, by path alone where all of a path is its own, else by method too. */
const block = (name: string, service: Name, methods: string[], paths: string[]): string =>
  [
    `	@${name} {`,
    ...(methods.length > 0 ? [`		method ${methods.join(' ')}`] : []),
    `		path ${paths.join(' ')}`,
    '	}',
    `	handle @${name} {`,
    `		import leads ${service}`,
    '	}',
  ].join('\n')

/** The Caddyfile that the contract asks for. */
export function writeCaddyfile(): string {
  const at = Map.groupBy(ENDPOINTS, ({ path }) => path)
  const isWhole = (path: string) => new Set(at.get(path)?.map(({ service }) => service)).size === 1
  const blocks = LED.flatMap((service) => {
    const own = ENDPOINTS.filter((operation) => operation.service === service)
    const whole = [...new Set(own.filter(({ path }) => isWhole(path)).map(({ path }) => globOf(path)))]
    const shared = Map.groupBy(
      own.filter(({ path }) => !isWhole(path)),
      ({ method }) => method,
    )
    return [
      ...[...shared].map(([method, list]) =>
        block(
          `${service}_${method.toLowerCase()}`,
          service,
          [method],
          list.map(({ path }) => globOf(path)),
        ),
      ),
      block(service, service, [], whole),
    ]
  })
  const rest = `	handle {\n		import leads ${REST}\n	}`
  return `${HEAD}\n(services) {\n${[...blocks, rest].join('\n\n')}\n}\n${TAIL}`
}

/** One line of the gateway's table. */
export type Lead = { methods: string[] | null; paths: string[] | null; service: string }

/** The table that a Caddyfile holds, in the order in which Caddy goes through it. */
export function readTable(text: string): Lead[] {
  const matchers = new Map<string, Pick<Lead, 'methods' | 'paths'>>()
  for (const [, name = '', inside = ''] of text.matchAll(/^\t@(\w+) \{\n((?:\t\t.*\n)*)\t\}$/gm)) {
    const words = (word: string) =>
      new RegExp(`^\\t\\t${word} (.*)$`, 'm').exec(inside)?.[1]?.split(' ') ?? null
    matchers.set(name, { methods: words('method'), paths: words('path') })
  }
  return [...text.matchAll(/^\thandle (?:@(\w+) )?\{\n\t\timport leads (\w+)\n\t\}$/gm)].map(
    ([, name, service = '']) => {
      const matcher = name === undefined ? { methods: null, paths: null } : matchers.get(name)
      if (!matcher) throw new Error(`the Caddyfile names no @${name}`)
      return { ...matcher, service }
    },
  )
}

/** As Caddy does it: a star at the end is any rest, one in the middle stays within its part of the path. */
function fits(glob: string, path: string): boolean {
  const first = glob.indexOf('*')
  if (first === -1) return glob === path
  if (first === glob.length - 1) return path.startsWith(glob.slice(0, -1))
  const pattern = glob.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${pattern.join('[^/]*')}$`).test(path)
}

/** The service to which the table leads a request. */
export const serviceOf = (table: readonly Lead[], method: string, path: string): string | undefined =>
  table.find(
    ({ methods, paths }) =>
      (methods === null || methods.includes(method)) &&
      (paths === null || paths.some((glob) => fits(glob, path))),
  )?.service
