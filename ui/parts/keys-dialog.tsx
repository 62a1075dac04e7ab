import type { Text } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'

const KEYS: [keys: string[], means: Exclude<keyof Text['keys'], 'title'>][] = [
  [['j', 'k'], 'row'],
  [['[', ']'], 'sibling'],
  [['e'], 'error'],
  [['n'], 'hit'],
  [['s'], 'spans'],
  [['g'], 'graph'],
  [['t'], 'timeline'],
  [['d'], 'decision'],
  [['/'], 'find'],
  [['Esc'], 'close_span'],
  [['?'], 'help'],
]

/** The keys of the trace page, shown by `?`; without the script there are none, and no dialog. */
export const KeysDialog = ({ viewer }: { viewer: Viewer }) => {
  const { keys: text, close } = viewer.text
  return (
    <dialog id="keys" class="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">{text.title}</h2>
      <dl>
        {KEYS.map(([keys, means]) => (
          <div>
            <dt>
              {keys.map((key) => (
                <kbd>{key}</kbd>
              ))}
            </dt>
            <dd>{text[means]}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="button" {...{ command: 'close', commandfor: 'keys' }}>
        {close}
      </button>
    </dialog>
  )
}
