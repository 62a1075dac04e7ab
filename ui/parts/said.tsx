/**
 * Characters that show nothing or turn the reading direction, which text from a trace could use to deceive.
 * Joiners and variation selectors stay where scripts and emoji need them.
 */
const HIDDEN = new RegExp(
  [
    String.raw`[[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]--[\t\n\u200c\u200d\p{Variation_Selector}]]`,
    String.raw`(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\p{M}\p{Script=Arabic}])[\u200c\u200d]`,
    String.raw`(?<!\p{Script=Han})[\u{e0100}-\u{e01ef}]`,
  ].join('|'),
  'gv',
)

const codePoint = (character: string) => character.codePointAt(0) ?? 0

const codeName = (character: string) =>
  `U+${codePoint(character).toString(16).toUpperCase().padStart(4, '0')}`

/** A text with its hidden characters written out as their numbers. */
export const plain = (text: string): string => text.replace(HIDDEN, (character) => `[${codeName(character)}]`)

/** JSON with its hidden characters as escapes, so that it still reads as the same JSON. */
export const escaped = (json: string): string =>
  json.replace(HIDDEN, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )

function* pieces(text: string) {
  let from = 0
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (index > from) yield text.slice(from, index)
    yield (
      <span class="hidden-char" data-char={codePoint(character)}>
        {codeName(character)}
      </span>
    )
    from = index + character.length
  }
  if (from < text.length) yield text.slice(from)
}

/** Text from a trace: its direction stays inside, its hidden characters are seen. */
export const Said = ({ children }: { children: string }) => <bdi>{[...pieces(children)]}</bdi>

/** The pieces of a longer text, for a block that isolates its direction itself. */
export const saidPieces = (text: string) => [...pieces(text)]
