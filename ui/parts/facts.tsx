import type { Child } from 'hono/jsx'

/** Named facts side by side; one without a value is left out. */
export const Facts = ({ items }: { items: [name: string, value: Child | null][] }) => (
  <dl class="facts">
    {items.map(
      ([name, value]) =>
        value !== null && (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
    )}
  </dl>
)
