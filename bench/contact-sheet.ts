import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { launch } from '../tests/ui/browser.ts'
import { startHub } from './hub.ts'
import { openPlaces, playDemo } from './screenshots/places.ts'
import { go, LOOKS, openTab, shoot, type Shot } from './screenshots/shoot.ts'
import { laySheet } from './screenshots/sheet.ts'
import { shootProduction } from './screenshots/signed-in.ts'

const USAGE = `npm run screenshots -- [--docs] [--only NAME,NAME]

Pictures of every page in both themes and languages, at 1440 and at 390 pixels, in a new folder below the temporary one.
  --docs         writes the pictures of the README instead, into docs/images
  --only NAMES   only these places`

const UNDER_WAY_MS = 9000
/** The pictures of the README and the places that they show. */
const DOCS = { dashboard: 'dashboard', list: 'list', trace: 'span', graph: 'graph' }

/** Says of every picture what was wrong with its page. */
function report(shots: readonly Shot[], folder: string): number {
  const wrong = shots.filter((shot) => shot.wrong.length > 0)
  for (const { file, wrong: found } of wrong) console.log(`${file}: ${found.join('; ')}`)
  console.log(`${shots.length} pictures, ${wrong.length} of them with something wrong: ${folder}/index.html`)
  return wrong.length
}

async function takeAll(only: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'hub-sheet-'))
  const [hub, browser] = await Promise.all([startHub(), launch()])
  try {
    const { places, live } = await openPlaces(hub)
    const stop = await playDemo(hub, '--traces', '0', '--live')
    const shots: Shot[] = []
    const wanted = places.filter(({ name }) => only.length === 0 || only.includes(name))
    await Bun.sleep(UNDER_WAY_MS)
    for (const look of LOOKS) {
      const all = only.length === 0 || only.includes('graph-live') ? [await live(), ...wanted] : wanted
      shots.push(...(await shoot({ browser, base: hub.ui }, look, all, folder)))
    }
    await stop()
    if (only.length === 0) shots.push(...(await shootProduction(browser, folder)))
    await laySheet(browser, shots, folder)
    return report(shots, folder)
  } finally {
    await browser.close()
    await hub.stop()
  }
}

/** The four pictures that stand in the READMEs. */
async function takeDocs(): Promise<void> {
  const folder = join(import.meta.dir, '../docs/images')
  mkdirSync(folder, { recursive: true })
  const [hub, browser] = await Promise.all([startHub(), launch()])
  try {
    const { places } = await openPlaces(hub)
    const look = { theme: 'light', lang: 'en', width: 1440 } as const
    const { page, close } = await openTab(browser, hub.ui, look)
    for (const [name, place] of Object.entries(DOCS)) {
      const found = places.find((one) => one.name === place)
      if (!found) throw new Error(`there is no place ${place}`)
      await go(page, found, look)
      if (name === 'list') await page.evaluate(() => document.querySelector('#filter')?.scrollIntoView())
      await page.screenshot({ path: join(folder, `${name}.png`) })
      console.log(`docs/images/${name}.png`)
    }
    await close()
  } finally {
    await browser.close()
    await hub.stop()
  }
}

const { values } = parseArgs({
  options: { docs: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } },
})
if (values.help) console.log(USAGE)
else if (values.docs) await takeDocs()
else process.exitCode = (await takeAll(values.only?.split(',') ?? [])) > 0 ? 1 : 0
