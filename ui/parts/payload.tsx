import { readJson, readMessages } from '../spans/read-messages.ts'
import type { Viewer } from '../viewer.ts'
import { Conversation } from './conversation.tsx'
import { CopyButton } from './copy-button.tsx'
import { JsonView } from './json-view.tsx'
import { Prose } from './prose.tsx'

type Props = { viewer: Viewer; id: string; title: string; value: unknown }

const isEmpty = (value: unknown) => value === null || value === undefined || value === ''

const Body = ({ viewer, id, title, value }: Props) => {
  const { payload } = viewer.text
  if (isEmpty(value)) return <p class="quiet">{payload.empty}</p>
  const messages = readMessages(value)
  const json = typeof value === 'string' ? readJson(value) : value
  if (messages) {
    return (
      <>
        <Conversation viewer={viewer} id={id} messages={messages} />
        <details class="fold">
          <summary>{payload.as_json}</summary>
          <JsonView viewer={viewer} value={json} id={`${id}-json`} what={title} />
        </details>
      </>
    )
  }
  if (json !== undefined) return <JsonView viewer={viewer} value={json} id={id} what={title} />
  return (
    <div class="text-payload">
      <CopyButton viewer={viewer} what={title} from={id} />
      <Prose viewer={viewer} text={String(value)} id={id} of={id} />
    </div>
  )
}

/** What went in or came out, as a person reads it: a conversation, a text, or JSON. */
export const Payload = (props: Props) => (
  <section class="payload">
    <h3>{props.title}</h3>
    <Body {...props} />
  </section>
)
