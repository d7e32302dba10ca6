import { GymError } from '../core/data/errors.ts'
import { nearAnd } from '../core/data/near.ts'
import type { JsonObject } from '../core/data/types.ts'
import { type Curation, EVERYTHING } from '../rewards/shaping/curation.ts'
import { FILTERS, parseFilter } from '../rewards/shaping/filter.ts'
import { parseMask } from '../rewards/shaping/step-mask.ts'
import type { Chosen } from './config.ts'

/** Flags that say what is learnt from. */
export interface CurationFlags {
  readonly filter?: readonly Chosen[]
  readonly keepSteps?: Chosen
}

/**
 * What flags say is learnt from.
 * @throws GymError CONFIG_INVALID
 */
export function curationOf({ filter = [], keepSteps }: CurationFlags): Curation {
  if (filter.length === 0 && keepSteps === undefined) return EVERYTHING
  return {
    filters: filter.map(({ reference, options }) => {
      expectFilter(reference)
      return parseFilter(`--filter ${reference}`, { ...options, kind: reference })
    }),
    mask: keepSteps ? maskOf(keepSteps) : null,
  }
}

const maskOf = ({ reference, options }: { readonly reference: string; readonly options: JsonObject }) =>
  parseMask('--keep-steps', { ...options, signal: reference })

function expectFilter(name: string): void {
  const names: readonly string[] = FILTERS
  if (names.includes(name)) return
  throw new GymError(
    'CONFIG_INVALID',
    `there is no filter ${name}: ${nearAnd(name, names, `there are ${names.join(', ')}`)}`,
  )
}
