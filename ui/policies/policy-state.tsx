import type { Policy, PolicyVersion } from '#shared/contract/policies.ts'
import { Icon } from '../parts/icon.tsx'
import { Time } from '../parts/time.tsx'
import type { Viewer } from '../viewer.ts'

/** Whether a policy decides, with which version, and what it waits for. */
export const PolicyState = ({ viewer, policy }: { viewer: Viewer; policy: Policy }) => {
  const { policies: text } = viewer.text
  const { active_version: active, scheduled_version: scheduled } = policy
  return (
    <>
      {active === null ? (
        <span class="state state-cancelled">
          <Icon name="cancelled" />
          {text.idle}
        </span>
      ) : (
        <span class="state state-success">
          <Icon name="decision" />
          {text.decides(active)}
        </span>
      )}
      {scheduled !== null && (
        <span class="state state-running">
          <Icon name="stale" />
          {text.scheduled(scheduled)}
        </span>
      )}
    </>
  )
}

/** Whether a version decides, or since or from when it would. */
export const VersionState = ({ viewer, version }: { viewer: Viewer; version: PolicyVersion }) => {
  const { policies: text } = viewer.text
  if (version.active) {
    return (
      <span class="state state-success">
        <Icon name="decision" />
        {text.active}
      </span>
    )
  }
  if (!version.scheduled) return <span class="quiet">{text.stored}</span>
  return (
    <span class="state state-running">
      <Icon name="stale" />
      {text.from} <Time viewer={viewer} at={version.effective_from} />
    </span>
  )
}
