import { type Catalog, type CatalogSettings, catalogOf } from '../../../registry/catalog.ts'
import type { Kind } from '../../../registry/kind.ts'
import type { Estimated } from '../../statistics/interval.ts'
import { type Condition, type Figure, type Judged, judged, type Verdict, verdictOf } from './verdict.ts'

/** How much is sampled: `tiny` shows that a claim can be tested at all, and says little about it. */
export type Effort = 'tiny' | 'quick' | 'full'

export interface ClaimSettings {
  readonly effort: Effort
  /** @default 0 */
  readonly seed?: number
  readonly catalogs?: CatalogSettings
}

/** Result of testing a claim. */
export interface ClaimResult {
  readonly name: string
  readonly claim: string
  readonly source: string
  readonly method: string
  readonly verdict: Verdict
  /** Conditions with what became of them: those of the verdict, then those beside it. */
  readonly conditions: readonly Judged[]
  readonly beside: readonly Judged[]
  readonly figures: readonly Figure[]
  /** One or two sentences, made of the numbers. */
  readonly says: string
}

/** Published statement about credit assignment, and a test that can confirm or refute it. */
export interface Claim {
  /** Lower case with dashes, and the name of its file. */
  readonly name: string
  /** One sentence. */
  readonly claim: string
  readonly source: string
  /** How it is tested. */
  readonly method: string
  /** What has to hold: the verdict follows from these and the figures alone. `method` says what was changed once figures were seen. */
  readonly conditions: readonly Condition[]
  /** What one would also like to know, without a part in the verdict. */
  readonly beside: readonly Condition[]
  run(settings: ClaimSettings): Promise<ClaimResult>
}

interface ClaimSpec {
  readonly name: string
  readonly claim: string
  readonly source: string
  readonly method: string
  readonly conditions: readonly Condition[]
  readonly beside?: readonly Condition[]
  /** Every figure that a condition names is among them, for every effort. */
  readonly measure: (settings: ClaimSettings) => Promise<readonly Figure[]>
  readonly say: (figure: (name: string) => string, verdict: Verdict) => string
}

/** @throws RangeError from `run` where a condition names a figure that was not measured. */
export function defineClaim({ measure, say, beside = [], ...spec }: ClaimSpec): Claim {
  const { name, claim, source, method, conditions } = spec
  return {
    ...spec,
    beside,
    async run(settings) {
      const figures = await measure(settings)
      const verdict = verdictOf(conditions, figures)
      return {
        name,
        claim,
        source,
        method,
        verdict,
        conditions: judged(conditions, figures),
        beside: judged(beside, figures),
        figures,
        says: say((wanted) => words(figures.find((figure) => figure.name === wanted)?.estimate ?? null), verdict),
      }
    },
  }
}

/** Number with the half-width of its interval, rounded to the digits that matter. */
export function words(estimate: Estimated | null): string {
  if (estimate === null) return 'unknown'
  const { value, low, high } = estimate
  if (low === high) return shortly(value)
  return `${shortly(value)} (${shortly(low)} to ${shortly(high)})`
}

/** Two digits that count and, beside larger numbers, no more than they have to do with. */
function shortly(value: number): string {
  if (Number.isInteger(value)) return `${value}`
  const size = Math.abs(value)
  const text = value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.095 ? 2 : 3)
  return Number(text) === 0 ? '0.000' : text
}

const CLAIM: Kind<Claim> = {
  noun: 'claim',
  folder: 'evaluation/claims',
  unknown: 'CONFIG_INVALID',
  invalid: 'CONFIG_INVALID',
  expects: 'export default defineClaim({ ... })',
  read: (exported) => (isClaim(exported) ? exported : null),
  identify: ({ name }) => ({ name, version: null }),
}

function isClaim(value: unknown): value is Claim {
  if (typeof value !== 'object' || value === null) return false
  const { name, claim, source, run }: { readonly [K in keyof Claim]?: unknown } = value
  return [name, claim, source].every((text) => typeof text === 'string') && typeof run === 'function'
}

/** Claims of `evaluation/claims/`, the package's and the user's. Errors: CONFIG_INVALID. */
export const claims = (settings?: CatalogSettings): Catalog<Claim> => catalogOf(CLAIM, settings)
