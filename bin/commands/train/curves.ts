import type { HeldOut, IterationReport } from '../../../training/iteration.ts'
import { BLUE, type Curve, ORANGE, type Panel, panelsSvg } from '../../terminal/panels.ts'

/** Learning curves of a training over its environment steps, one panel a figure. */
export const curvesSvg = (title: string, reports: readonly IterationReport[], trained: HeldOut | null): string =>
  panelsSvg(
    title,
    'over environment steps; figures of an iteration are of the policy that acted in it',
    panelsOf(reports, trained),
  )

function panelsOf(reports: readonly IterationReport[], trained: HeldOut | null): readonly Panel[] {
  const last = reports.at(-1)?.environmentSteps ?? 0
  const of = (name: string, value: (report: IterationReport) => number | null, colour: string = BLUE): Curve => ({
    ...{ name, colour },
    points: reports.map((report) => [startOf(report), value(report)]),
  })
  const heldOut = (name: string, value: (figures: HeldOut) => number | null): Curve => ({
    ...{ name, colour: ORANGE },
    points: [
      ...reports.flatMap((report) => (report.heldOut ? [[startOf(report), value(report.heldOut)] as const] : [])),
      ...(trained ? [[last, value(trained)] as const] : []),
    ],
  })
  return [
    {
      title: 'success',
      isShare: true,
      curves: [of('training', (r) => r.success), heldOut('held out', (h) => h.success)],
    },
    {
      title: 'return',
      isShare: false,
      curves: [of('training', (r) => r.meanReturn), heldOut('held out', (h) => h.meanReturn)],
    },
    { title: 'entropy of the policy (nats)', isShare: false, curves: [of('', (r) => r.entropy)] },
    { title: 'norm of the gradient', isShare: false, curves: [of('', (r) => r.gradientNorm)] },
    {
      title: 'shares of groups and rows',
      isShare: true,
      curves: [of('mixed groups', (r) => r.mixedGroups), of('repeated anchors', (r) => r.repeatedAnchors, ORANGE)],
    },
    { title: 'rows out of the clip range', isShare: true, curves: [of('', (r) => r.clipFraction)] },
    ...(reports.some(({ rewardModel }) => rewardModel !== null)
      ? [{ title: PAIRS, isShare: true, curves: [of('', (r) => r.rewardModel?.pairAccuracy ?? null)] }]
      : []),
  ]
}

const PAIRS = 'pairs that the reward model orders rightly'

/** Steps before the iteration: what its policy had learnt from. */
const startOf = ({ environmentSteps, rows }: IterationReport): number => environmentSteps - rows
