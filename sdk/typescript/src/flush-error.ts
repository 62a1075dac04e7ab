/** What a flush could not bring to the hub. */
export type FlushReport = {
  /** Items that were dropped or refused since the flush began. */
  lost: number
  /** Items that still wait, to be sent later; 0 unless the time ran out. */
  pending: number
  /** The time that ran out, else null. */
  timeoutMs: number | null
}

/** Why `flush()` rejects; a flush that nobody awaits rejects unheard. */
export class FlushError extends Error {
  override readonly name = 'FlushError'
  readonly report: FlushReport

  constructor(report: FlushReport) {
    const late = report.timeoutMs === null ? '' : `, ${report.pending} unsent after ${report.timeoutMs} ms`
    super(`${report.lost} items were lost${late}`)
    this.report = report
  }
}
