/** The value at a share of a list: 0.5 is the median. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

export const median = (values: number[]): number => quantile(values, 0.5)

export const whole = (value: number): string => Math.round(value).toLocaleString('en')

/** Milliseconds with as many digits as mean something. */
export const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0)

/** p50 / p99 of some times. */
export const waits = (times: number[]): string => `${ms(quantile(times, 0.5))} / ${ms(quantile(times, 0.99))}`

export function printRows(rows: string[][]): void {
  for (const cells of rows) console.log(`| ${cells.join(' | ')} |`)
}

/** Prints rows as one Markdown table; more of them may follow. */
export function printTable(head: string[], rows: string[][]): void {
  printRows([head, head.map(() => '---'), ...rows])
}
