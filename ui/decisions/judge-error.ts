import type { Viewer } from '../viewer.ts'
import { wordFor } from '../text/text.ts'

/** What went wrong with a judge, in words; a code that is not known is shown as it is. */
export function judgeError({ text }: Viewer, code: string): string {
  const { judge_errors: words, judge_http } = text.decisions
  const [, status] = /^http_(\d{3})$/.exec(code) ?? []
  return status === undefined ? (wordFor(words, code) ?? code) : judge_http(status)
}

/** The judge and the error in a reason like `judge_faithful_timeout`; null where it is none. */
export function failedJudge({ text }: Viewer, reason: string): { judge: string; code: string } | null {
  const codes = [
    ...Object.keys(text.decisions.judge_errors).toSorted((a, b) => b.length - a.length),
    'http_\\d{3}',
  ]
  const [, judge, code] = new RegExp(`^judge_(.+?)_(${codes.join('|')})$`, 's').exec(reason) ?? []
  return judge === undefined || code === undefined ? null : { judge, code }
}
