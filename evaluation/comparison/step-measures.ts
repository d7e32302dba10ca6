import { NO_ANCHOR, type StepBatch } from '../../core/batch/index.ts'
import { correlationOf } from '../../rewards/credit/ranks.ts'
import type { AdvantageContext, Credited } from '../../training/advantages.ts'
import { meanKnown } from '../../training/measures.ts'
import type { Setting } from './setting.ts'

/** Measures of the advantages that a run learns from, gathered while it learns. */
export class StepMeasures {
  readonly #setting: Pick<Setting, 'plan' | 'oracle'>
  readonly #aliasing: (number | null)[] = []
  readonly #correlations: (number | null)[] = []

  constructor(setting: Pick<Setting, 'plan' | 'oracle'>) {
    this.#setting = setting
  }

  /** For `trainPolicy`. */
  readonly onCredited = async (context: AdvantageContext, credited: Credited): Promise<void> => {
    this.#aliasing.push(aliasedShare(context.batch))
    const { plan, oracle } = this.#setting
    if (plan.exactEvery === 0 || context.iteration % plan.exactEvery !== 0 || credited.reason !== null) return
    const { advantages } = await oracle(context)
    const rows = Array.from(credited.mask.keys()).filter((row) => credited.mask[row])
    const of = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row] ?? 0)
    this.#correlations.push(correlationOf(of(credited.advantages), of(advantages)))
  }

  /** Mean over the iterations; null where no pair of anchor and action was seen twice in a group. */
  get aliasing(): number | null {
    return meanKnown(this.#aliasing)
  }

  /** Mean correlation with the exact advantages; null where it was never known. */
  get stepCorrelation(): number | null {
    return meanKnown(this.#correlations)
  }
}

/**
 * Share of the pairs of anchor and action, among those that occur more than once in a group, that led to several next
 * anchors: by chance, or because the anchor merges states. Null without such a pair.
 */
export function aliasedShare({ rowCount, groupOf, anchors, actions }: StepBatch): number | null {
  const column = anchors.get('text')
  if (!column || !actions) return null
  const seen = new Map<string, { readonly next: number; count: number; isAliased: boolean }>()
  for (let row = 0; row < rowCount; row++) {
    const [anchor, next] = [column.ids[row] ?? NO_ANCHOR, column.nextIds[row] ?? NO_ANCHOR]
    if (anchor === NO_ANCHOR || next === NO_ANCHOR) continue
    const key = `${groupOf[row]} ${anchor} ${actions[row]}`
    const before = seen.get(key) ?? { next, count: 0, isAliased: false }
    seen.set(key, { next: before.next, count: before.count + 1, isAliased: before.isAliased || before.next !== next })
  }
  const repeated = [...seen.values()].filter(({ count }) => count > 1)
  return repeated.length === 0 ? null : repeated.filter(({ isAliased }) => isAliased).length / repeated.length
}
