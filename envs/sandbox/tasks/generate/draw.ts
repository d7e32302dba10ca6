import type { Rng } from '../../../../core/data/rng.ts'
import type { Json } from '../../../../core/data/types.ts'
import { FAMILIES } from './families/index.ts'
import { apply, type Family, type Operation } from './operation.ts'

/** The functions of a task: those of the chain first, each of which takes what the one before gives. */
export interface Plan {
  readonly operations: readonly Operation[]
  /** Length of the chain; 1 for none. */
  readonly depth: number
}

/**
 * Draws the functions of a task: the first from the family, the chain and the others from all families.
 * @param depth functions that are chained, at most `functions`
 */
export function drawPlan(family: Family, functions: number, depth: number, rng: Rng): Plan {
  const all = FAMILIES.flatMap(({ operations }) => operations.map((draw) => draw(rng)))
  const own = family.operations.map((draw) => draw(rng))
  const chain = chainFrom(rng.shuffle(own), rng.shuffle(all), depth)
  const others = rng.shuffle(all).filter(({ name }) => chain.every((each) => each.name !== name))
  return { operations: [...chain, ...others.slice(0, functions - chain.length)], depth: chain.length }
}

/** The longest chain up to `depth` that begins with one of the first operations. */
function chainFrom(firsts: readonly Operation[], all: readonly Operation[], depth: number): readonly Operation[] {
  const chains = firsts.map((first) => extended([first], all, depth))
  return chains.reduce((best, chain) => (chain.length > best.length ? chain : best))
}

function extended(chain: readonly Operation[], all: readonly Operation[], depth: number): readonly Operation[] {
  const last = chain.at(-1)
  if (last === undefined || chain.length >= depth || last.gives === 'other') return chain
  const isNew = ({ name }: Operation): boolean => chain.every((each) => each.name !== name)
  const next = all.find((each) => each.takes === last.gives && isNew(each))
  return next ? extended([...chain, next], all, depth) : chain
}

/** What the chain gives for a value: each function applied to the result of the one before. */
export const applyChain = (operations: readonly Operation[], value: Json): Json =>
  operations.reduce((result, operation) => apply(operation, result), value)
