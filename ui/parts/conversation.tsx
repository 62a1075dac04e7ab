import type { Message, Part, ToolCall } from '../spans/read-messages.ts'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'
import { JsonView } from './json-view.tsx'
import { Prose } from './prose.tsx'
import { Said } from './said.tsx'

type At = { viewer: Viewer; id: string }

const PartView = ({ viewer, id, part }: At & { part: Part }) =>
  'text' in part ? (
    <Prose viewer={viewer} text={part.text} />
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

/** Messages of a conversation with a model, one under the other. */
export const Conversation = ({ viewer, id, messages }: At & { messages: Message[] }) => (
  <ol class="conversation">
    {messages.map((message, at) => (
      <li class={`message from-${wordFor(viewer.text.payload.roles, message.role) ? message.role : 'other'}`}>
        <div class="role">
          {wordFor(viewer.text.payload.roles, message.role) ?? <Said>{message.role}</Said>}
          {message.name && (
            <span class="role-name">
              <Said>{message.name}</Said>
            </span>
          )}
        </div>
        {message.parts.map((part, place) => (
          <PartView viewer={viewer} id={`${id}-${at}-${place}`} part={part} />
        ))}
        {message.calls.map((call, place) => (
          <CallView viewer={viewer} id={`${id}-${at}-call-${place}`} call={call} />
        ))}
      </li>
    ))}
  </ol>
)
