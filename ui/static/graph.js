// Pan and zoom of the drawn graph. On narrow screens the browser's own scrolling does it, and nothing here runs.
// A module, since that runs once however often a page with its tag is put in place.
const wide = matchMedia('(width >= 700px)')
/** Smaller than this no name can be read. */
const LEAST = 0.7
let asked = false

// What a person has moved stays where it is when the graph changes around it.
htmx.registerExtension('stay-zoomed', {
  htmx_before_morph_attr: (element, { attrName }) =>
    !(attrName === 'transform' && element.id === 'graph-pan') &&
    !(attrName === 'data-bound' && element.id === 'graph'),
})

/** One finger and the bare wheel belong to the page. */
const isOurs = (event) => {
  if (event.type === 'wheel') return event.ctrlKey || event.metaKey
  return event.type.startsWith('touch') ? event.touches.length > 1 : !event.button
}

/** The whole where it can be read; else as much as can be, around where the run is. */
function frame(svg) {
  const { width, height } = svg.viewBox.baseVal
  const box = svg.getBoundingClientRect()
  const scale = Math.min(box.width / width, box.height / height)
  const k = scale >= LEAST || scale === 0 ? 1 : LEAST / scale
  if (k === 1) return d3.zoomIdentity
  const [x, y] = (svg.dataset.focus ?? '0 0').split(' ').map(Number)
  return d3.zoomIdentity.translate(width / 2 - x * k, Math.min(0, height / 2 - y * k)).scale(k)
}

function bind(svg) {
  if (svg.dataset.bound || !wide.matches) return
  svg.dataset.bound = 'zoom'
  const pan = svg.querySelector('#graph-pan')
  const zoom = d3
    .zoom()
    .scaleExtent([0.4, 4])
    .filter(isOurs)
    .on('zoom', ({ transform }) => pan.setAttribute('transform', transform.toString()))
  const drawn = d3.select(svg)
  drawn.call(zoom).on('dblclick.zoom', null)
  drawn.call(zoom.transform, frame(svg))
  svg.closest('.graph-main').addEventListener('click', ({ target }) => {
    const act = target.closest('[data-zoom]')?.dataset.zoom
    if (act === 'in') drawn.call(zoom.scaleBy, 1.3)
    if (act === 'out') drawn.call(zoom.scaleBy, 1 / 1.3)
    if (act === 'fit') drawn.call(zoom.transform, d3.zoomIdentity)
  })
}

/** Scrolls to where the run is, once. */
function look(svg) {
  if (svg.dataset.bound) return
  svg.dataset.bound = 'scroll'
  const box = svg.parentElement
  box.scrollLeft = Number(svg.dataset.focus?.split(' ')[0] ?? 0) - box.clientWidth / 2
}

function start() {
  const svg = document.getElementById('graph')
  if (!svg) return
  if (!wide.matches) return look(svg)
  if ('d3' in window) return bind(svg)
  if (asked) return
  asked = true
  const script = document.createElement('script')
  script.src = document.querySelector('script[data-d3]').dataset.d3
  script.addEventListener('load', start)
  document.head.append(script)
}

document.addEventListener('htmx:after:swap', start)
start()
