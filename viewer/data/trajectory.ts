import type { Evidence, Reward, Step } from '../../core/data/types.ts'
import type { Estimate } from '../../evaluation/oracle/estimate.ts'
import type { StepRow } from '../../evaluation/oracle/rows.ts'
import type { Estimated, EvidenceLine, StepLine, StepValue, TrajectoryAnswer } from '../answers.ts'
import { truthOf } from './credit.ts'
import { goalOf } from './labels.ts'
import type { OpenEpisode, OpenRun } from './open-run.ts'
import { waitingOf } from './waiting.ts'

/** What a reader may see. */
export interface Sight {
  /** What the policy said of its actions. */
  readonly evidence: boolean
}

/** One episode, its texts written once. */
export function trajectoryOf(open: OpenRun, episode: OpenEpisode, sight: Sight): TrajectoryAnswer {
  const { recorded, path, totals, group } = episode
  const { start, trajectory, isFinished } = recorded
  const { id, taskId, member, seed, ending, endingReason, rewards, forkedFrom = null } = trajectory
  const texts = new Texts()
  const { split, agent, maxSteps } = start
  return {
    episode: { id, task: taskId, goal: goalOf(episode), split, agent, member, maxSteps, seed },
    steps: path.map((step) => ({
      ...stepLine(step, texts, truthOf(open, step), sight),
      waiting: waitingOf(open, step),
    })),
    texts: texts.list,
    end: { ending, reason: endingReason, isFinished, rewards: rewards.map(shownReward), totals },
    group,
    ranked: rankedIn(open, group),
    parent: forkedFrom,
    children: open.episodes
      .filter(({ recorded: { trajectory: other } }) => other.forkedFrom?.trajectoryId === id)
      .map((each) => each.id),
  }
}

/** Texts by number, each once. */
class Texts {
  readonly list: string[] = []
  readonly #numbers = new Map<string, number>()

  numberOf(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    this.#numbers.set(text, this.list.length)
    return this.list.push(text) - 1
  }
}

/** Effects are left out: they are what the outside world said, which may hold keys and answers. */
function stepLine(step: Step, texts: Texts, values: StepRow | undefined, sight: Sight): Omit<StepLine, 'waiting'> {
  const { index, trajectoryId, action, observation, nextObservation, rewards, anchors } = step
  const { isActionValid, refused, info, evidence } = step
  const problem = refused?.problem ?? (typeof info.problem === 'string' ? info.problem : null)
  return {
    ...{ index, trajectoryId, action, isActionValid, problem, info },
    saw: texts.numberOf(observation),
    led: texts.numberOf(nextObservation),
    rewards: rewards.map(shownReward),
    anchors: Object.fromEntries(Object.entries(anchors).map(([name, text]) => [name, texts.numberOf(text)])),
    values: values ? shownValues(values) : null,
    evidence: evidence && sight.evidence ? evidenceLine(evidence) : null,
  }
}

/** A reward without what a model said of it. */
const shownReward = ({ model: _, ...reward }: Reward): Reward => reward

function evidenceLine(evidence: Evidence): EvidenceLine {
  if (evidence.kind === 'categorical') return { kind: 'categorical', logProb: evidence.logProb, tokens: null }
  const { logProbs } = evidence
  return { kind: 'token', logProb: logProbs.reduce((sum, each) => sum + each, 0), tokens: logProbs }
}

/** The values of a step without how they were made. */
export const shownValues = ({ value, actionValue, advantage }: StepRow): StepValue => ({
  value: estimated(value),
  actionValue: estimated(actionValue),
  advantage: estimated(advantage),
})

const estimated = ({ value, low, high, count }: Estimate): Estimated => ({ value, low, high, count })

/** Ids of a group, the best return first; unknown returns last. */
export function rankedIn({ byGroup }: OpenRun, group: string | null): readonly string[] {
  if (group === null) return []
  const members = byGroup.get(group) ?? []
  return members.toSorted((one, other) => (other.return ?? -Infinity) - (one.return ?? -Infinity)).map(({ id }) => id)
}
