import type { Rng } from '../../../core/data/rng.ts'
import { pathOf, type Sources } from '../projects/program.ts'
import { lineAt } from '../python/mutations.ts'
import type { Slip } from '../task.ts'
import { failing } from './failing.ts'
import { allMutations, type ModuleMutation } from './faults.ts'
import type { Check } from './tests.ts'

/** A right program, its checks, and the mistakes of a task. */
interface Program {
  readonly sources: Sources
  readonly checks: readonly Check[]
  readonly faults: readonly ModuleMutation[]
}

const SLIPS = 4
const SLIPS_OF_FAULT = 2

/** Lines that a careless programmer writes in place of right ones, also of those to repair: each makes a hidden test fail. */
export function slipsOf({ sources, checks, faults }: Program, rng: Rng): readonly Slip[] {
  const all = rng.shuffle(allMutations(sources))
  const isSlip = (mutation: ModuleMutation): boolean => (failing(sources, [mutation], checks)?.size ?? 0) > 0
  const near = faults.flatMap((fault) =>
    firstOf(
      all.filter((each) => isRival(sources, fault, each)),
      isSlip,
      SLIPS_OF_FAULT,
    ),
  )
  return [...near, ...firstOf(all, isSlip, SLIPS)].flatMap((mutation) => slipOf(sources, mutation))
}

/** The first items that are of a kind; the others are not looked at. */
function firstOf<Item>(items: readonly Item[], isOne: (item: Item) => boolean, most: number): readonly Item[] {
  const found: Item[] = []
  for (const item of items) if (found.length < most && isOne(item)) found.push(item)
  return found
}

/** Another mistake in the same line. */
const isRival = (sources: Sources, fault: ModuleMutation, { module, start, text }: ModuleMutation): boolean => {
  const source = sources.get(module) ?? ''
  const isSame = start === fault.start && text === fault.text
  return module === fault.module && lineAt(source, start) === lineAt(source, fault.start) && !isSame
}

/** None for lines that are deleted, or more than once in their file. */
function slipOf(sources: Sources, { module, kind, start, end, text }: ModuleMutation): readonly Slip[] {
  const source = sources.get(module) ?? ''
  const [first, last] = [source.lastIndexOf('\n', start) + 1, source.indexOf('\n', end)]
  const right = source.slice(first, last)
  if (kind === 'missing-branch' || source.split(right).length !== 2) return []
  return [{ path: pathOf(module), right, wrong: source.slice(first, start) + text + source.slice(end, last) }]
}
