import type { Message, Part, ToolCall } from '../spans/read-messages.ts'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'
import { JsonView } from './json-view.tsx'
import { Prose } from './prose.tsx'
import { count } from './quantity.ts'
import { Said } from './said.tsx'
import { ShowAll, shownOf } from './show-all.tsx'

type At = { viewer: Viewer; id: string }

const PartView = ({ viewer, id, of, part }: At & { of: string; part: Part }) =>
  'text' in part ? (
    <Prose viewer={viewer} text={part.text} of={of} />
  ) : (
    <JsonView viewer={viewer} value={part.json} id={id} what="JSON" />
  )

const CallView = ({ viewer, id, call }: At & { call: ToolCall }) => (
  <details class="tool-call">
    <summary>
      {viewer.text.payload.tool_call}{' '}
      <code>
        <Said>{call.name}</Said>
      </code>
    </summary>
    <JsonView viewer={viewer} value={call.input} id={id} what={call.name} />
  </details>
)

const sizeOf = ({ parts, calls }: Message) => JSON.stringify([parts, calls]).length

/** The first message that is shown: the last ones say most, and a page is no place for all of a long conversation. */
function firstShown(messages: Message[], most: number): number {
  let left = most
  let first = messages.length - 1
  for (; first > 0; first--) {
    left -= sizeOf(messages[first] ?? { role: '', name: null, parts: [], calls: [] })
    if (left <= 0) break
  }
  return Math.max(0, first)
}

/** Messages of a conversation with a model, one under the other. */
export const Conversation = ({ viewer, id, messages }: At & { messages: Message[] }) => {
  const { payload: text } = viewer.text
  const first = firstShown(messages, shownOf(viewer, id))
  return (
    <>
      {first > 0 && (
        <>
          <p class="hint">{text.earlier(count(viewer, first))}</p>
          <ShowAll
            viewer={viewer}
            id={id}
            size={messages.reduce((sum, message) => sum + sizeOf(message), 0)}
          />
        </>
      )}
      <ol class="conversation" id={id}>
        {messages.slice(first).map((message, place) => (
          <li class={`message from-${wordFor(text.roles, message.role) ? message.role : 'other'}`}>
            <div class="role">
              {wordFor(text.roles, message.role) ?? <Said>{message.role}</Said>}
              {message.name && (
                <span class="role-name">
                  <Said>{message.name}</Said>
                </span>
              )}
            </div>
            {message.parts.map((part, n) => (
              <PartView viewer={viewer} id={`${id}-${first + place}-${n}`} of={id} part={part} />
            ))}
            {message.calls.map((call, n) => (
              <CallView viewer={viewer} id={`${id}-${first + place}-call-${n}`} call={call} />
            ))}
          </li>
        ))}
      </ol>
    </>
  )
}
