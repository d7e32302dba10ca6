import { parseJson } from '../../../core/data/json.ts'
import type { JsonObject, Reward, Step } from '../../../core/data/types.ts'
import { countOf, fieldsOf, listOf, Malformed, objectOf, textOf } from '../../../records/check.ts'
import { decodeReward, encodeReward } from '../../../records/reward-line.ts'
import { decodeStep, encodeStep, type Standing } from '../../../records/step-line.ts'
import type { ScorerJob } from '../../hosting/scorer-queue.ts'

/** Each step of a job is written whole, as the first of a trajectory. */
const ALONE: Standing = { forkPath: '', nextIndex: 0, observation: '', anchors: {}, context: [] }

export const encodeJob = ({ hook, version, steps, groups }: ScorerJob): string => {
  const lines: readonly JsonObject[] = steps.map((step) => encodeStep(step, ALONE))
  return JSON.stringify({ hook, version, groups: Object.fromEntries(groups), steps: lines })
}

/** @throws Malformed */
export function decodeJob(text: string): ScorerJob {
  const fields = fieldsOf(parseJson(text), 'a job', ['hook', 'version', 'groups', 'steps'])
  const groups = Object.entries(objectOf(fields.groups, 'groups')).map(
    ([id, group]): readonly [string, string | null] => [id, group === null ? null : textOf(group, 'a group')],
  )
  return {
    hook: textOf(fields.hook, 'hook'),
    version: countOf(fields.version, 'version'),
    groups: new Map(groups),
    steps: listOf(fields.steps, 'steps', (line, what): Step => decodeStep(objectOf(line, what), ALONE)),
  }
}

export const encodeRewards = (rewards: readonly Reward[]): string => JSON.stringify(rewards.map(encodeReward))

/** @throws Malformed where it is not one reward for each step, of this hook and version */
export function decodeRewards(text: string, { hook, version, steps }: ScorerJob): readonly Reward[] {
  const rewards = listOf(parseJson(text), 'rewards', decodeReward)
  if (rewards.length !== steps.length)
    throw new Malformed(`a scorer gave ${rewards.length} rewards for ${steps.length} steps`)
  const stranger = rewards.find((reward) => reward.name !== hook || reward.version !== version)
  if (stranger) throw new Malformed(`a scorer of ${stranger.name}@${stranger.version} judged for ${hook}@${version}`)
  return rewards
}
