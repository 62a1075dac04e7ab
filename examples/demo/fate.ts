import type { Dice } from './dice.ts'

/**
 * What becomes of a trace: `model` and `tool` fail, `retry` fails once, `crash` loses the process in mid-call,
 * `dangling` leaves a side job open, `cancelled` is given up by its user, `approval` waits for a person.
 */
export type Fate = 'fine' | 'model' | 'tool' | 'retry' | 'crash' | 'dangling' | 'cancelled' | 'approval'

const DECK: readonly Fate[] = [
  ...Array.from({ length: 29 }, (): Fate => 'fine'),
  ...(['model', 'model', 'tool', 'tool', 'retry', 'retry', 'retry'] as const),
  ...(['crash', 'dangling', 'cancelled', 'approval'] as const),
]

/** Fates for the traces of a day, in turn: each forty have their share of trouble, in another order. */
export function* fates(dice: Dice): Generator<Fate, never> {
  for (;;) yield* dice.shuffle(DECK)
}

const MODEL_TROUBLE: Record<string, readonly string[]> = {
  openai: [
    'RateLimitError: 429 {"error": {"message": "Rate limit reached for requests on tokens per min (TPM): Limit 450000, Used 441932, Requested 12806. Please try again in 1.965s.", "type": "tokens", "code": "rate_limit_exceeded"}}',
    'InternalServerError: 500 {"error": {"message": "The server had an error while processing your request. Sorry about that!", "type": "server_error"}}',
  ],
  anthropic: [
    'OverloadedError: 529 {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}',
    'RateLimitError: 429 {"type": "error", "error": {"type": "rate_limit_error", "message": "This request would exceed the rate limit of 80,000 input tokens per minute."}}',
  ],
  google: [
    'ServerError: 503 UNAVAILABLE. {"error": {"code": 503, "message": "The model is overloaded. Please try again later.", "status": "UNAVAILABLE"}}',
    'ClientError: 429 RESOURCE_EXHAUSTED. {"error": {"code": 429, "message": "Quota exceeded for metric: generate_content_requests", "status": "RESOURCE_EXHAUSTED"}}',
  ],
}

export const TIMEOUT_MS = 30_000

/** Why a model call failed, and how long that took. */
export function modelTrouble(dice: Dice, provider: string): { error: string; ms: number } {
  if (dice.chance(0.2)) {
    return {
      error: `APITimeoutError: Request timed out after 30.0 s (${provider}, attempt 1)`,
      ms: TIMEOUT_MS,
    }
  }
  return {
    error: dice.pick(MODEL_TROUBLE[provider] ?? ['APIConnectionError: Connection error.']),
    ms: dice.around(420),
  }
}

const TOOL_TROUBLE: readonly ((tool: string) => string)[] = [
  (tool) => `TimeoutError: ${tool}: no answer from orders-api within 8000 ms`,
  (tool) =>
    `HTTPStatusError: ${tool}: 502 Bad Gateway for url 'https://carrier-gateway.internal/v2/shipments'`,
  (tool) =>
    `Traceback (most recent call last):\n  File "/srv/app/tools/orders.py", line 88, in ${tool}\n    row = await pool.fetchrow(QUERY, order_id)\n  File "/srv/app/db/pool.py", line 41, in fetchrow\n    async with self.acquire(timeout=5) as connection:\nTimeoutError: all 20 connections of pool "orders" are in use`,
  (tool) =>
    `ValidationError: ${tool}: 1 validation error\norder_id\n  String should match pattern '^H\\d{7}$'`,
]

/** Why a tool failed, and how long that took. */
export const toolTrouble = (dice: Dice, tool: string): { error: string; ms: number } => ({
  error: dice.pick(TOOL_TROUBLE)(tool),
  ms: dice.around(4200),
})
