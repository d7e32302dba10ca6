import { exactMatch } from '../../../envs/search-qa/scores/answer.ts'
import { cutResponse, followUp, readResponse } from '../../../envs/search-qa/search-r1/response.ts'
import { lastAnswer } from '../../../envs/search-qa/search-r1/reward.ts'
import { projectOutput } from '../../../envs/search-qa/verl/projection.ts'
import { buildPrompt, informationText, type PromptTurn, wrapped } from '../../../envs/search-qa/verl/prompt.ts'
import { recordHandler } from '../../record-handler.ts'
import type { VectorRecord } from '../../vector-record.ts'

export const stepsHandler = recordHandler('steps of Search-R1', 'search_qa_steps', (record) => {
  record.only([
    ...['response', 'truncated', 'action', 'content', 'passages', 'observation', 'done', 'valid', 'is_search'],
    ...['last_turn_observation', 'last_turn_done', 'verl_agent_projection', 'verl_agent_valid'],
  ])
  const response = record.text('response')
  const read = readResponse(response)
  const isAnswer = Number(read.kind === 'answer')
  record.expect('truncated', cutResponse(response))
  record.expect('action', read.kind)
  record.expect('content', read.content)
  record.expect('observation', followUp(read, record.texts('passages')))
  record.expect('done', isAnswer)
  record.expect('valid', Number(read.kind !== null))
  record.expect('is_search', Number(read.kind === 'search'))
  record.expect('last_turn_observation', followUp(read, []))
  record.expect('last_turn_done', isAnswer)
  const { action, isValid } = projectOutput(response)
  record.expect('verl_agent_projection', action)
  record.expect('verl_agent_valid', Number(isValid))
})

export const promptsHandler = recordHandler('search prompts of verl-agent', 'verl_agent_search_prompts', (record) => {
  record.only(['index', 'history_length', 'max_steps', 'question', 'golds', 'prompt0', 'anchor0', 'turns'])
  const question = record.text('question')
  record.expect('anchor0', question)
  record.expect('prompt0', buildPrompt(question, [], 0))
  const turns: PromptTurn[] = []
  for (const turn of record.objects('turns')) {
    turns.push(checkTurn(record, turn, turns))
    const shown = turns.slice(Math.max(0, turns.length - record.number('history_length')))
    turn.expect('prompt', buildPrompt(question, shown, turns.length))
  }
})

const TURN_FIELDS = [
  ...['response', 'search_result', 'passages', 'query', 'anchor'],
  ...['prompt', 'reward', 'done', 'valid', 'won', 'tool_calling'],
]

function checkTurn(record: VectorRecord, turn: VectorRecord, before: readonly PromptTurn[]): PromptTurn {
  turn.only(TURN_FIELDS)
  const { action, isValid } = projectOutput(turn.text('response'))
  const isAnswer = action.includes('<answer>') && action.includes('</answer>')
  const isDone = isAnswer || before.length + 1 >= record.number('max_steps')
  const query = isDone ? null : queryOf(action)
  const observation = query === null ? '' : searched(turn)
  const said = [...before, { action, observation }].map((each) => each.action + each.observation).join('')
  const answer = isDone ? lastAnswer(said, 1) : null
  const isWon = answer !== null && exactMatch(answer, record.texts('golds'))
  turn.expect('valid', Number(isValid))
  turn.expect('done', isDone)
  turn.expect('tool_calling', !isDone)
  turn.expect('query', query)
  turn.expect('anchor', observation)
  turn.expect('won', isWon)
  turn.expect('reward', Number(isWon))
  return { action, observation }
}

const queryOf = (action: string): string | null => /^<search>([\s\S]*)<\/search>$/.exec(action)?.[1] ?? null

/** What the recorded service answered. */
function searched(turn: VectorRecord): string {
  const result = turn.text('search_result')
  if (result === 'error') return wrapped(/"result": "(Search error: [^"]*)"/.exec(turn.text('anchor'))?.[1] ?? '')
  return informationText(result === 'empty' ? [] : turn.texts('passages'))
}
