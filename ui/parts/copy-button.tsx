import type { Viewer } from '../viewer.ts'
import { Icon } from './icon.tsx'
import { plain } from './said.tsx'

type Props = { viewer: Viewer; what: string; text?: string; from?: string }

/** Copies a text, or all that an element holds; `what` names it for those who cannot see. Needs the script. */
export const CopyButton = ({ viewer, what, text, from }: Props) => (
  <button
    type="button"
    class="copy"
    data-copy={text}
    data-copy-from={from}
    data-copied={viewer.text.copied}
    aria-label={`${viewer.text.copy}: ${plain(what)}`}
  >
    <Icon name="copy" />
    <span>{viewer.text.copy}</span>
  </button>
)
