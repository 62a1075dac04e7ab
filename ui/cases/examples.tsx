import type { Viewer } from '../viewer.ts'

/** For a project without a case: when one opens, and what to do about the usual ones. */
export const Examples = ({ viewer }: { viewer: Viewer }) => {
  const { cases: text } = viewer.text
  return (
    <section class="empty empty-cases">
      <h2>{text.empty_title}</h2>
      <p>{text.empty}</p>
      <div class="table-box" role="region" aria-label={text.examples} tabindex={0}>
        <table class="examples">
          <caption>{text.examples}</caption>
          <thead>
            <tr>
              <th scope="col">{text.example}</th>
              <th scope="col">{text.example_does}</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(text.example_list).map(([reason, does]) => (
              <tr>
                <th scope="row">
                  <code>{reason}</code>
                </th>
                <td>{does}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
