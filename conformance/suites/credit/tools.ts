import type { ToolCall } from '../../../rewards/tools/call.ts'
import {
  assignmentRewards,
  greedyAssignment,
  similarityMatrix,
  transportRewards,
} from '../../../rewards/tools/match.ts'
import { toolCallReward, toolRlScore } from '../../../rewards/tools/toolrl.ts'
import { creditHandler } from './handler.ts'
import { VectorRecord } from './record.ts'

export const toolRlHandler = creditHandler('ToolRL score', 'toolrl_reward', (record) => {
  record.only(['name', 'input', 'expected'])
  const input = record.object('input').only(['predicted', 'ground_truth', 'solution', 'answer'])
  const expected = record.object('expected').only(['tool_call_reward', 'score', 'format', 'correctness'])
  expected.expect('tool_call_reward', toolCallReward(calls(input, 'ground_truth'), calls(input, 'predicted')))
  const { score, format, correctness } = toolRlScore(input.text('solution'), input.text('answer'))
  expected.expect('score', score)
  expected.expect('format', format)
  expected.expect('correctness', correctness)
})

/** What the transport plan of a library gave: its printed tolerance. */
const TRANSPORT_TOLERANCE = 1e-6

export const toolMatchHandler = creditHandler('MatchTIR tool match', 'matchtir_tool_match', (record) => {
  record.only(['name', 'input', 'expected'])
  const input = record.object('input').only(['predicted', 'ground_truth'])
  const expected = record.object('expected')
  expected.only(['similarity', 'assignment', 'rewards_unmatched_0', 'rewards_unmatched_minus_half', 'ot_rewards'])
  const similarity = similarityMatrix(calls(input, 'predicted'), calls(input, 'ground_truth'))
  expected.expect('similarity', similarity)
  expected.expect('assignment', greedyAssignment(similarity))
  expected.expect('rewards_unmatched_0', assignmentRewards(similarity, 0))
  expected.expect('rewards_unmatched_minus_half', assignmentRewards(similarity, -0.5))
  if (expected.has('ot_rewards')) expected.expect('ot_rewards', transportRewards(similarity), TRANSPORT_TOLERANCE)
})

const calls = (input: VectorRecord, name: string): readonly ToolCall[] =>
  input.list(name).map((value, at) => {
    const call = new VectorRecord(`${input.path}.${name}[${at}]`, value).only(['name', 'parameters'])
    const parameters = call.object('parameters')
    return {
      name: call.text('name'),
      parameters: Object.fromEntries(parameters.names.map((each) => [each, parameters.at(each)])),
    }
  })
