import { STEPS_RANGE } from '../core/data/options.ts'
import type { Json } from '../core/data/types.ts'
import { defineAgent } from '../core/rollout/agent-factory.ts'
import { bestOpened, lacksOption, missingOf, prospectsOf } from './shop/judgement.ts'
import { type Memory, remember } from './shop/memory.ts'
import { wantedValues } from './shop/options.ts'
import type { ItemPage, ResultsPage } from './shop/page.ts'
import { type Requirements, readRequirements } from './shop/requirements.ts'

/**
 * A shopper that knows no more than the text observations: it searches for the words of the instruction, skims titles
 * and prices, opens what promises most, reads the features, and buys what explains every word; where nothing does, or
 * steps run out, what explains most. For WebShop's `text` view, with or without our additions to it.
 */
export default defineAgent({
  name: 'shop-expert',
  expertFor: 'webshop',
  summary: 'shops by the text observations alone: searches, skims, reads features, buys what explains every word',
  /** Steps of an episode: what is left of them decides how much it looks at. */
  options: { maxSteps: 15 },
  ranges: { maxSteps: STEPS_RANGE },
  create: ({ maxSteps }) => ({
    name: 'shop-expert',
    act({ observation, history, actions }) {
      const memory = remember(history, observation)
      return { action: decide({ memory, clickable: clickableOf(actions), stepsLeft: maxSteps - memory.stepsTaken }) }
    },
  }),
})

interface Situation {
  readonly memory: Memory
  readonly clickable: ReadonlySet<string> | null
  /** The one to be decided included. */
  readonly stepsLeft: number
}

function clickableOf(actions: readonly Json[] | null): ReadonlySet<string> | null {
  if (actions === null) return null
  return new Set(
    actions.map((action) => (typeof action === 'string' ? (/^click\[(.*)\]$/s.exec(action)?.[1] ?? '') : '')),
  )
}

const click = (text: string): string => `click[${text.toLowerCase()}]`
const PREVIOUS = click('< Prev')
const BACK = click('Back to Search')

function decide(situation: Situation): string {
  const { page } = situation.memory
  switch (page.kind) {
    case 'search':
      return search(situation.memory, readRequirements(page.instruction))
    case 'results':
      return onResults(situation, page, readRequirements(page.instruction))
    case 'item':
      return onItem(situation, page, readRequirements(page.instruction))
    case 'sub':
      return PREVIOUS
    case 'unknown':
      return BACK
  }
}

/** All words at first; where that found nothing, one word at a time. */
function search({ searches }: Memory, { query }: Requirements): string {
  const words = query.split(' ')
  const fallback = words[(searches - 1) % words.length] ?? query
  return `search[${(searches === 0 ? query : fallback) || 'anything'}]`
}

/** What to do next when results are shown. */
type Move = { readonly kind: 'open'; readonly asin: string; readonly page: number } | { readonly kind: 'explore' }

/** Steps to buy the product of the page shown: open it, choose options, buy. */
const purchaseSteps = ({ optionPhrases }: Requirements): number => 2 + Math.max(1, Math.min(3, optionPhrases.length))
/** Steps to open a product, read its features, and return to the results. */
const VISIT_STEPS = 4
const MOST_PAGES = 3

/**
 * A product or page worth a look with this number of steps left at the results; null where it is time to settle. What
 * promises most may be bought unread; anything else is looked at only while there is time to return to what is known.
 */
function nextMove(memory: Memory, requirements: Requirements, stepsLeft: number): Move | null {
  const { fresh, isFirstExcellent } = prospectsOf(memory, requirements)
  const settled = bestOpened(memory, requirements)
  const purchase = purchaseSteps(requirements)
  const settlingFrom = (page: number): number => purchase + (settled === null ? 0 : Math.abs(page - settled.page))
  const [first] = fresh
  const toFirst = first === undefined ? Infinity : Math.abs(first.page - memory.resultsPage)
  const open = first && ({ kind: 'open', asin: first.asin, page: first.page } as const)
  if (open && isFirstExcellent && stepsLeft >= toFirst + purchase) return open
  const next = memory.furthest.number + 1
  const canExplore = memory.furthest.hasNext && next <= MOST_PAGES
  if (canExplore && stepsLeft >= next - memory.resultsPage + settlingFrom(next)) return { kind: 'explore' }
  if (open === undefined) return null
  return stepsLeft >= toFirst + (settled === null ? 0 : VISIT_STEPS) + settlingFrom(open.page) ? open : null
}

function onResults({ memory, stepsLeft }: Situation, page: ResultsPage, requirements: Requirements): string {
  const move = nextMove(memory, requirements, stepsLeft)
  if (move?.kind === 'explore') return click('Next >')
  const target = move ?? bestOpened(memory, requirements)
  const distance = target === null ? Infinity : target.page - memory.resultsPage
  if (target !== null && distance === 0) return click(target.asin)
  const isInReach = Math.abs(distance) + 2 <= stepsLeft
  if (isInReach) return distance < 0 ? PREVIOUS : click('Next >')
  return click(cheapestOf(page) ?? 'Back to Search')
}

function cheapestOf({ items }: ResultsPage): string | undefined {
  const [cheapest] = [...items].sort((a, b) => (a.price ?? Infinity) - (b.price ?? Infinity))
  return cheapest?.asin
}

function onItem({ memory, clickable, stepsLeft }: Situation, page: ItemPage, requirements: Requirements): string {
  const values = wantedValues(requirements, page.labels, clickable, memory.chosen)
  const purchase = click(stepsLeft > 1 ? (values[0] ?? 'Buy Now') : 'Buy Now')
  const opened = memory.opened.get(memory.current ?? '')
  if (opened === undefined || memory.chosen.length > 0 || missingOf(opened, requirements) === 0) return purchase
  const canLeave = nextMove(memory, requirements, stepsLeft - 1) !== null
  if (!opened.hasReadFeatures) {
    if (lacksOption(opened, requirements) && canLeave) return PREVIOUS
    return stepsLeft >= 2 + values.length + 1 ? click('Features') : purchase
  }
  const isBest = bestOpened(memory, requirements)?.asin === memory.current
  return canLeave || (!isBest && stepsLeft > purchaseSteps(requirements)) ? PREVIOUS : purchase
}
