import {
  ACTION_TYPES,
  type ActionType,
  type DimensionScore,
  endingReasons,
  isDimension,
  renderedAction,
  type SocialMessage,
  type SocialScore,
  socialScore,
} from '../../../envs/dialogue/rules/social.ts'
import { recordsOf, type VerifyHandler, VerifyMismatch } from '../../handler.ts'
import { VectorRecord } from '../../vector-record.ts'

/** Conversations of SOTOPIA: how actions are written down, when a conversation ends, how scores are averaged. */
export const socialHandler: VerifyHandler = {
  name: "SOTOPIA's rules",
  pattern: /^sotopia_rules[\w.-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `record ${index}`, check: () => check(new VectorRecord('', read())) }
  },
}

function check(record: VectorRecord): void {
  const kind = record.text('kind')
  if (kind === 'termination') checkEnding(record)
  else if (kind === 'aggregate') checkScores(record)
  else throw new VerifyMismatch('.kind', 'termination or aggregate', kind)
}

const ENDING_FIELDS = ['max_turn_number', 'max_stale_turn', 'turn_number', 'agents', 'messages', 'natural_language']

function checkEnding(record: VectorRecord): void {
  record.only(['kind', ...ENDING_FIELDS, 'terminated', 'reason'])
  const all = record.objects('messages').map(messageOf)
  record.expect(
    'natural_language',
    all.map((message) => (typeof message === 'string' ? message : renderedAction(message))),
  )
  const limits = { maxTurns: record.number('max_turn_number'), maxStaleTurns: record.number('max_stale_turn') }
  const participants = record.at('agents') === null ? null : record.texts('agents')
  const acted = all.filter((message) => typeof message !== 'string')
  const reasons = endingReasons(acted, record.number('turn_number'), participants, limits)
  record.expect('reason', reasons)
  record.expect('terminated', reasons !== '')
}

/** What a participant did, or a line of the environment. */
function messageOf(record: VectorRecord): SocialMessage | string {
  if (!record.has('action_type')) return record.only(['sender', 'message']).text('message')
  record.only(['sender', 'action_type', 'argument', 'to'])
  const action_type = actionTypeOf(record)
  return { sender: record.text('sender'), action_type, argument: record.text('argument'), to: record.texts('to') }
}

function actionTypeOf(record: VectorRecord): ActionType {
  const name = record.text('action_type')
  const known = ACTION_TYPES.find((type) => type === name)
  if (known === undefined) throw new VerifyMismatch(`${record.path}.action_type`, ACTION_TYPES.join(', '), name)
  return known
}

/** `[who, [[what, score], comment]]` of SOTOPIA's evaluators. */
interface Judgement {
  readonly who: string
  readonly what: string
  readonly score: unknown
  readonly comment: string
}

function checkScores(record: VectorRecord): void {
  record.only(['kind', 'responses', 'terminated', 'p1_rate', 'p2_rate', 'comments'])
  const judgements = record.list('responses').map((response) => judgementOf(record, response))
  record.expect(
    'terminated',
    judgements.some(({ what, score }) => what === 'terminated' && score === true),
  )
  record.expect('p1_rate', rateOf(socialScore(scoresOf(judgements, 'agent_1'))))
  record.expect('p2_rate', rateOf(socialScore(scoresOf(judgements, 'agent_2'))))
  record.expect('comments', commentsOf(judgements))
}

function judgementOf(record: VectorRecord, response: unknown): Judgement {
  if (Array.isArray(response) && Array.isArray(response[1]) && Array.isArray(response[1][0])) {
    const [who, [[what, score], comment]] = response
    if (typeof who === 'string' && typeof what === 'string' && typeof comment === 'string')
      return { who, what, score, comment }
  }
  throw new VerifyMismatch(`${record.path}.responses`, '[who, [[what, score], comment]]', response)
}

const scoresOf = (judgements: readonly Judgement[], participant: string): readonly DimensionScore[] =>
  judgements.flatMap(({ who, what, score }) =>
    who === participant && isDimension(what) && typeof score === 'number' ? [{ dimension: what, score }] : [],
  )

const rateOf = (score: SocialScore | null) =>
  score && [score.overall, { ...score.dimensions, overall_score: score.overall }]

const HEADINGS = [
  ['environment', 'Environment comments: '],
  ['agent_1', 'Agent 1 comments:\n'],
  ['agent_2', 'Agent 2 comments:\n'],
] as const

/** All comments on a dimension in one line, by participant. */
function commentsOf(judgements: readonly Judgement[]): string {
  const block = (who: string, heading: string): string => {
    const own = judgements.filter((judgement) => judgement.who === who)
    const lines = [...new Set(own.map(({ what }) => what))].map((what) => {
      const comments = own.filter((judgement) => judgement.what === what).map(({ comment }) => comment)
      return `${what}: ${comments.join('')}\n`
    })
    return lines.length === 0 ? '' : heading + lines.join('')
  }
  return HEADINGS.map(([who, heading]) => block(who, heading)).join('')
}
