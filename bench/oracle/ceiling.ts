import { type Episode, expectSync, fork } from '../../core/index.ts'
import { printCeiling, rates } from '../measure.ts'
import { parents } from './kit/parents.ts'

/**
 * The ceiling of forks: a shallow copy of the same state, which is what an immutable state needs at most. A deep copy,
 * which a mutable state would need, stands beside it.
 */
const COUNT = 2_000_000

const repeated = (work: () => unknown) => (count: number) => {
  for (let i = 0; i < count; i++) work()
}

/** A copy whose lists and objects are all new, by hand: no structuredClone. */
function deepCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deepCopy)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, deepCopy(each)]))
}

async function report(name: string, episode: Episode): Promise<void> {
  printCeiling(
    `copies of the state of ${name}`,
    'copies',
    await rates([
      { name: 'shallow copy of the state', count: COUNT, run: repeated(() => ({ ...episode.state })) },
      { name: 'deep copy of the state', count: COUNT / 20, run: repeated(() => deepCopy(episode.state)) },
      { name: 'fork', count: COUNT / 4, run: repeated(() => expectSync(fork(episode))) },
    ]),
  )
}

for (const { name, episode } of await parents()) await report(name, episode)
