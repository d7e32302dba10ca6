import { passAtK } from '../../../rewards/credit/index.ts'
import type { EpisodeLine } from './run.ts'

/** Estimated probability that at least one of k episodes of a task succeeds: the mean over the groups. */
export interface PassRate {
  readonly k: number
  readonly value: number
}

const SUCCESS = 'success'

/**
 * Unbiased estimates of pass@k for k = 1, 2, 4 and so on up to the smallest group, from the signal `success`. Aborted
 * episodes and those whose signal is null do not count. None without groups, where a group has no such signal, and for
 * episodes that were forked: samples of one task are independent.
 */
export function passRates(episodes: readonly EpisodeLine[]): readonly PassRate[] {
  if (episodes.some(({ forkedFrom }) => forkedFrom !== null)) return []
  const groups = [...groupsOf(episodes).values()]
  const smallest = Math.min(...groups.map((passes) => passes.length))
  const rates: PassRate[] = []
  for (let k = 1; groups.length > 0 && k <= smallest; k *= 2) {
    const values = groups.map((passes) => passAtK(passes.length, passes.filter(Boolean).length, k))
    rates.push({ k, value: values.reduce((sum, value) => sum + value, 0) / values.length })
  }
  return rates
}

/** Whether each known episode succeeded, by group. */
function groupsOf(episodes: readonly EpisodeLine[]): ReadonlyMap<string, readonly boolean[]> {
  const groups = new Map<string, boolean[]>()
  for (const { group, ending, totals } of episodes) {
    if (group === null || ending === 'aborted') continue
    const known = groups.get(group) ?? []
    const sum = totals.find(({ name }) => name === SUCCESS)?.sum ?? null
    groups.set(group, sum === null ? known : [...known, sum > 0])
  }
  return groups
}
