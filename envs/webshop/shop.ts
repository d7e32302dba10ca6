import type { SearchIndex } from '../../core/search/index.ts'
import type { Catalogue } from './catalogue/catalogue.ts'
import type { Goal } from './goals/goal.ts'
import type { Tagger } from './reward/nouns.ts'
import type { ShopRules } from './session/rules.ts'

/** All that sessions share: opened once, never changed. */
export interface Shop {
  readonly catalogue: Catalogue
  /** Purchase price of each product in dollars, by ordinal. */
  readonly prices: readonly number[]
  readonly goals: readonly Goal[]
  /** Holds every product under its ordinal. */
  readonly index: SearchIndex
  readonly tagger: Tagger
  readonly rules: ShopRules
}

/** @throws RangeError where the shop has no such goal. */
export function goalAt({ goals }: Shop, position: number): Goal {
  const goal = goals[position]
  if (!goal) throw new RangeError(`the shop has no goal ${position}: its goals are 0 to ${goals.length - 1}`)
  return goal
}
