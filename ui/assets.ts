import { fileURLToPath } from 'node:url'
import { SECURITY } from './answer.tsx'

/** The parts of d3-zoom, in the order of their needs: each adds itself to `d3` as a browser loads it. */
function zoomParts(): URL[] {
  const zoom = import.meta.resolve('d3-zoom')
  const needs = ['color', 'dispatch', 'ease', 'timer', 'interpolate', 'selection', 'drag', 'transition']
  const places = [
    ...needs.map((name) => [name, import.meta.resolve(`d3-${name}`, zoom)] as const),
    ['zoom', zoom] as const,
  ]
  return places.map(([name, place]) => new URL(`../dist/d3-${name}.min.js`, place))
}

const FILES = {
  'app.css': [
    new URL('static/app.css', import.meta.url),
    new URL('static/policies.css', import.meta.url),
    new URL('static/cases.css', import.meta.url),
  ],
  'app.js': [new URL('static/app.js', import.meta.url), new URL('static/cases.js', import.meta.url)],
  'd3-zoom.js': zoomParts(),
  'favicon.svg': new URL('static/favicon.svg', import.meta.url),
  'graph.js': new URL('static/graph.js', import.meta.url),
  'htmx.js': new URL(import.meta.resolve('htmx.org/dist/htmx.min.js')),
}
const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

type AssetName = keyof typeof FILES

/** The files that pages load, under addresses that name their content, and the build that all of it is. */
export type Assets = {
  build: string
  url: (name: AssetName) => string
  answer: (hash: string, name: string) => Response | null
}

const hashOf = (...parts: (string | Uint8Array)[]): string => {
  const hash = new Bun.CryptoHasher('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, 12)
}

/** A change of any source of the UI is another build, so that no page keeps what an older one painted. */
async function hashSources(): Promise<string> {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const names = await Array.fromAsync(new Bun.Glob('**/*.{ts,tsx,css,js}').scan(folder))
  return hashOf(...(await Promise.all(names.toSorted().map((name) => Bun.file(`${folder}/${name}`).bytes()))))
}

/** Files one after the other. */
async function readAll(addresses: URL[]): Promise<Uint8Array<ArrayBuffer>> {
  const texts = await Promise.all(addresses.map((address) => Bun.file(address).bytes()))
  return new Uint8Array(await new Blob(texts.flatMap((text) => [text, '\n'])).arrayBuffer())
}

/** Reads every file once, at the start. */
export async function loadAssets(): Promise<Assets> {
  const files = new Map<string, { hash: string; bytes: Uint8Array<ArrayBuffer> }>()
  for (const [name, address] of Object.entries(FILES)) {
    const bytes = await readAll([address].flat())
    files.set(name, { hash: hashOf(bytes), bytes })
  }
  const build = hashOf(await hashSources(), ...[...files.values()].map(({ hash }) => hash))
  return {
    build,
    url: (name) => `/static/${files.get(name)?.hash ?? ''}/${name}`,
    answer(hash, name) {
      const file = files.get(name)
      if (!file || file.hash !== hash) return null
      const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
      const headers = {
        ...SECURITY,
        'content-type': type,
        'cache-control': 'public, max-age=31536000, immutable',
      }
      return new Response(file.bytes, { headers })
    },
  }
}
