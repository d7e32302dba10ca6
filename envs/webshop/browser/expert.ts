import type { Rng } from '../../../core/data/rng.ts'
import type { Goal } from '../goals/goal.ts'
import { admissibleActions, isChosen, keyOfProduct, openProduct } from '../session/available.ts'
import type { ShopState } from '../session/state.ts'
import { BUTTONS, itemTargets } from '../session/targets.ts'
import { goalAt, type Shop } from '../shop.ts'
import { LONGEST_SEARCH } from '../site/pages.ts'

/**
 * Action of a shopper that knows which product and which options are meant: it searches for the title, opens the product, chooses
 * the options, and buys. With `noise` it takes any admissible action at that share of steps.
 */
export function expertAction(state: ShopState, shop: Shop, rng: Rng, noise: number): string {
  const admissible = admissibleActions(state, shop)
  if (admissible.length > 0 && rng.chance(noise)) return rng.choice(admissible)
  const goal = goalAt(shop, state.goal)
  switch (state.page) {
    case 'search':
      return `search[${wordsOf(goal)}]`
    case 'results':
      return click(onResults(state, shop, goal, admissible))
    case 'item':
      return click(state.asin === goal.asin ? onItem(state, shop, goal) : BUTTONS.previous)
    default:
      return click(BUTTONS.previous)
  }
}

const click = (key: string): string => `click[${key}]`

/** Brackets would end the argument early. */
const wordsOf = ({ name }: Goal): string => name.replace(/[\s[\]]+/g, ' ').slice(0, LONGEST_SEARCH)

function onResults(state: ShopState, shop: Shop, { asin }: Goal, admissible: readonly string[]): string {
  const found = state.hits.map((ordinal) => shop.catalogue.at(ordinal)).find((product) => product.asin === asin)
  if (found !== undefined) return keyOfProduct(found)
  return admissible.includes(click(BUTTONS.next)) ? BUTTONS.next : BUTTONS.back
}

function onItem(state: ShopState, shop: Shop, { goalOptions }: Goal): string {
  const { choices } = itemTargets(openProduct(state, shop), shop.rules)
  const wanted = choices.find(
    ({ name, value }) => isWanted(goalOptions, name, value) && !isChosen(state, { kind: 'option', name, value }),
  )
  return wanted?.key ?? BUTTONS.buy
}

const isWanted = (options: Goal['goalOptions'], name: string, value: string): boolean =>
  Array.isArray(options)
    ? options.includes(value)
    : Object.entries(options).some(([key, item]) => key === name && item === value)
