import type { AnchorColumn, SignalColumn, StepBatch } from '../../core/batch/index.ts'
import { anchorNeed, transitionNeed } from './anchor-needs.ts'
import { GAMMA, name, type OptionsOf } from './options.ts'
import { OUTCOME } from './outcome.ts'
import { penalised } from './penalty.ts'
import { type Need, type Scope, scopeOf } from './scope.ts'
import { anchorColumn, discountedReturns, episodeScores, spread, stepSignal } from './signals.ts'
import { SUCCESS, successes } from './success.ts'

const { scoreOf: _, ...EPISODE } = OUTCOME

/** Options of methods whose episode part is the score of the whole trajectory. */
export { EPISODE }

/** Options of methods that also compare discounted returns at anchors. */
export const EPISODE_AND_RETURNS = { ...EPISODE, reward: name('env'), anchor: name('text'), gamma: GAMMA } as const

/** What such methods start from, aligned with the rows; penalties have come off. */
export interface ScoredReturns {
  readonly column: AnchorColumn
  readonly scope: Scope
  readonly scores: Float64Array
  readonly returns: Float64Array
}

/** @throws GymError SIGNAL_MISSING, CONFIG_INVALID */
export function scoreReturns(batch: StepBatch, options: OptionsOf<typeof EPISODE_AND_RETURNS>): ScoredReturns {
  const column = anchorColumn(batch, options.anchor)
  const episode = spread(batch, episodeScores(batch, options.episode, options.mode))
  const returns = discountedReturns(batch, stepSignal(batch, options.reward), options.gamma, options.mode)
  const needs = [need(options.episode, episode), need(options.reward, returns), anchorNeed(options.anchor, column)]
  const scope = scopeOf(batch, needs, options)
  const scores = penalised(batch, scope, episode.values, options.invalidActionPenalty)
  const judged = penalised(batch, scope, returns.values, options.invalidActionPenalty)
  return { column, scope, scores, returns: judged }
}

/** Options of methods that look back from the goal. */
export const EPISODE_AND_SUCCESS = { ...EPISODE, ...SUCCESS, anchor: name('text') } as const

/** What such methods start from, aligned with the rows except `reached`. */
export interface ScoredSuccess {
  readonly column: AnchorColumn
  readonly scope: Scope
  /** After the invalid-action penalty. */
  readonly scores: Float64Array
  /** Before it. */
  readonly raw: Float64Array
  /** Whether each trajectory reached its goal. */
  readonly reached: SignalColumn
}

/** @throws GymError SIGNAL_MISSING, CONFIG_INVALID */
export function scoreSuccess(batch: StepBatch, options: OptionsOf<typeof EPISODE_AND_SUCCESS>): ScoredSuccess {
  const column = anchorColumn(batch, options.anchor)
  const episode = spread(batch, episodeScores(batch, options.episode, options.mode))
  const reached = successes(batch, options)
  const needs = [
    need(options.episode, episode),
    need(options.success, spread(batch, reached)),
    transitionNeed(batch, options.anchor, column),
  ]
  const scope = scopeOf(batch, needs, options)
  const scores = penalised(batch, scope, episode.values, options.invalidActionPenalty)
  return { column, scope, scores, raw: episode.values, reached }
}

const need = (signal: string, column: SignalColumn): Need => ({ signal, column })
