import { Notice } from '../parts/notice.tsx'
import { Said } from '../parts/said.tsx'
import { wordFor } from '../text/text.ts'
import type { Viewer } from '../viewer.ts'
import { failedJudge, judgeError } from './judge-error.ts'

const Reason = ({ viewer, reason }: { viewer: Viewer; reason: string }) => {
  const { decisions: text } = viewer.text
  const failed = failedJudge(viewer, reason)
  if (failed === null) return <>{wordFor(text.degraded.reasons, reason) ?? <Said>{reason}</Said>}</>
  return (
    <>
      {text.judge}{' '}
      <code>
        <Said>{failed.judge}</Said>
      </code>
      {': '}
      <Said>{judgeError(viewer, failed.code)}</Said>
    </>
  )
}

/** Says that a decision is not what it would be on a good day, and why. */
export const Degraded = ({ viewer, reasons }: { viewer: Viewer; reasons: string[] }) => (
  <Notice kind="warn" title={viewer.text.decisions.degraded.title}>
    <ul class="bullets">
      {reasons.map((reason) => (
        <li>
          <Reason viewer={viewer} reason={reason} />
        </li>
      ))}
    </ul>
  </Notice>
)
