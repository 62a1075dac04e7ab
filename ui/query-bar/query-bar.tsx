import type { Parsed } from '#shared/filter/parse-filter.ts'
import type { Fault } from '#shared/filter/term.ts'
import { Icon } from '../parts/icon.tsx'
import { Said } from '../parts/said.tsx'
import { toList } from '../traces/filter.ts'
import { KEPT } from '../traces/kept.ts'
import type { Viewer } from '../viewer.ts'

const LONGEST = 2048
const EXAMPLE = 'status:error latency:>2s model:gpt-4.1* -env:dev'

/** What the address says besides conditions, so that a form does not lose it. */
export const Kept = ({ viewer, names }: { viewer: Viewer; names: readonly string[] }) => (
  <>
    {names.map((name) => {
      const value = viewer.url.searchParams.get(name)
      return value ? <input type="hidden" name={name} value={value} /> : null
    })}
  </>
)

/** The filter with a word replaced by what was probably meant. */
function mended(text: string, { from, to, word, near }: Fault): string {
  const said = text.slice(from, to)
  const at = said.lastIndexOf(word)
  return (
    text.slice(0, from) + said.slice(0, at) + (near ?? word) + said.slice(at + word.length) + text.slice(to)
  )
}

/** What is wrong, where it stands, and what to do about it. */
const Faults = ({ viewer, parsed: { text, faults } }: { viewer: Viewer; parsed: Parsed }) => {
  const { bar } = viewer.text
  return (
    <div id="bar-faults" role="alert">
      <ul class="bar-faults">
        {faults.map((fault) => (
          <li>
            <Icon name="warning" />
            <span>
              <code class="bar-said">
                <Said>{text.slice(Math.max(0, fault.from - 24), fault.from)}</Said>
                <mark>
                  <Said>{text.slice(fault.from, Math.min(fault.to, fault.from + 80))}</Said>
                </mark>
              </code>{' '}
              {bar.faults[fault.code]}{' '}
              {fault.near !== null && fault.code !== 'bad_amount' && (
                <a href={toList(viewer, { q: mended(text, fault) })}>{bar.meant(fault.near)}</a>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

const Help = ({ viewer }: { viewer: Viewer }) => {
  const { bar } = viewer.text
  return (
    <details class="bar-help">
      <summary>{bar.help}</summary>
      <dl>
        {Object.entries(bar.examples).map(([example, meaning]) => (
          <div>
            <dt>
              <code>{example}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="hint">{bar.fields}</p>
    </details>
  )
}

/** All conditions as one line that can be written, read and shared. */
export const QueryBar = ({ viewer, parsed }: { viewer: Viewer; parsed: Parsed }) => {
  const { bar } = viewer.text
  const is_wrong = parsed.faults.length > 0
  return (
    <div class="query-bar">
      <form method="get" action="/#filter" role="search">
        <Kept viewer={viewer} names={KEPT} />
        <label class="unseen" for="q">
          {bar.label}
        </label>
        <Icon name="search" />
        <input
          id="q"
          type="search"
          name="q"
          value={parsed.text}
          placeholder={EXAMPLE}
          maxlength={LONGEST}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          dir="auto"
          enterkeyhint="search"
          aria-invalid={is_wrong ? 'true' : undefined}
          aria-describedby={is_wrong ? 'bar-faults' : undefined}
        />
        <button class="button primary" type="submit">
          {bar.submit}
        </button>
      </form>
      {is_wrong && <Faults viewer={viewer} parsed={parsed} />}
      <Help viewer={viewer} />
    </div>
  )
}
