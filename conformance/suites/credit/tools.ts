import type { Json } from '../../../core/data/types.ts'
import { hookSet, type RewardHook, withOptions } from '../../../core/reward/hook.ts'
import { runGroupHook, runTurnHooks } from '../../../core/reward/run-hooks.ts'
import matchTir from '../../../rewards/hooks/matchtir.ts'
import toolRlCalls from '../../../rewards/hooks/toolrl-calls.ts'
import toolRlFormat from '../../../rewards/hooks/toolrl-format.ts'
import type { ToolCall } from '../../../rewards/tools/call.ts'
import { greedyAssignment, similarityMatrix } from '../../../rewards/tools/match.ts'
import { toolCallReward, toolRlScore } from '../../../rewards/tools/toolrl.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VectorRecord } from '../../vector-record.ts'
import { step, trajectory } from './samples.ts'

/** Every case twice: the formula itself, and the hooks on a step that gives the recorded answer. */
export const toolRlHandler = caseFileHandler('ToolRL score', 'toolrl_reward', async (record) => {
  record.only(['name', 'input', 'expected'])
  const input = record.object('input').only(['predicted', 'ground_truth', 'solution', 'answer'])
  const expected = record.object('expected').only(['tool_call_reward', 'score', 'format', 'correctness'])
  const [gold, predicted] = [calls(input, 'ground_truth'), calls(input, 'predicted')]
  const [solution, answer] = [input.text('solution'), input.text('answer')]
  expected.expect('tool_call_reward', toolCallReward(gold, predicted))
  const { score, format, correctness } = toolRlScore(solution, answer)
  expected.expect('score', score)
  expected.expect('format', format)
  expected.expect('correctness', correctness)
  const truth = { ...truthOf(gold), answer }
  expected.expect('format', await turnReward(withOptions(toolRlFormat, { tags: true }), solution, truth))
  expected.expect('correctness', await turnReward(withOptions(toolRlCalls, { wanted: 'all' }), solution, truth))
  if (gold.length === 0) return
  const made = { tool_calls: predicted.map(jsonOf) }
  expected.expect('tool_call_reward', await turnReward(withOptions(toolRlCalls, { wanted: 'all' }), made, truth))
})

/** What the transport plan of a library gave: its printed tolerance. */
const TRANSPORT_TOLERANCE = 1e-6

export const toolMatchHandler = caseFileHandler('MatchTIR tool match', 'matchtir_tool_match', async (record) => {
  record.only(['name', 'input', 'expected'])
  const input = record.object('input').only(['predicted', 'ground_truth'])
  const expected = record.object('expected')
  expected.only(['similarity', 'assignment', 'rewards_unmatched_0', 'rewards_unmatched_minus_half', 'ot_rewards'])
  const [predicted, gold] = [calls(input, 'predicted'), calls(input, 'ground_truth')]
  const similarity = similarityMatrix(predicted, gold)
  expected.expect('similarity', similarity)
  expected.expect('assignment', greedyAssignment(similarity))
  const rewards = (options: { readonly assignment?: string; readonly unmatched?: number }) =>
    stepRewards(withOptions(matchTir, options), predicted, truthOf(gold))
  expected.expect('rewards_unmatched_0', await rewards({ unmatched: 0 }))
  expected.expect('rewards_unmatched_minus_half', await rewards({ unmatched: -0.5 }))
  if (expected.has('ot_rewards'))
    expected.expect('ot_rewards', await rewards({ assignment: 'transport' }), TRANSPORT_TOLERANCE)
})

async function turnReward(hook: RewardHook, action: Json, truth: Json): Promise<number | null> {
  const none = { before: () => ({}), after: () => ({}) }
  const [reward] = await runTurnHooks(hookSet([hook]).turn, step({ action }), [], none, () => truth)
  return reward?.value ?? null
}

/** Rewards of a trajectory that makes one call a step. */
async function stepRewards(hook: RewardHook, made: readonly ToolCall[], truth: Json): Promise<readonly unknown[]> {
  const calling = trajectory({ steps: made.map((call, index) => step({ action: jsonOf(call), index })) })
  const { environment, taskId } = calling
  const group = { id: 'g', environment, taskId, startTag: '', trajectories: [calling], aborted: [] }
  const [judge] = hookSet([hook]).group
  if (!judge) return []
  const { perStep } = await runGroupHook(judge, group, () => truth)
  return perStep?.[0]?.map(({ value }) => value) ?? []
}

const jsonOf = ({ name, parameters }: ToolCall) => ({ name, arguments: parameters as Json })

const truthOf = (gold: readonly ToolCall[]) => ({ calls: gold.map(jsonOf) })

const calls = (input: VectorRecord, name: string): readonly ToolCall[] =>
  input.list(name).map((value, at) => {
    const call = new VectorRecord(`${input.path}.${name}[${at}]`, value).only(['name', 'parameters'])
    const parameters = call.object('parameters')
    return {
      name: call.text('name'),
      parameters: Object.fromEntries(parameters.names.map((each) => [each, parameters.at(each)])),
    }
  })
