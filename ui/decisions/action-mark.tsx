import { isAction, type Action } from '#shared/policy/actions.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Said } from '../parts/said.tsx'
import type { Viewer } from '../viewer.ts'

const LOOKS: Record<Action, { icon: IconName; look: string }> = {
  ALLOW_ANSWER: { icon: 'success', look: 'allow' },
  ALLOW_WITH_WARNING: { icon: 'warning', look: 'warn' },
  NEED_CLARIFICATION: { icon: 'question', look: 'ask' },
  ESCALATE: { icon: 'escalate', look: 'escalate' },
  BLOCK: { icon: 'block', look: 'block' },
}

/** What was decided: icon, word and colour together; the title is its name in the API. With `href` it leads somewhere. */
export const ActionMark = ({ viewer, action, href }: { viewer: Viewer; action: string; href?: string }) => {
  if (!isAction(action)) {
    return (
      <span class="pill">
        <Said>{action}</Said>
      </span>
    )
  }
  const { icon, look } = LOOKS[action]
  const said = (
    <>
      <Icon name={icon} />
      {viewer.text.decisions.actions[action]}
    </>
  )
  const looks = { class: `action action-${look}`, title: action }
  return href === undefined ? (
    <span {...looks}>{said}</span>
  ) : (
    <a {...looks} href={href}>
      {said}
    </a>
  )
}
