import type { Log } from '../log.ts'
import { checkOf } from '../schema/check.ts'
import type { Bus } from './bus.ts'
import { memoryBus } from './memory.ts'
import { natsLink } from './nats-link.ts'
import { NOTICES, type Notices, type Subject } from './subjects.ts'

const LARGEST = 1024 * 1024

const isSubject = (subject: string): subject is Subject => Object.hasOwn(NOTICES, subject)

/** What came from outside is a notice only if it is JSON of its subject's schema. */
function readNotice(subject: Subject, data: Uint8Array): Notices[Subject] | null {
  if (data.length > LARGEST) return null
  try {
    const notice: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data))
    return checkOf(NOTICES[subject]).Check(notice) ? notice : null
  } catch {
    return null
  }
}

/**
 * The bus between processes: core NATS. Hearers of this process are called at once and without it, so that NATS away
 * only delays what other processes hear.
 */
export async function natsBus(url: string, log: Log): Promise<Bus & { stop: () => Promise<void> }> {
  const local = memoryBus(log)
  let refused = 0

  /** Counted in the log at 1, 2, 4, 8 and so on, so that a stranger on the subject cannot fill it. */
  function refuse(subject: string) {
    refused++
    if (Number.isInteger(Math.log2(refused)))
      log.warn('what came over NATS is no notice', { subject, refused })
  }

  const link = await natsLink(url, log, (subject, data) => {
    const notice = isSubject(subject) ? readNotice(subject, data) : null
    if (isSubject(subject) && notice) local.publish(subject, notice)
    else refuse(subject)
  })
  return {
    publish(subject, notice) {
      local.publish(subject, notice)
      const text = JSON.stringify(notice)
      if (Buffer.byteLength(text) <= LARGEST) link.send(subject, text)
      else log.error('a notice is too large to be sent', { subject })
    },
    subscribe(subject, hear) {
      link.listen(subject)
      return local.subscribe(subject, hear)
    },
    stop: link.stop,
  }
}
