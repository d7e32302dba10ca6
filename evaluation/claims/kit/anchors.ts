import type { AnchorColumn } from '../../../core/batch/index.ts'
import type { Sample } from '../../creditbench/sample.ts'
import { Numbers } from '../../exact/numbers.ts'

/** Samples with one more anchor, made of the anchor `from`. */
const withAnchor = (
  samples: readonly Sample[],
  name: string,
  from: string,
  of: (base: AnchorColumn, sample: Sample) => AnchorColumn,
): readonly Sample[] =>
  samples.map((sample) => {
    const base = sample.batch.anchors.get(from)
    if (!base) throw new RangeError(`the samples have no anchor ${from}`)
    return { ...sample, batch: { ...sample.batch, anchors: new Map(sample.batch.anchors).set(name, of(base, sample)) } }
  })

/** The anchor `merged`: steps are one where a function of the anchor `from` is. */
export const mergedBy = (samples: readonly Sample[], from: string, show: (text: string) => string): readonly Sample[] =>
  withAnchor(samples, 'merged', from, ({ ids, nextIds, texts }) => {
    const numbers = new Numbers()
    const numberOf = (id: number): number => (id < 0 ? id : numbers.numberOf(show(texts[id] ?? '')))
    return { ids: ids.map(numberOf), nextIds: nextIds.map(numberOf), texts: numbers.texts() }
  })

/** The anchor `past`: steps are one where the last `length` observations before them are equal too. */
export const withPast = (samples: readonly Sample[], length: number): readonly Sample[] =>
  withAnchor(samples, 'past', 'text', ({ ids, nextIds }, { walks, batch }) => {
    const numbers = new Numbers()
    const historyAt = (row: number): readonly number[] => {
      const start = walks.starts[batch.trajectoryOf[row] ?? 0] ?? 0
      return [...ids.subarray(Math.max(start, row - length), row + 1)]
    }
    return {
      ids: ids.map((_, row) => numbers.numberOf(historyAt(row).join())),
      nextIds: nextIds.map((next, row) => numbers.numberOf([...historyAt(row), next].slice(-(length + 1)).join())),
      texts: numbers.texts(),
    }
  })

/** Share of rows whose anchor occurs again in their group, a batch each. */
export const repeatedShares = (samples: readonly Sample[], anchor: string): readonly number[] =>
  samples.map(({ batch }) => {
    const keys = Array.from(batch.anchors.get(anchor)?.ids ?? [], (id, row) => `${batch.groupOf[row]}/${id}`)
    const counts = new Map<string, number>()
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
    return keys.filter((key) => (counts.get(key) ?? 0) > 1).length / keys.length
  })
