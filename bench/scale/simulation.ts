import { writeFileSync } from 'node:fs'
import { rounded } from '../measure.ts'
import { keepFigures } from '../results.ts'
import { type PlotLine, plot } from './kit/plot.ts'
import { type Curve, hotGroups, losses, scoring, throughput } from './kit/scenarios.ts'

/*
 * A cluster of 1 to 1,000 nodes as a simulation, from the measured costs of its parts (docs/scale-simulation.md):
 * where brokers, a hot group and the directory limit. `STEPGYM_PLOT=FILE` writes the picture of that page.
 */
const steps = throughput()
show('steps per second of 1,000,000 sessions, by nodes', steps, ({ stepsPerSecond }) => stepsPerSecond)
for (const { name, points } of steps) {
  const best = Math.max(...points.map(({ result }) => result.stepsPerSecond))
  keepFigures('simulated, up to 1,000 nodes', 'steps', [{ name, perSecond: best, lowest: best, highest: best }])
}

const hot = hotGroups()
show('99th percentile of its steps in ms, by the sessions of one group', hot, ({ hot: own }) => own.p99)
show('share of the time in which its node is at work', hot, ({ busiestNode }) => busiestNode)

const lost = losses()
show('longest time of a session without a server in s, by nodes, of which a tenth dies', lost, ({ gap, takenOver }) =>
  takenOver === 0 ? Number.NaN : gap.longest / 1000,
)
show('share of the time in which the directory is at work', lost, ({ directory }) => directory)
show('nodes that live and lose their lease', lost, ({ falselyLapsed }) => falselyLapsed)

const scored = scoring()
show('share of the time in which scorers are at work, by scorers', scored, ({ scorers }) => scorers)
show('99th percentile of late rewards in ms', scored, ({ late }) => late.p99)

const file = process.env.STEPGYM_PLOT
if (file !== undefined) {
  writeFileSync(
    file,
    plot('A simulated cluster', [
      { title: 'Steps per second', x: 'nodes', lines: linesOf(steps, (result) => result.stepsPerSecond) },
      { title: 'A hot group: p99 of a step, ms', x: 'sessions', lines: linesOf(hot, (result) => result.hot.p99) },
      {
        title: 'Longest time without a server, s',
        x: 'nodes, of which a tenth dies',
        lines: linesOf(lost, ({ gap }) => gap.longest / 1000),
      },
    ]),
  )
  console.log(`\n${file} is written`)
}

function show<Result>(title: string, curves: readonly Curve<Result>[], figure: (result: Result) => number): void {
  console.log(`\n${title}`)
  const row = ({ points }: Curve<Result>) =>
    Object.fromEntries(points.map(({ at, result }) => [`${at}`, textOf(figure(result))]))
  console.table(Object.fromEntries(curves.map((curve) => [curve.name, row(curve)])))
}

function linesOf<Result>(curves: readonly Curve<Result>[], figure: (result: Result) => number): readonly PlotLine[] {
  return curves.map(({ name, points }) => ({ name, points: points.map(({ at, result }) => [at, figure(result)]) }))
}

function textOf(value: number): string {
  if (Number.isNaN(value)) return 'none'
  return value === 0 ? '0' : rounded(value)
}
