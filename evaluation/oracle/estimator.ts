import { type Estimate, estimateOf } from './estimate.ts'
import { differenceRange, type IntervalSettings, methodFor } from './interval.ts'
import type { PlayOut } from './play-out.ts'
import type { FullSettings } from './settings.ts'

/** Mean return of an arm. @throws GymError CONFIG_INVALID for a return outside the declared range */
export const meanOf = (outcomes: readonly PlayOut[], settings: FullSettings): Estimate =>
  estimateOf(outcomes.map(totalOf), reasonOf(outcomes), intervalSettings(settings))

/**
 * Mean of what one arm returned above the other, play-out by play-out: with common stream, differences that stream makes
 * alone cancel out.
 */
export function differenceOf(
  outcomes: readonly PlayOut[],
  others: readonly PlayOut[],
  settings: FullSettings,
): Estimate {
  const pairs = outcomes.slice(0, others.length)
  const differences = pairs.map(({ total }, at) => {
    const other = others[at]?.total ?? null
    return total === null || other === null ? null : total - other
  })
  const range = differenceRange(settings.range)
  return estimateOf(differences, reasonOf([...outcomes, ...others]), {
    ...intervalSettings(settings),
    range,
    method: 'betting',
  })
}

function intervalSettings({ range, confidence, forks, budget }: FullSettings): IntervalSettings {
  const method = methodFor(range, budget.limits.steps !== undefined)
  return { range, confidence, planned: forks, method }
}

const totalOf = ({ total }: PlayOut): number | null => total

const reasonOf = (outcomes: readonly PlayOut[]): string | null =>
  outcomes.find(({ reason }) => reason !== null)?.reason ?? null
