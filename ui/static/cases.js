// The list of cases: a walk only leads to a case, since it is opened, selected and acted on by further keys.
const casesOf = () => [...document.querySelectorAll('.cases tr[data-case]')]

function walkCases(step) {
  const rows = casesOf()
  const at = rows.findIndex((row) => row.contains(document.activeElement))
  const row = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step]
  row?.querySelector('.cell-name a').focus()
  row?.scrollIntoView({ block: 'nearest' })
}

function pickFocused() {
  const boxes = [...document.querySelectorAll('.cases input[name="id"]')]
  const box = document.activeElement?.closest('tr[data-case]')?.querySelector('input[name="id"]')
  if (box && !boxes.some(({ checked }) => checked)) box.checked = true
}

document.addEventListener('change', ({ target }) => {
  if (!target.matches('[data-pick-all]')) return
  for (const box of document.querySelectorAll('.cases input[name="id"]')) box.checked = target.checked
})

document.addEventListener('keydown', (event) => {
  const { key, target } = event
  if (!document.querySelector('[data-case-keys]') || event.ctrlKey || event.metaKey || event.altKey) return
  if (target.closest('input:not([type="checkbox"]), textarea, select, dialog')) return
  if (key === 'j' && casesOf().length > 0) walkCases(1)
  else if (key === 'k') walkCases(-1)
  else if (key === 'x') document.activeElement?.closest('tr[data-case]')?.querySelector('input')?.click()
  else {
    if (key === 'a' || key === 'r') pickFocused()
    if (!followKey(key)) return
  }
  event.preventDefault()
})
