import { offer } from './overload/offer.ts'

/** A client that offers too much until it is told to end; prints how it was answered. */
const [url = '', key = '', per_second = '0'] = process.argv.slice(2)

let ended = false
process.on('SIGTERM', () => (ended = true))
const { statuses } = await offer(url, key, Number(per_second), () => ended)
process.stdout.write(JSON.stringify(statuses))
