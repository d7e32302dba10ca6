import type { Act } from './act.ts'
import { amountsOf, capOf, wordsOf } from './page.ts'

/** How an amount compares with the most that the instruction permits. */
type Price = 'none' | 'within' | 'above'

/** How the words of a page and of its actions match the instruction. */
export interface PageMatch {
  /** The first segment that names no action, without its numbers: what kind of page it is. */
  readonly landmark: string
  /** Fifths of the instruction's words that the page has: 0 to 5. */
  readonly coverage: number
  /** Actions whose argument is a phrase of the instruction. */
  readonly openOptions: number
  /** How the last amount on the page compares. */
  readonly price: Price
  /** How the least amount on the page compares. */
  readonly cheapest: Price
  readonly actions: readonly ActionMatch[]
}

/** How one action matches the instruction. */
export interface ActionMatch {
  /** Whether its argument is a phrase of the instruction. */
  readonly isPhrase: boolean
  /** Whether the page shows its argument and nothing of its own after it. */
  readonly isOption: boolean
  /** Quarters of its argument's words that the instruction has: 0 to 4. */
  readonly words: number
  /** Fifths of the instruction's words that follow it on the page: 0 to 5; -1 where nothing follows it. */
  readonly context: number
  /** How the amount that follows it compares. */
  readonly price: Price
  /** Whether no other action is followed by more of the instruction's words, within the cap first. */
  readonly isBest: boolean
  /** The first of the best. */
  readonly isFirstBest: boolean
  /** Actions that are better by what follows them, 3 for more; -1 where nothing follows it. */
  readonly rank: number
}

/** Match of a page and its actions with an instruction. */
export function pageMatch(instruction: string, segments: readonly string[], acts: readonly Act[]): PageMatch {
  const page = segments.map((segment) => segment.toLowerCase())
  const asked = wordsOf(instruction)
  const wanted = new Set(asked)
  const spoken = ` ${asked.join(' ')} `
  const cap = capOf(instruction)
  const names = new Map(acts.flatMap(({ argument }, at) => (argument === '' ? [] : [[argument, at] as const])))
  const contexts = contextsOf(page, names, acts.length)
  const rest = page.filter((segment) => !names.has(segment))
  const amounts = amountsOf(rest.join(' '))
  const scores = contexts.map((context) => (context === null ? -1 : scoreOf(context, wanted, cap)))
  const actions = acts.map(({ argument }, at) => ({
    ...argumentMatch(argument, spoken, wanted),
    isOption: names.has(argument) && contexts[at] === null && page.includes(argument),
    ...contextMatch(contexts[at] ?? null, wanted, cap),
    ...rankOf(scores, at),
  }))
  return {
    landmark: (rest[0] ?? '').replace(/\d+/g, '0'),
    coverage: fifths(shareOf(wanted, new Set(wordsOf(page.join(' '))))),
    openOptions: actions.filter(({ isPhrase, isOption }) => isPhrase && isOption).length,
    price: priceOf(amounts.at(-1), cap),
    cheapest: priceOf(amounts.length === 0 ? undefined : Math.min(...amounts), cap),
    actions,
  }
}

const NO_MATCH: ActionMatch = {
  isPhrase: false,
  isOption: false,
  words: 0,
  context: -1,
  price: 'none',
  isBest: false,
  isFirstBest: false,
  rank: -1,
}

/** Match of one action, by its position. */
export const matchOf = ({ actions }: PageMatch, at: number): ActionMatch => actions[at] ?? NO_MATCH

/** What a page says after the name of each action, up to the name of another; null where it says nothing. */
function contextsOf(page: readonly string[], names: ReadonlyMap<string, number>, count: number) {
  const contexts: (string | null)[] = Array.from({ length: count }, () => null)
  for (const [at, segment] of page.entries()) {
    const action = names.get(segment)
    if (action === undefined) continue
    const after = page.slice(at + 1)
    const end = after.findIndex((each) => names.has(each))
    const context = (end === -1 ? after : after.slice(0, end)).slice(0, LONGEST_CONTEXT).join(' ')
    // A heading of options, and the price of the whole page, belong to nothing of their own.
    if (wordsOf(context).length >= LEAST_WORDS) contexts[action] = context
  }
  return contexts
}

/** Segments: a title and a price. */
const LONGEST_CONTEXT = 2
/** Words of a title. */
const LEAST_WORDS = 3

/** @param spoken words of the instruction, with a space before and after each */
function argumentMatch(argument: string, spoken: string, wanted: ReadonlySet<string>) {
  const own = wordsOf(argument)
  const words = new Set(own)
  return {
    isPhrase: own.length > 0 && spoken.includes(` ${own.join(' ')} `),
    words: Math.floor(4 * shareOf(words, wanted)),
  }
}

function contextMatch(context: string | null, wanted: ReadonlySet<string>, cap: number | null) {
  if (context === null) return { context: -1, price: 'none' as const }
  return {
    context: fifths(shareOf(wanted, new Set(wordsOf(context)))),
    price: priceOf(amountsOf(context).at(-1), cap),
  }
}

/** What follows a price above the cap is worse than anything within it. */
function scoreOf(context: string, wanted: ReadonlySet<string>, cap: number | null): number {
  const share = shareOf(wanted, new Set(wordsOf(context)))
  return priceOf(amountsOf(context).at(-1), cap) === 'above' ? share : 1 + share
}

function rankOf(scores: readonly number[], at: number) {
  const own = scores[at] ?? -1
  if (own === -1) return { isBest: false, isFirstBest: false, rank: -1 }
  const better = scores.filter((score) => score > own).length
  return { isBest: better === 0, isFirstBest: better === 0 && scores.indexOf(own) === at, rank: Math.min(3, better) }
}

function priceOf(amount: number | undefined, cap: number | null): Price {
  if (amount === undefined || cap === null) return 'none'
  return amount <= cap ? 'within' : 'above'
}

/** Share of the first set that is in the second; 0 for an empty one. */
function shareOf(of: ReadonlySet<string>, within: ReadonlySet<string>): number {
  let found = 0
  for (const word of of) if (within.has(word)) found += 1
  return of.size === 0 ? 0 : found / of.size
}

const fifths = (share: number): number => Math.floor(5 * share)
