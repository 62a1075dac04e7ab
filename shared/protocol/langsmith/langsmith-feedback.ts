import { namedBy, orReject } from '../native/read-batch.ts'
import type { Item, Protocol } from '../saying.ts'
import { readFeedback } from './read-feedback.ts'

function read(document: unknown): Item {
  const digest = Bun.hash.xxHash64(JSON.stringify(document) ?? '').toString(36)
  return readFeedback(document, ['body'], { ordinal: 0, digest, raw: () => document })
}

/** `POST /feedback`: one score or verdict on a run, which may leave it to the hub to know its trace. */
export const langsmithFeedback: Protocol = {
  code: 11,
  name: 'langsmith-feedback',
  read(document) {
    const item = orReject(() => read(document))
    return { header: null, items: [item], refused: [], received: 1 }
  },
  header: () => null,
  item: (document, ordinal) => (ordinal === 0 ? read(document) : null),
  names: (document) => ({ envelope: namedBy(document), entries: [] }),
  cut: (body) => body,
}
