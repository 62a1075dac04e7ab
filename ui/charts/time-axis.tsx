import type { Viewer } from '../viewer.ts'
import type { Edges } from './bucket-times.ts'

type Props = { viewer: Viewer; edges: Edges[] }

/** The first, the middle and the last moment under a chart; in the viewer's zone once the script has run. */
export const TimeAxis = ({ viewer, edges }: Props) => {
  const middle = edges[Math.floor(edges.length / 2)]
  const times = [edges[0]?.from, edges.length > 2 ? middle?.from : undefined, edges.at(-1)?.to]
  return (
    <div class="axis" aria-hidden="true">
      {times
        .filter((ms) => ms !== undefined)
        .map((ms) => {
          const iso = new Date(ms).toISOString()
          return (
            <time datetime={iso} data-local="axis">
              {`${iso.slice(5, 16).replace('T', ' ')} ${viewer.text.utc}`}
            </time>
          )
        })}
    </div>
  )
}
