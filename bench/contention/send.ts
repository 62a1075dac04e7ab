import type { Request } from './sayings.ts'

/** What the clients met. */
export type Met = { acknowledged: number; retries: number; wrong: string[] }

const TRIES = 200
const PAUSE_MS = 50

/** Sends one request until it is acknowledged; anything but 200 or a well-formed 503 or 429 is wrong. */
async function tell(url: string, key: string, { path, body }: Request, met: Met): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': key },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (response.status === 200) {
      met.acknowledged++
      if (/"rejected":\[\{/.test(text)) met.wrong.push(`${path} refused an item: ${text}`)
      return
    }
    const again = (response.status === 503 || response.status === 429) && response.headers.has('retry-after')
    if (!again) {
      met.wrong.push(`${path} gave ${response.status}: ${text}`)
      return
    }
    met.retries++
    await Bun.sleep(PAUSE_MS)
  }
  met.wrong.push(`${path} was never acknowledged`)
}

/** Sends each request to one process and about every third to another as well, some clients at a time. */
export async function sendAll(
  urls: string[],
  key: string,
  requests: Request[],
  met: Met,
  clients = 24,
): Promise<void> {
  const queue = requests.flatMap((request, index) => {
    const first = { url: urls[index % urls.length] ?? '', request }
    const second = { url: urls[(index + 1) % urls.length] ?? '', request }
    return index % 3 === 0 ? [first, second] : [first]
  })
  let next = 0
  const client = async () => {
    for (let one = queue[next++]; one; one = queue[next++]) await tell(one.url, key, one.request, met)
  }
  await Promise.all(Array.from({ length: clients }, client))
}
