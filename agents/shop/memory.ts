import type { Turn } from '../../core/rollout/agent.ts'
import { type ItemPage, type Page, type ResultsPage, readPage } from './page.ts'
import { stemsOf } from './words.ts'

/** A product in the lists of results. */
export interface Listed {
  readonly asin: string
  readonly title: string
  readonly price: number | null
  /** Page of the results it stands on, from 1. */
  readonly page: number
  readonly rank: number
}

/** What is known of a product that was opened. */
export interface Opened {
  readonly labels: readonly string[]
  /** Stems of all that its pages said so far. */
  readonly stems: ReadonlySet<string>
  readonly hasReadFeatures: boolean
}

/** What an episode has shown so far. */
export interface Memory {
  readonly page: Page
  readonly stepsTaken: number
  readonly searches: number
  readonly listed: ReadonlyMap<string, Listed>
  readonly opened: ReadonlyMap<string, Opened>
  /** The product whose pages are open. */
  readonly current: string | null
  /** Labels clicked since it was opened: option values, and names of options mistaken for values. */
  readonly chosen: readonly string[]
  /** The page of results that was shown last, and the last one that was ever shown. */
  readonly resultsPage: number
  readonly furthest: { readonly number: number; readonly hasNext: boolean }
}

const NOTHING: Memory = {
  page: { kind: 'unknown' },
  stepsTaken: 0,
  searches: 0,
  listed: new Map(),
  opened: new Map(),
  current: null,
  chosen: [],
  resultsPage: 0,
  furthest: { number: 0, hasNext: false },
}

/** All of it follows from the turns, so that nothing need be kept between them. */
export function remember(history: readonly Turn[], observation: string): Memory {
  const past = history.reduce((memory, turn) => acted(saw(memory, turn.observation), turn), NOTHING)
  return saw(past, observation)
}

function saw(memory: Memory, observation: string): Memory {
  const page = readPage(observation)
  switch (page.kind) {
    case 'results':
      return { ...sawResults(memory, page), page }
    case 'item':
      return { ...sawItem(memory, page), page }
    case 'sub':
      return { ...learned(memory, page.texts), page }
    default:
      return { ...memory, page }
  }
}

function sawResults(memory: Memory, { number, hasNext, items }: ResultsPage): Memory {
  const listed = new Map(memory.listed)
  for (const [place, item] of items.entries())
    if (!listed.has(item.asin)) listed.set(item.asin, { ...item, page: number, rank: 10 * number + place })
  const furthest = number > memory.furthest.number ? { number, hasNext } : memory.furthest
  return { ...memory, listed, furthest, resultsPage: number, current: null, chosen: [] }
}

function sawItem(memory: Memory, { labels, title }: ItemPage): Memory {
  if (memory.current === null) return memory
  const before = memory.opened.get(memory.current)
  const opened: Opened = { labels, stems: new Set(before?.stems), hasReadFeatures: before?.hasReadFeatures ?? false }
  const known = { ...memory, opened: new Map(memory.opened).set(memory.current, opened) }
  return learned(known, [title, ...labels])
}

function learned(memory: Memory, texts: readonly string[]): Memory {
  const opened = memory.current === null ? undefined : memory.opened.get(memory.current)
  if (memory.current === null || opened === undefined) return memory
  const stems = new Set([...opened.stems, ...texts.flatMap(stemsOf)])
  return { ...memory, opened: new Map(memory.opened).set(memory.current, { ...opened, stems }) }
}

function acted(memory: Memory, { action, isActionValid }: Turn): Memory {
  const taken = { ...memory, stepsTaken: memory.stepsTaken + 1 }
  const [, verb, argument = ''] = typeof action === 'string' ? (/^(search|click)\[(.*)\]$/.exec(action) ?? []) : []
  if (verb === 'click' && memory.page.kind === 'item' && memory.page.labels.includes(argument))
    return { ...taken, chosen: [...memory.chosen, argument] }
  if (!isActionValid || verb === undefined) return taken
  if (verb === 'search') return searchedAgain(taken)
  return clicked(taken, argument)
}

/** Page numbers are those of the last search; what was opened stays known. */
const searchedAgain = (memory: Memory): Memory => ({
  ...memory,
  searches: memory.searches + 1,
  listed: new Map(),
  furthest: NOTHING.furthest,
})

function clicked(memory: Memory, text: string): Memory {
  if (memory.page.kind === 'results') return openedItem(memory, memory.page, text)
  if (memory.page.kind !== 'item') return memory
  const opened = memory.current === null ? undefined : memory.opened.get(memory.current)
  if (text !== 'features' || memory.current === null || opened === undefined) return memory
  return { ...memory, opened: new Map(memory.opened).set(memory.current, { ...opened, hasReadFeatures: true }) }
}

function openedItem(memory: Memory, { items }: ResultsPage, text: string): Memory {
  const item = items.find(({ asin }) => asin.toLowerCase() === text)
  return item === undefined ? memory : { ...memory, current: item.asin, chosen: [] }
}
