import type { Browser } from 'playwright-core'
import type { Shot } from './shoot.ts'

const SHEET_WIDTH = 2400

const cell = ({ file, look: { theme, lang, width }, wrong }: Shot): string =>
  `<figure class="w${width}"><img src="${file}"><figcaption>${theme} ${lang} ${width}` +
  `${wrong.length > 0 ? ` <b>${wrong.length} wrong</b>` : ''}</figcaption></figure>`

const STYLE = `body { margin: 16px; font: 16px system-ui; background: #888 }
  div { display: flex; gap: 12px; align-items: flex-start } figure { margin: 0 }
  img { width: 100%; display: block } .w1440 { flex: 1.9 } .w390 { flex: 1 }
  figcaption { color: #fff; padding: 4px 0 }`

/** Lays all pictures of each place side by side: one picture a place, and `index.html` with everything. */
export async function laySheet(browser: Browser, shots: readonly Shot[], folder: string): Promise<string[]> {
  const rows = [...Map.groupBy(shots, ({ place }) => place)].map(([place, of]) => ({
    place,
    html: `<h2>${place}</h2><div>${of.map(cell).join('')}</div>`,
  }))
  const page = await browser.newPage({ viewport: { width: SHEET_WIDTH, height: 600 } })
  const write = (name: string, html: string) =>
    Bun.write(`${folder}/${name}.html`, `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${html}`)
  const files: string[] = []
  for (const { place, html } of rows) {
    await write('row', html)
    await page.goto(`file://${folder}/row.html`)
    await page.screenshot({ path: `${folder}/sheet-${place}.png`, fullPage: true })
    files.push(`sheet-${place}.png`)
  }
  await Bun.file(`${folder}/row.html`).delete()
  await write('index', rows.map(({ html }) => html).join(''))
  await page.close()
  return files
}
