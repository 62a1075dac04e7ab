import type { PropsWithChildren } from 'hono/jsx'
import type { Viewer } from '../viewer.ts'

type Props = PropsWithChildren<{
  viewer: Viewer
  action: string
  class?: string
  id?: string
  label?: string
}>

/** A form that changes something: it brings along what shows that this browser was given it. */
export const PostForm = ({ viewer, action, class: look, id, label, children }: Props) => (
  <form method="post" action={action} class={look} id={id} aria-label={label}>
    <input type="hidden" name="csrf" value={viewer.csrf} />
    {children}
  </form>
)
