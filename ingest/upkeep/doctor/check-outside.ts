import { createConnection } from 'node:net'
import type { Deps } from '#shared/service.ts'
import { fine, look, wrong, type Finding } from './finding.ts'

const PATIENCE_MS = 2000
const HOUR_MS = 3_600_000

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: PATIENCE_MS })
    const end = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => end(true))
    socket.once('timeout', () => end(false))
    socket.once('error', () => end(false))
  })
}

async function checkServer(
  name: string,
  url: string | undefined,
  port: number,
  without: string,
): Promise<Finding> {
  if (url === undefined) return fine(`${name} is not set: ${without}`)
  const { hostname, port: own } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const at = `${hostname}:${own || port}`
  return (await takesConnections(host, Number(own) || port))
    ? fine(`${name}: ${at} takes connections`)
    : look(`${name}: ${at} takes no connection`, `Start it. Until then ${without}`)
}

/** The two servers that may be away. */
export const checkServers = ({ config }: Deps): Promise<Finding[]> =>
  Promise.all([
    checkServer('NATS_URL', config.nats_url, 4222, 'a process knows changes of another within a second.'),
    checkServer('REDIS_URL', config.redis_url, 6379, 'each process counts limits and sign-ins for itself.'),
  ])

const TOO_WIDE = /^(0\.0\.0\.0|::)(\/0)?$|\/0$/
const METADATA = /^169\.254\./

/** Networks that judges and webhooks may reach besides public ones. */
export function checkOutbound({ config }: Deps): Finding[] {
  const { outbound_allow } = config
  const wide = outbound_allow.filter((one) => TOO_WIDE.test(one) || METADATA.test(one))
  if (wide.length > 0) {
    const says = `HUB_OUTBOUND_ALLOW opens ${wide.join(', ')}`
    return [wrong(says, 'Name the networks of your judges and receivers only: this reaches what is inside.')]
  }
  return [fine(`Outbound: public addresses${outbound_allow.map((one) => `, ${one}`).join('')}`)]
}

type Hooks = { disabled: number; failing: number; dead: number }

/** Whether what is told to the outside arrives. */
export async function checkWebhooks({ database: { sql }, clock }: Deps): Promise<Finding[]> {
  const [row] = await sql<[Hooks]>`
    select count(*) filter (where disabled_reason is not null)::int as disabled,
      count(*) filter (where disabled_at is null and failing_since < ${new Date(clock() - HOUR_MS)})::int as failing,
      (select count(*)::int from deliveries where state = 'dead') as dead
    from subscriptions`
  const found: Finding[] = []
  const advice = 'See /notifications for the reason, mend the receiver, then redeliver.'
  if (row.disabled > 0) found.push(look(`${row.disabled} subscriptions were disabled`, advice))
  if (row.failing > 0) found.push(look(`${row.failing} subscriptions fail for more than an hour`, advice))
  if (row.dead > 0) found.push(look(`${row.dead} deliveries were given up`, advice))
  return found.length > 0 ? found : [fine('Webhooks arrive')]
}
