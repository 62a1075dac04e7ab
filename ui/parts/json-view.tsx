import type { Viewer } from '../viewer.ts'
import { CopyButton } from './copy-button.tsx'
import { bytes, count } from './quantity.ts'
import { escaped } from './said.tsx'

const FOLD_LINES = 40
const MOST_CHARACTERS = 200_000
const MOST_COLOURED = 20_000
const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

function* coloured(json: string) {
  let from = 0
  for (const { 0: token, 1: quoted, 2: colon, 3: word, index } of json.matchAll(TOKEN)) {
    if (index > from) yield json.slice(from, index)
    if (quoted !== undefined && colon !== undefined) {
      yield <span class="json-key">{quoted}</span>
      yield colon
    } else yield <span class={quoted ? 'json-text' : word ? 'json-word' : 'json-number'}>{token}</span>
    from = index + token.length
  }
  if (from < json.length) yield json.slice(from)
}

/** A value as readable JSON: indented, folded when long, with hidden characters as escapes. */
export const JsonView = ({
  viewer,
  value,
  id,
  what,
}: {
  viewer: Viewer
  value: unknown
  id: string
  what: string
}) => {
  const { text } = viewer
  const whole = escaped(JSON.stringify(value, null, 2) ?? 'null')
  const json = whole.length > MOST_CHARACTERS ? whole.slice(0, MOST_CHARACTERS) : whole
  const lines = json.split('\n').length
  const body = (
    <div class="json">
      <CopyButton viewer={viewer} what={what} from={id} />
      <pre id={id} dir="ltr" tabindex={0}>
        {json.length > MOST_COLOURED ? json : [...coloured(json)]}
      </pre>
      {json !== whole && <p class="hint">{text.payload.cut(count(viewer, MOST_CHARACTERS))}</p>}
    </div>
  )
  if (lines <= FOLD_LINES && json.length <= MOST_COLOURED) return body
  return (
    <details class="fold">
      <summary>
        {`JSON · ${text.units.lines(count(viewer, lines))} · ${bytes(viewer, Buffer.byteLength(whole))}`}
      </summary>
      {body}
    </details>
  )
}
