import type { Rng } from '../../../core/data/rng.ts'
import type { Json } from '../../../core/data/types.ts'
import type { SqlTask } from './resources.ts'
import type { SqlState } from './state.ts'

const call = (name: string, args: Json = {}): Json => ({ name, arguments: args })

/**
 * The next action of a solver that knows the answer: it reads the schema, tries the query, and submits it. With noise it
 * tries wrong queries, of which it notices some, submits too early, or leaves the schema unread.
 */
export function expertAction({ hasSchema, query }: SqlState, { question }: SqlTask, rng: Rng, noise: number): Json {
  const { sql, mutants } = question
  const isHasty = rng.chance(noise)
  if (!hasSchema && !isHasty) return call('schema')
  const wrong = rng.chance(Math.min(0.6, 3 * noise)) ? rng.choice(mutants) : sql
  if (query === null) return call(isHasty && rng.chance(0.5) ? 'submit' : 'query', { sql: wrong })
  const notices = !rng.chance(Math.min(0.6, 4 * noise))
  if (query !== sql && notices) return call('query', { sql })
  return call('submit', { sql: query })
}
