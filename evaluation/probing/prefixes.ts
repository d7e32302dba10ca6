import type { Step } from '../../core/data/types.ts'
import type { World } from '../../core/episode/world.ts'
import { futureOf, Yielder } from '../oracle/arms.ts'
import { expectFutures, type Point } from '../oracle/point.ts'
import { pointsOfRecord, type RecordedEpisode } from '../oracle/retrace.ts'
import { answerOf, type Forcing, forcedAnswer, type Probe } from './forced.ts'

/** What a budget counts: steps of an episode, or tokens of its actions. */
export const BUDGET_UNITS = ['steps', 'tokens'] as const
/** Name of what a budget counts. */
export type BudgetUnit = (typeof BUDGET_UNITS)[number]

/** Settings of probing. */
export interface ProbeSettings extends Forcing {
  /** Answers that are forced at each prefix, from 1. */
  readonly count: number
  /** Budgets, rising, from 0: a prefix is as many steps as a budget covers. */
  readonly budgets: readonly number[]
  readonly unit: BudgetUnit
  /** Ends it after the answer that is being forced. */
  readonly signal?: AbortSignal
  /** Called after each answer. */
  readonly onProbe?: () => void
}

/** Answers after one prefix of an episode. */
export interface ProbedPrefix {
  readonly budget: number
  /** Steps of the prefix. */
  readonly index: number
  /** Whether the budget covers the whole episode: the only answer is then its own. */
  readonly isWhole: boolean
  readonly probes: readonly Probe[]
}

/**
 * Forces answers at every budget of a recorded episode. A prefix that two budgets end at is probed once.
 * @returns null where a budget of tokens has no token evidence to go by; fewer budgets where the signal ended it
 * @throws GymError as `pointsOfRecord`; FORK_UNSUPPORTED
 */
export async function probedPrefixes(
  world: World,
  episode: RecordedEpisode & { readonly whole: readonly Step[] },
  settings: ProbeSettings,
): Promise<readonly ProbedPrefix[] | null> {
  const spent = spentBy(episode.whole, settings.unit)
  if (spent === null) return null
  const points = await pointsOfRecord(world, episode)
  const probed = new Map<number, readonly Probe[]>()
  const found: ProbedPrefix[] = []
  for (const budget of settings.budgets) {
    const index = spent.filter((cost) => cost <= budget).length
    const isWhole = index === episode.whole.length
    const probes = isWhole
      ? [ownAnswer(episode.whole)]
      : (probed.get(index) ?? (await probesAt(points, index, settings)))
    if (probes === null) return found
    probed.set(index, probes)
    found.push({ budget, index, isWhole, probes })
  }
  return found
}

/** What was spent by the end of each step; null where that is not known. */
export function spentBy(steps: readonly Step[], unit: BudgetUnit): readonly number[] | null {
  let spent = 0
  const costs: number[] = []
  for (const { evidence } of steps) {
    if (unit === 'tokens' && evidence?.kind !== 'token') return null
    spent += evidence?.kind === 'token' && unit === 'tokens' ? evidence.actionTokenIds.length : 1
    costs.push(spent)
  }
  return costs
}

/** Null where the signal ended it. */
async function probesAt(
  points: readonly Point[],
  index: number,
  { count, signal, onProbe, ...forcing }: ProbeSettings,
): Promise<readonly Probe[] | null> {
  const point = points[index]
  if (point === undefined) return []
  expectFutures(point)
  const prefix = { history: point.history, score: scoreBefore(points.slice(0, index)) }
  const yielder = new Yielder()
  const probes: Probe[] = []
  for (let number = 0; number < count; number++) {
    await yielder.take()
    if (signal?.aborted === true) return null
    probes.push(await forcedAnswer(await futureOf(point, number), prefix, forcing))
    onProbe?.()
  }
  return probes
}

const scoreBefore = (points: readonly Point[]): number | null =>
  points.reduce<number | null>((sum, { reward }) => (sum === null || reward === null ? null : sum + reward), 0)

/** The answer that an episode gave by itself. */
function ownAnswer(steps: readonly Step[]): Probe {
  const rewards = steps.map(({ rewards }) => rewards.find(({ name }) => name === 'env')?.value ?? null)
  const score = rewards.reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0)
  const last = steps.at(-1)
  return {
    score,
    reason: score === null ? 'a reward of the episode is not known' : null,
    hasAnswered: last?.terminated ?? false,
    ...answerOf(last ? { action: last.action, ...(last.evidence && { evidence: last.evidence }) } : null),
    wasTaken: false,
    steps: 0,
  }
}
