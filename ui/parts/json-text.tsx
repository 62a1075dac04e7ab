const MOST_COLOURED = 8000
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

/** JSON text with its parts in colours, where it is short enough for them to help. */
export const JsonText = ({ json }: { json: string }) => (
  <>{json.length > MOST_COLOURED ? json : [...coloured(json)]}</>
)
