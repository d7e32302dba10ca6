import { type Episode, expectSync, fork } from '../../core/index.ts'
import { intervalOf } from '../../evaluation/oracle/interval.ts'
import { playOut } from '../../evaluation/oracle/play-out.ts'
import { pointsOfEpisode } from '../../evaluation/oracle/retrace.ts'
import { stepValues } from '../../evaluation/oracle/step-values.ts'
import { printRates, rates } from '../measure.ts'
import { anyAction, parents } from './kit/parents.ts'

/** Monte Carlo: environment steps of play-outs, values of a step with their intervals, and intervals alone. */
const FORKS = 64
const all = await parents()

const stepsOf = (parent: Episode) => (count: number) => {
  for (let steps = 0, number = 0; steps < count; number++) {
    const child = expectSync(fork(parent, { rng: 'common', number }))
    steps += expectSync(playOut(child, { agent: anyAction, history: [] })).steps
  }
}
printRates(
  'environment steps of play-outs by an agent that costs nothing',
  'steps',
  await rates(
    all.map(({ name, episode }) => ({
      name,
      count: name.startsWith('webshop') ? 10_000 : 100_000,
      run: stepsOf(episode),
    })),
  ),
)

const valuesOf = (parent: Episode) => async (count: number) => {
  const [point] = await pointsOfEpisode(parent)
  for (let i = 0; i < count; i++)
    if (point) await stepValues(point, { agent: anyAction, forks: FORKS, range: { low: -1, high: 2 } })
}
printRates(
  `values of a step (V, Q, A with intervals), ${FORKS} + ${FORKS} play-outs each`,
  'steps valued',
  await rates(
    all.map(({ name, episode }) => ({ name, count: name.startsWith('webshop') ? 4 : 40, run: valuesOf(episode) })),
    5,
  ),
)

const returns = Array.from({ length: FORKS }, (_, i) => ((i * 7) % 10) / 10)
const intervals = (values: readonly number[], method: 'betting' | 'clopper-pearson') => (count: number) => {
  const range = { low: 0, high: 1, isTwoValued: method !== 'betting' }
  for (let i = 0; i < count; i++) intervalOf(values, { range, confidence: 0.95, planned: FORKS, method })
}
printRates(
  `intervals of ${FORKS} returns`,
  'intervals',
  await rates([
    { name: 'betting', count: 2_000, run: intervals(returns, 'betting') },
    { name: 'Clopper-Pearson', count: 2_000, run: intervals(returns.map(Math.round), 'clopper-pearson') },
  ]),
)
