import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'bun:test'
import { openUi } from './open-ui.ts'
import { variablesIn } from './send-as.ts'

/** The hub that a snippet shall send to, and the key of a project there. */
type Place = { url: string; key: string }

const ENTITIES: Record<string, string> = {
  '&quot;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
}

/** What the empty list of a project gives to copy, with another hub and key in it. */
export async function openSnippets() {
  const ui = await openUi()
  const { project_id } = await ui.mint()

  /** The texts that are shown for one client, by the names of their elements. */
  async function textsOf(client: string, { url, key }: Place, lang = 'en'): Promise<Record<string, string>> {
    const html = await ui.page(`/?project_id=${project_id}&client=${client}&lang=${lang}`)
    const shown = [...html.matchAll(/<pre id="first-([\w-]+)"[^>]*>([^<]+)<\/pre>/g)]
    expect(shown.length).toBeGreaterThan(0)
    expect(html).toContain('YOUR_PROJECT_KEY')
    return Object.fromEntries(
      shown.map(([, id = '', text = '']) => [
        id,
        text
          .replace(/&[#\w]+;/g, (entity) => ENTITIES[entity] ?? entity)
          .replaceAll('YOUR_PROJECT_KEY', key)
          .replaceAll('http://localhost:8000', url),
      ]),
    )
  }

  return {
    ui,
    project_id,
    textsOf,
    /** The variables that a shell has once it was given what the page shows. */
    variablesOf: async (client: string, step: string, place: Place) =>
      variablesIn((await textsOf(client, place))[step] ?? ''),
    /** Puts a setup beside the packages of a client; its app imports what the variable names. */
    async setUp(client: string, step: string, place: Place, folder: string): Promise<{ SETUP: string }> {
      const SETUP = join(folder, 'node_modules/.first-trace.mjs')
      writeFileSync(SETUP, (await textsOf(client, place))[step] ?? '')
      return { SETUP }
    },
    stop: ui.stop,
  }
}
