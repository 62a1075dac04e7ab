/** A client that keeps its own ledger: what it sent, and what the hub has acknowledged. */
export type LedgerClient = { trace_id: string; sent: Set<string>; acked: Set<string>; retries: number }

const SPANS_A_REQUEST = 5
const PAUSE_MS = 50

const span = (trace_id: string) => {
  const span_id = crypto.randomUUID()
  const now = new Date().toISOString()
  return {
    span_id,
    trace_id,
    name: 'work',
    span_type: 'llm',
    start_time: now,
    end_time: now,
    input_tokens: 3,
    input: { text: '환불 규정 '.repeat(20) },
    idempotency_key: span_id,
  }
}

/**
 * Sends spans of one trace until told to stop, each request again and again with the same keys until it is
 * acknowledged, as a careful SDK does. What is under way when it is told to stop is still brought to its end.
 */
export async function sendUntil(base: string, stopped: () => boolean): Promise<LedgerClient> {
  const client: LedgerClient = {
    trace_id: crypto.randomUUID(),
    sent: new Set(),
    acked: new Set(),
    retries: 0,
  }
  while (!stopped()) {
    const spans = Array.from({ length: SPANS_A_REQUEST }, () => span(client.trace_id))
    for (const { span_id } of spans) client.sent.add(span_id)
    const body = JSON.stringify({
      trace: { trace_id: client.trace_id, start_time: spans[0]?.start_time },
      spans,
    })
    while (!(await isAcknowledged(base, body))) {
      client.retries++
      await Bun.sleep(PAUSE_MS)
    }
    for (const { span_id } of spans) client.acked.add(span_id)
  }
  return client
}

async function isAcknowledged(base: string, body: string): Promise<boolean> {
  try {
    const response = await fetch(`${base}/api/v1/ingest/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': 'dev-key' },
      body,
      signal: AbortSignal.timeout(15_000),
    })
    if (response.status >= 500 && response.status !== 503) throw new Refused(`answered ${response.status}`)
    return response.ok
  } catch (error) {
    if (error instanceof Refused) throw error
    return false
  }
}

/** An answer that a client takes for final: it would drop its data. */
class Refused extends Error {
  override readonly name = 'Refused'
}
