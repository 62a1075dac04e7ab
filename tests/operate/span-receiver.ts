type Value = { stringValue?: string; intValue?: string; boolValue?: boolean }
type Attribute = { key: string; value: Value }
type Sent = {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Attribute[]
  links?: { traceId: string; spanId: string }[]
  status: { code?: number }
}
type Document = {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Sent[] }[] }[]
}

/** A span as it came, with its attributes as an object. */
export type Came = Omit<Sent, 'attributes'> & { attributes: Record<string, unknown>; service: unknown }

const plain = (attributes: Attribute[]): Record<string, unknown> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? (value.intValue === undefined ? null : Number(value.intValue)),
    ]),
  )

/** A receiver of OTLP in JSON on a port of its own, which keeps the spans that come and the headers they came with. */
export function openSpanReceiver() {
  const spans: Came[] = []
  const headers: Record<string, string>[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      if (new URL(request.url).pathname !== '/v1/traces') return new Response(null, { status: 404 })
      headers.push(Object.fromEntries(request.headers))
      // The hub's own writer made it.
      const { resourceSpans } = (await request.json()) as Document
      for (const { resource, scopeSpans } of resourceSpans) {
        const service = plain(resource.attributes)['service.name']
        for (const one of scopeSpans.flatMap((scope) => scope.spans))
          spans.push({ ...one, attributes: plain(one.attributes), service })
      }
      return Response.json({})
    },
  })
  return {
    ...{ spans, headers, url: `http://127.0.0.1:${server.port}` },
    /** Those of one trace. */
    of: (trace_id: string) => spans.filter(({ traceId }) => traceId === trace_id),
    stop: () => server.stop(true),
  }
}
