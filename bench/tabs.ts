import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { cpuOf } from './cpu.ts'
import type { Hub } from './hub.ts'

/** A part of a page that asks for itself, as the page says that it does. */
export type Poll = { url: string; headers: Record<string, string> }

/** What many tabs cost and got. */
export type Tabs = {
  times: number[]
  unchanged: number
  /** Shares of one core. */
  hub: number
  postgres: number
}

const HEADERS = Type.Record(Type.String(), Type.String())

const unescaped = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')

/** The polls of a page: each element that asks again after some seconds, with the headers that it sends. */
export function pollsOf(html: string, page: string): Poll[] {
  return [...html.matchAll(/<[^>]+hx-trigger="every [^>]+>/g)].flatMap(([element]) => {
    const value = (name: string) => unescaped(new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1] ?? '')
    const path = value('hx-get')
    if (path === '') return []
    const headers: unknown = JSON.parse(value('hx-headers') || '{}')
    if (!Value.Check(HEADERS, headers)) throw new Error(`the headers of ${path} are not texts`)
    return [{ url: new URL(path, page).href, headers }]
  })
}

/** Asks once; true when there was no news. What comes instead asks for itself from then on, as it does in a browser. */
export async function askPoll(poll: Poll): Promise<boolean> {
  const response = await fetch(poll.url, { headers: poll.headers })
  const html = await response.text()
  if (response.status === 304) return true
  if (response.status !== 200) throw new Error(`${poll.url} answered ${response.status}`)
  Object.assign(poll, pollsOf(html, poll.url)[0])
  return false
}

/** So many tabs on the pages, each asking for its parts every so many milliseconds, evenly spread over time. */
export async function keepTabs(
  hub: Hub,
  pages: Poll[][],
  { every_ms, for_ms }: { every_ms: number; for_ms: number },
): Promise<Tabs> {
  const tabs: Tabs = { times: [], unchanged: 0, hub: 0, postgres: 0 }
  const began = performance.now()
  const before = cpuOf(hub.pid, hub.postmaster)
  const one = async (polls: Poll[], index: number) => {
    const first = began + (index * every_ms) / pages.length
    for (let at = first; at < began + for_ms; at += every_ms) {
      await Bun.sleep(Math.max(0, at - performance.now()))
      for (const poll of polls) {
        const sent = performance.now()
        if (await askPoll(poll)) tabs.unchanged++
        tabs.times.push(performance.now() - sent)
      }
    }
  }
  await Promise.all(pages.map(one))
  const after = cpuOf(hub.pid, hub.postmaster)
  const us = (performance.now() - began) * 1000
  tabs.hub = (after.hub - before.hub) / us
  tabs.postgres = (after.postgres - before.postgres) / us
  return tabs
}
