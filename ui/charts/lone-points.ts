/** A dot at each known value that has no known neighbour: a line through one point would not be seen. */
export function lonePoints(
  values: (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  return values
    .map((value, n) => {
      if (value === null || (values[n - 1] ?? null) !== null || (values[n + 1] ?? null) !== null) return ''
      return `M${x(n).toFixed(1)},${y(value).toFixed(1)}h0`
    })
    .join('')
}
