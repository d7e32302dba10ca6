import { GymError } from '../../../core/data/errors.ts'
import type { OptionRanges } from '../../../core/data/options.ts'

/** Options of the environment: recorded with every run. */
export type SqlOptions = {
  /** Seed of the databases and questions. */
  readonly dataSeed: number
  /** Tasks of the split train; validation and test have a quarter of it each. */
  readonly tasks: number
  /** Hardest kind of question: 1 for one table, 2 for groups, subqueries and a join, 3 for outer and two joins. */
  readonly level: number
  /** Rows of the second table of a database. */
  readonly rows: number
  /** Share of the numbers that are NULL. */
  readonly missing: number
  /** Steps of an episode. */
  readonly steps: number
  /** Milliseconds of a query. */
  readonly queryMs: number
  /** Rows of an answer that the agent sees. */
  readonly shownRows: number
  /** Back end of the sandbox; `auto` for the strongest of the machine. */
  readonly backend: string
}

export const DEFAULTS: SqlOptions = {
  dataSeed: 0,
  tasks: 160,
  level: 3,
  rows: 30,
  missing: 0.05,
  steps: 12,
  queryMs: 2000,
  shownRows: 20,
  backend: 'auto',
}

export const RANGES: OptionRanges = {
  dataSeed: [0, Number.MAX_SAFE_INTEGER],
  tasks: [1, 20_000],
  level: [1, 3],
  rows: [6, 2000],
  missing: [0, 1],
  steps: [1, 1000],
  queryMs: [10, 600_000],
  shownRows: [1, 1000],
}

const BACKENDS = ['auto', 'zygote']

/** @throws GymError CONFIG_INVALID */
export function expectOptions({ missing: _, backend, ...numbers }: SqlOptions): void {
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isSafeInteger(value))
      throw new GymError('CONFIG_INVALID', `option ${name} of sandbox-sql is a whole number, not ${value}`)
  if (!BACKENDS.includes(backend))
    throw new GymError(
      'CONFIG_INVALID',
      `option backend of sandbox-sql is ${BACKENDS.join(' or ')}: others have no SQLite`,
    )
}
