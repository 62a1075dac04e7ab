import type { Config } from '#shared/config.ts'
import { OutboundError, type Outbound } from '#shared/http/outbound.ts'
import { JudgeError } from './judge.ts'

const MOST_BYTES = 256 * 1024
/** The time of a judge is bounded by its signal; this is only for connections that hang on. */
const MOST_MS = 60_000

/** What calls to judges are made with. */
export type Network = {
  outbound: Outbound
  config: Pick<Config, 'judge_url' | 'judge_api_key' | 'judge_model'>
}

/** The operator's key goes to the operator's endpoint, and to no other that somebody wrote into a policy. */
function keyFor({ judge_url, judge_api_key }: Network['config'], url: string): Record<string, string> {
  if (!judge_url || !judge_api_key || new URL(url).origin !== new URL(judge_url).origin) return {}
  return { authorization: `Bearer ${judge_api_key}` }
}

/** Sends a question to a judge and gives the text of its answer; anything but a 2xx is a JudgeError. */
export async function postJson(
  { outbound, config }: Network,
  url: string,
  body: unknown,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { status, body: bytes } = await outbound({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...keyFor(config, url) },
      body: JSON.stringify(body),
      timeout_ms: MOST_MS,
      most_bytes: MOST_BYTES,
      signal,
    })
    if (status < 200 || status > 299) throw new JudgeError(`http_${status}`)
    return new TextDecoder().decode(bytes)
  } catch (cause) {
    if (!(cause instanceof OutboundError)) throw cause
    throw new JudgeError(cause.code === 'aborted' ? 'timeout' : cause.code)
  }
}
