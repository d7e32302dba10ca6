import { GymError } from '../../core/data/errors.ts'
import { expectWhole } from '../../core/episode/settings.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import { Budget } from './budget.ts'
import { DEFAULT_RANGE, expectRange, type ReturnRange } from './interval.ts'

/**
 * How the futures of one point are drawn. `common`: the n-th future of every arm has the same stream, environment's and
 * agent's, so that differences vary less (common random numbers). `independent`: every future has stream of its own.
 */
export type RandomStreams = 'common' | 'independent'

/** Settings of Monte Carlo values. */
export interface OracleSettings {
  /** Whose values they are. */
  readonly agent: Agent
  /** Play-outs of each arm. @default 64 */
  readonly forks?: number
  /** How often each interval should hold the truth, above 0 and below 1; not all of them at once. @default 0.95 */
  readonly confidence?: number
  /** What returns from here on can be. @default 0 to 1 */
  readonly range?: ReturnRange
  /** Discount a step, from 0 to 1. @default 1 */
  readonly gamma?: number
  /** @default 'common' */
  readonly streams?: RandomStreams
  /** Shared by all that is estimated with it. @default unlimited */
  readonly budget?: Budget
  /** Ends what is in progress after the play-out. */
  readonly signal?: AbortSignal
  /** Called after each play-out. */
  readonly onPlayOut?: () => void
}

export type FullSettings = Required<Omit<OracleSettings, 'signal'>> & Pick<OracleSettings, 'signal'>

const DEFAULTS = {
  forks: 64,
  confidence: 0.95,
  range: DEFAULT_RANGE,
  gamma: 1,
  streams: 'common',
  onPlayOut: () => {},
} as const

/** @throws GymError CONFIG_INVALID for what cannot be used. */
export function fullSettings(given: OracleSettings, defaults: Partial<OracleSettings> = {}): FullSettings {
  const settings = { ...DEFAULTS, budget: new Budget(), ...defaults, ...given }
  expectWhole('the number of forks', settings.forks, 1, 2 ** 24)
  expectRange(settings.range)
  expectShare('confidence', settings.confidence, settings.confidence > 0 && settings.confidence < 1)
  expectShare('gamma', settings.gamma, settings.gamma >= 0 && settings.gamma <= 1)
  return settings
}

function expectShare(name: string, value: number, isRight: boolean): void {
  if (!isRight) throw new GymError('CONFIG_INVALID', `${name} is a number from 0 to 1, not ${value}`)
}

/** True where no further play-out may start. */
export const isOver = ({ budget, signal }: FullSettings): boolean => budget.isSpent || signal?.aborted === true
