import { type Episode, expectSync, fork, tagOf } from '../../core/index.ts'
import { printRates, quantile, rates, retainedBytes, rounded } from '../measure.ts'
import { parents, wander } from './kit/parents.ts'

/** Forks of one episode: bare, with a step and a tag, and what each one keeps in memory. */
const all = await parents()

const bare = (parent: Episode) => (count: number) => {
  for (let i = 0; i < count; i++) expectSync(fork(parent))
}
const withStepAndTag = (parent: Episode) => {
  const [action = 'search[gift for daily use]'] = (parent.actions() ?? []).filter((each) => !/^search/.test(`${each}`))
  return (count: number) => {
    for (let i = 0; i < count; i++) {
      const child = expectSync(fork(parent))
      expectSync(child.step(action))
      tagOf('key', child.state)
    }
  }
}

printRates(
  'forks',
  'forks',
  await rates(all.map(({ name, episode }) => ({ name, count: 100_000, run: bare(episode) }))),
)
printRates(
  'fork + one step + tag (budgets: grid 50,000/s, web shop 5,000/s)',
  'forks',
  await rates(
    all.map(({ name, episode }) => ({
      name,
      count: name.startsWith('webshop') ? 5_000 : 20_000,
      run: withStepAndTag(episode),
    })),
  ),
)

const FORKS = 1000

function diverged(parent: Episode): readonly Episode[] {
  return Array.from({ length: FORKS }, (_, number) => {
    const child = expectSync(fork(parent))
    for (let i = 0; i < 5 && child.ending === null; i++) wander(child, number + i)
    return child
  })
}

console.log(
  '\nbytes that a fork keeps, 5 steps on, each its own way; median of five (budgets: grid 1 kB, web shop 4 kB)',
)
console.table(
  Object.fromEntries(
    all.map(({ name, episode }) => {
      diverged(episode)
      const sizes = Array.from({ length: 5 }, () => retainedBytes(() => diverged(episode)) / FORKS)
      return [name, { bytes: rounded(quantile(sizes, 0.5)) }]
    }),
  ),
)
