import type { BudgetFigures } from '../../../evaluation/probing/curve.ts'
import { BLUE, type Curve, ORANGE, type Panel, panelsSvg } from '../../terminal/panels.ts'

/** What is drawn of a report. */
interface ProbedCurve {
  readonly environment: string
  readonly unit: string
  /** Answers at each prefix. */
  readonly k: number
  readonly curve: readonly BudgetFigures[]
}

/** Curves of forced answers over budgets: right answers, scores, confidence and entropy. */
export function probesSvg({ environment, unit, k, curve }: ProbedCurve): string {
  const of = (name: string, value: (each: BudgetFigures) => number | null, colour: string = BLUE): Curve => ({
    ...{ name, colour },
    points: curve.map((each) => [each.budget, value(each)]),
  })
  const panels: readonly Panel[] = [
    {
      title: 'right answers',
      isShare: true,
      curves: [of('right', ({ accuracy }) => accuracy), of('answered', ({ answered }) => answered, ORANGE)],
    },
    { title: 'score', isShare: false, curves: [of('', ({ score }) => score)] },
    { title: 'confidence', isShare: true, curves: [of('', ({ confidence }) => confidence)] },
    { title: 'entropy of answers (nats)', isShare: false, curves: [of('', ({ entropy }) => entropy)] },
  ]
  return panelsSvg(`forced answers in ${environment}`, `over budgets in ${unit}; ${k} answers at each prefix`, panels)
}
