import { parseBatch, type StepBatch } from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'
import type { Environment } from '../../core/episode/environment.ts'
import type { HookSet } from '../../core/reward/hook.ts'
import { assignCredit, type CreditRequest, type Shaping } from './assign.ts'

/** Names of what will be recorded of trajectories to come. */
export interface Columns {
  readonly anchors: readonly string[]
  /** Signals of steps. */
  readonly signals: readonly string[]
  /** Signals of trajectories. */
  readonly outcomes: readonly string[]
}

/** Columns that episodes of an environment will have under these hooks. */
export function recordedColumns(
  { anchors }: Pick<Environment, 'anchors'>,
  { turn, process, outcome, group }: HookSet,
): Columns {
  const names = (hooks: readonly { readonly name: string }[]): readonly string[] => hooks.map(({ name }) => name)
  return {
    anchors: ['text', 'state', ...Object.keys(anchors ?? {})],
    signals: ['env', ...names([...turn, ...process, ...group])],
    outcomes: names([...outcome, ...group]),
  }
}

/**
 * Tries a request out on made-up steps with these columns, so that what must fail later fails now. Columns that
 * depend on evidence, tokens and values of tokens, are assumed to be there.
 * @throws GymError CONFIG_INVALID, SIGNAL_MISSING as `assignCredit`
 */
export function expectAssignable(columns: Columns, request: CreditRequest, shaping: Shaping | null): void {
  const failure = failureOf(() => {
    const [assigned] = assignCredit(madeUp(columns), [request], shaping)
    if (assigned?.reason) throw new GymError(assigned.reason.code, assigned.reason.message)
  })
  // Whatever else an estimator makes of made-up numbers says nothing of real ones.
  if (failure instanceof GymError && ['CONFIG_INVALID', 'SIGNAL_MISSING'].includes(failure.code)) throw failure
}

function failureOf(run: () => void): unknown {
  try {
    run()
    return null
  } catch (thrown) {
    return thrown
  }
}

/** Two trajectories of two steps each. */
const TRAJECTORIES = ['a', 'a', 'b', 'b']
const VALUES = [0, 1, 1, 0]

function madeUp({ anchors, signals, outcomes }: Columns): StepBatch {
  const named = (names: readonly string[], column: readonly unknown[]) =>
    Object.fromEntries(names.map((name) => [name, column]))
  return parseBatch({
    trajectory: TRAJECTORIES,
    group: TRAJECTORIES.map(() => 'g'),
    anchors: named(anchors, ['start', 'left', 'start', 'right']),
    nextAnchors: named(anchors, ['left', 'end', 'right', 'end']),
    action: VALUES,
    signals: named(signals, VALUES),
    perToken: named(
      signals,
      VALUES.map((value) => [value]),
    ),
    outcomes: named(outcomes, [0, 0, 1, 1]),
    logProbs: VALUES.map(() => [-1]),
    lineage: TRAJECTORIES,
  })
}
