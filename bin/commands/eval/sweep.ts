import type { BetaFigures } from '../../../rewards/evaluation/beta-sweep.ts'
import { BLUE, type Curve, ORANGE, panelsSvg } from '../../terminal/panels.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { decimal } from '../rollout/print.ts'

/** Mixed rewards by the weight of the signal that is added. */
export interface Sweep {
  readonly signal: string
  readonly base: string
  readonly figures: readonly BetaFigures[]
}

const COLUMNS: readonly Column[] = ['beta', 'distance', 'raw', 'same order', 'pairs'].map((heading) => ({
  heading,
  align: 'right',
}))

/** Table of a sweep. */
export const sweepLines = ({ signal, base, figures }: Sweep): readonly string[] => [
  `${base} + beta * ${signal}, beside ${base}`,
  '',
  ...tableOf(
    COLUMNS,
    figures.map(({ beta, distance, raw, sameOrder, pairs }) => [
      `${beta}`,
      ...[distance, raw, sameOrder].map(decimal),
      `${pairs}`,
    ]),
  ),
  ...(figures.every(({ raw }) => raw === null) ? [`no distances: ${UNKNOWN}`] : []),
]

const UNKNOWN = 'both have to be known on every transition, and not 0 everywhere'

/** Curves of a sweep, one place a weight. */
export function sweepSvg({ signal, base, figures }: Sweep): string {
  const of = (name: string, value: (each: BetaFigures) => number | null, colour: string = BLUE): Curve => ({
    ...{ name, colour },
    points: figures.map((each, at) => [at + 1, value(each)]),
  })
  const axis = `place ${figures.map(({ beta }, at) => `${at + 1}: beta ${beta}`).join(', ')}`
  return panelsSvg(`${base} + beta * ${signal}, beside ${base}`, axis, [
    {
      title: 'distance (0 to 2)',
      isShare: false,
      curves: [of('without shaping', ({ distance }) => distance), of('raw', ({ raw }) => raw, ORANGE)],
    },
    { title: 'episodes in the same order', isShare: true, curves: [of('', ({ sameOrder }) => sameOrder)] },
  ])
}
