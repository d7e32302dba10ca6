import { compareCodePoints, pythonStripOf } from '../../../core/cpython/text.ts'
import type { Product } from '../catalogue/product.ts'

/** Who wrote the instructions: `human` crowd workers, or a template (`synthetic`). */
export type GoalKind = 'human' | 'synthetic'

/** What must be chosen: values alone (human), or values by option name (synthetic). */
export type GoalOptions = readonly string[] | Readonly<Record<string, string>>

/** A wish before it has a price cap: one cap is drawn for all its choices. */
export interface Demand {
  readonly product: Product
  /** Position of the product in the catalogue. */
  readonly ordinal: number
  /** Position among the demands of its product. */
  readonly position: number
  readonly instruction: string
  readonly attributes: readonly string[]
  /** One goal each. */
  readonly choices: readonly GoalOptions[]
}

/** In product order, then in the order of instructions: the order in which WebShop draws price caps. */
export function* demandsOf(products: readonly Product[], kind: GoalKind): Generator<Demand> {
  const demands = kind === 'human' ? humanDemands : syntheticDemands
  for (const [ordinal, product] of products.entries()) yield* demands(product, ordinal)
}

/** WebShop's `get_human_goals`: an instruction without attributes makes no goal. */
function* humanDemands(product: Product, ordinal: number): Generator<Demand> {
  for (const [position, { instruction, attributes, options }] of product.instructions.entries()) {
    if (attributes.length === 0) continue
    const text = pythonStripOf(instruction, '.')
    yield { product, ordinal, position, instruction: text, attributes, choices: [options] }
  }
}

/** WebShop's `get_synthetic_goals`: every combination of options; names in order, the last one varies fastest. */
function* syntheticDemands(product: Product, ordinal: number): Generator<Demand> {
  const { instructionText: instruction, instructionAttributes: attributes, options } = product
  if (instruction === null) return
  yield { product, ordinal, position: 0, instruction, attributes, choices: combinationsOf(options) }
}

function combinationsOf(options: Product['options']): Readonly<Record<string, string>>[] {
  const names = Object.keys(options).sort(compareCodePoints)
  let combinations: (readonly (readonly [string, string])[])[] = [[]]
  for (const name of names) {
    const values = options[name] ?? []
    combinations = combinations.flatMap((chosen) => values.map((value) => [...chosen, [name, value] as const]))
  }
  return combinations.map((chosen) => Object.fromEntries(chosen))
}
