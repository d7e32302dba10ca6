import { agreement, majorityOf } from '../../../rewards/answers/votes.ts'
import { answerAdvantages, BASELINES, budgetSegments, budgetShares } from '../../../rewards/curation/budgets.ts'
import { answerEntropy, blended, localWeight, promptAdvantages } from '../../../rewards/curation/consistency.ts'
import { lexicographicPreference, marginsOf } from '../../../rewards/curation/lexicographic.ts'
import { dynamicBatch } from '../../../rewards/curation/sampling.ts'
import {
  canonicalReward,
  rewardDistance,
  rewardNorm,
  type TransitionReward,
} from '../../../rewards/evaluation/reward-distance.ts'
import { CRITIQUE_VOTES, critiqueReward, wrongSteps } from '../../../rewards/judging/critique.ts'
import { type PairScores, TOPOLOGIES, tournament, tournamentAdvantages } from '../../../rewards/judging/tournament.ts'
import {
  globalAdvantage,
  majorityVerdict,
  selectiveAdvantage,
  stepVerdicts,
  verdictReward,
} from '../../../rewards/judging/verdicts.ts'
import { overlongPenalty } from '../../../rewards/lengths/truncation.ts'
import { meanOf } from '../../../rewards/numbers.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import { CASE_FIELDS, VectorRecord } from '../../vector-record.ts'
import { byGroup } from './lengths.ts'
import { oneOf } from './words.ts'

export const tournamentHandler = caseFileHandler('tournaments of ArenaRL', 'arenarl', checkTournament)
export const critiqueHandler = caseFileHandler('critiques of steps', 'capo_formula', checkCritiques)
export const verdictHandler = caseFileHandler('voted verdicts', 'spark_formula', checkVerdicts)
export const budgetSegmentHandler = caseFileHandler('advantages by budget, of BRPO', 'brpo', checkSegments)
export const samplingHandler = caseFileHandler(
  'dynamic sampling and overlong penalty of DAPO',
  'dapo_sampling',
  checkSampling,
)
export const linkedHandler = caseFileHandler('labels of linked tasks, of Co-Reward', 'co_reward', checkLinked)
export const consistencyHandler = caseFileHandler('blend by consistency', 'copo_formula', checkConsistency)
export const lexicographicHandler = caseFileHandler('lexicographic preferences of HERON', 'heron', checkLexicographic)
export const distanceOfRewardsHandler = caseFileHandler('STARC distances', 'starc', checkStarc)

async function checkTournament(record: VectorRecord): Promise<void> {
  const args = record.only(CASE_FIELDS).object('args').only(['topology', 'n', 'shuffle'])
  const scores = record.object('input').only(['scores']).list('scores')
  const asked: (readonly number[])[] = []
  const compare = (first: number, second: number): PairScores => {
    asked.push([first, second])
    const [a = 0, b = 0] = new VectorRecord('input.scores', { pair: listAt(listAt(scores, first), second) }).numbers(
      'pair',
    )
    return [a, b]
  }
  const topology = TOPOLOGIES.find((name) => name === args.text('topology').replaceAll('_', '-'))
  if (topology === undefined) throw new VerifyMismatch(`${args.path}.topology`, TOPOLOGIES, args.at('topology'))
  const advantages = tournamentAdvantages(await tournament(topology, args.number('n'), compare))
  const expected = record.object('expected').only(['advantage', 'calls'])
  expected.expect('advantage', advantages)
  expected.expect('calls', asked)
  if (record.has('expected_f32')) record.expect('expected_f32', advantages, 1e-4)
}

const listAt = (list: unknown, at: number): unknown => (Array.isArray(list) ? list[at] : undefined)

/** A list of lists of lists, one of its items. */
const matrixAt = (record: VectorRecord, name: string, at: number): readonly (readonly number[])[] =>
  new VectorRecord(`${record.path}.${name}`, { [at]: record.list(name)[at] }).matrix(`${at}`)

function checkCritiques(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['vote', 'W_whole', 'W_process'])
  const input = record.object('input').only(['outcome', 'critiques', 'spans'])
  const wrong = wrongSteps(input.matrix('critiques'), oneOf(args, 'vote', CRITIQUE_VOTES)) ?? []
  const weights = { whole: args.number('W_whole'), process: args.number('W_process') }
  const tokens = input
    .matrix('spans')
    .flatMap(([start = 0, end = 0], step) =>
      Array.from({ length: end - start }, () => critiqueReward(input.number('outcome'), wrong.includes(step), weights)),
    )
  const expected = record.object('expected').only(['wrong_steps', 'token_reward'])
  expected.expect('wrong_steps', wrong)
  expected.expect('token_reward', tokens)
}

function checkVerdicts(record: VectorRecord): void {
  const args = record
    .only(CASE_FIELDS)
    .object('args')
    .only(['n_votes', 'step_weight', 'final_weight', 'global_weights'])
  const input = record
    .object('input')
    .only(['step_votes', 'final_votes', 'valid_format', 'process_advantage', 'step_advantage'])
  const votes = input.matrix('step_votes').map((own) => own.map(Boolean))
  if (votes.length !== args.number('n_votes'))
    throw new VerifyMismatch(`${args.path}.n_votes`, args.at('n_votes'), votes.length)
  const labels = stepVerdicts(votes).map((label) => label ?? Number.NaN)
  const final = majorityVerdict(input.flags('final_votes')) ?? Number.NaN
  const hasForm = input.number('valid_format') === 1
  const [ofProcess = 0, ofStep = 0] = args.numbers('global_weights')
  const advantage = input.number('process_advantage')
  const fields = ['step_labels', 'final', 'process_reward', 'step_augmented', 'selective', 'global_step']
  const expected = record.object('expected').only(fields)
  expected.expect('step_labels', labels)
  expected.expect('final', final)
  expected.expect('process_reward', Number(hasForm) * final)
  expected.expect(
    'step_augmented',
    verdictReward(labels, final, hasForm, { steps: args.number('step_weight'), final: args.number('final_weight') }),
  )
  expected.expect(
    'selective',
    labels.map((label) => selectiveAdvantage(advantage, label)),
  )
  expected.expect(
    'global_step',
    input.numbers('step_advantage').map((step) => globalAdvantage(advantage, step, [ofProcess, ofStep])),
  )
}

function checkSegments(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['G', 'S', 'A', 'variance_reduction', 'prior'])
  const input = record.object('input').only(['budgets', 'budget_probs', 'scores', 'split_id'])
  const [size, answers] = [args.number('S'), args.number('A')]
  const [rows, splits] = [input.matrix('scores'), input.matrix('split_id')]
  input.expect(
    'budget_probs',
    budgetShares(input.numbers('budgets'), oneOf(args, 'prior', ['uniform', 'linear', 'base'])),
  )
  const means = rows.map((row) =>
    Array.from({ length: size }, (_, s) => meanOf(row.slice(s * answers, (s + 1) * answers))),
  )
  const baseline = oneOf(args, 'variance_reduction', BASELINES)
  const group = rows.map((_, row) => `${Math.floor(row / args.number('G'))}`)
  const segments = byGroup(group, means, (own) => {
    const { advantages, own: v1, group: v2, returns } = budgetSegments(own, input.numbers('budget_probs'), baseline)
    return own.map((_, at) => ({ cot_advantage: advantages[at], v1: v1[at], v2: v2[at], ret: returns[at] }))
  })
  const answered = byGroup(
    group,
    rows.map((scores, at) => ({ scores, thoughts: splits[at] ?? [] })),
    (own) =>
      answerAdvantages(
        own.map(({ scores }) => scores),
        own.map(({ thoughts }) => thoughts),
        answers,
      ),
  )
  const fields = ['cot_advantage', 'v1', 'v2', 'ret'] as const
  const expected = record.object('expected').only([...fields, 'mask', 'summary_advantage'])
  for (const field of fields)
    expected.expect(
      field,
      segments.map((each) => each[field]),
    )
  const masks = splits.map((own) => Array.from({ length: size }, (_, s) => Number(own[s * answers] === s)))
  expected.expect('mask', masks)
  expected.expect('summary_advantage', answered)
}

function checkSampling(record: VectorRecord): void {
  const [args, input] = [record.only(CASE_FIELDS).object('args'), record.object('input')]
  if (input.has('length')) checkOverlong(record, args, input)
  else checkRounds(record, args, input)
}

function checkOverlong(record: VectorRecord, args: VectorRecord, input: VectorRecord): void {
  args.only(['max_resp_len', 'buffer', 'penalty_factor', 'base'])
  const limits = {
    maxTokens: args.number('max_resp_len'),
    buffer: args.number('buffer'),
    factor: args.number('penalty_factor'),
  }
  const rewards = input
    .only(['length'])
    .numbers('length')
    .map((length) => args.number('base') + overlongPenalty(length, limits))
  record.object('expected').only(['reward']).expect('reward', rewards)
}

function checkRounds(record: VectorRecord, args: VectorRecord, input: VectorRecord): void {
  args.only(['train_batch_size', 'n', 'max_num_gen_batches'])
  const rounds = input
    .only(['rounds'])
    .objects('rounds')
    .map((round) => {
      const [uid, metric] = [round.only(['uid', 'metric']).texts('uid'), round.numbers('metric')]
      return [...new Set(uid)].map((id) => ({ id, metric: metric.filter((_, at) => uid[at] === id) }))
    })
  const rule = { groups: args.number('train_batch_size'), maxRounds: args.number('max_num_gen_batches') }
  const batch = dynamicBatch(rounds, rule)
  const sizes = new Map(rounds.flat().map(({ id, metric }) => [id, metric.length]))
  const rows = batch.keptByRound.flat().flatMap((id) => Array.from({ length: sizes.get(id) ?? 0 }, () => id))
  const expected = record.object('expected').only(['kept_per_round', 'prompts_collected', 'raises', 'batch_uids'])
  expected.expect('kept_per_round', batch.keptByRound)
  expected.expect('prompts_collected', batch.kept)
  expected.expect('raises', batch.state === 'exhausted')
  expected.expect('batch_uids', batch.state === 'full' ? rows.slice(0, rule.groups * args.number('n')) : null)
}

/** The reference gives 0 where there is no label or no answer. */
function checkLinked(record: VectorRecord): void {
  record.only(CASE_FIELDS).object('args').only([])
  const input = record.object('input').only(['uid', 'answers_original', 'answers_rephrased'])
  const [original, rephrased] = [input.texts('answers_original'), input.texts('answers_rephrased')]
  const pairs = original.map((own, at) => ({ own, other: rephrased[at] ?? '' }))
  const judged = byGroup(input.texts('uid'), pairs, (group) => {
    const [ofOther, ofOwn] = [majorityOf(group.map(({ other }) => other)), majorityOf(group.map(({ own }) => own))]
    return group.map(({ own, other }) => [agreement(own, ofOther) ?? 0, agreement(other, ofOwn) ?? 0])
  })
  const expected = record.object('expected').only(['reward_original', 'reward_rephrased'])
  expected.expect(
    'reward_original',
    judged.map(([own]) => own),
  )
  expected.expect(
    'reward_rephrased',
    judged.map(([, other]) => other),
  )
}

function checkConsistency(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['gamma', 'rho'])
  const input = record.object('input').only(['answers', 'prompt_rewards', 'local', 'glob'])
  const entropy = answerEntropy(input.texts('answers'))
  const weight = localWeight(entropy, args.number('gamma'), args.number('rho'))
  const expected = record.object('expected').only(['entropy', 'weight_local', 'global_advantage', 'blend'])
  expected.expect('entropy', entropy)
  expected.expect('weight_local', weight)
  expected.expect('global_advantage', promptAdvantages(input.numbers('prompt_rewards')))
  expected.expect('blend', blended(input.number('local'), input.number('glob'), weight))
}

function checkLexicographic(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['hierarchy', 'sigma'])
  const input = record.object('input').only(['factors', 'pairs'])
  const items = input.matrix('factors').map((factors) => args.numbers('hierarchy').map((at) => factors[at] ?? 0))
  const margins = marginsOf(
    args.numbers('hierarchy').map((_, level) => items.map((item) => item[level] ?? 0)),
    args.numbers('sigma'),
  )
  const preferences = input
    .matrix('pairs')
    .map(([a = 0, b = 0]) => lexicographicPreference(items[a] ?? [], items[b] ?? [], margins))
  record.object('expected').only(['preference']).expect('preference', preferences)
}

function checkStarc(record: VectorRecord): void {
  const args = record
    .only([...CASE_FIELDS, 'expected_as_shipped'])
    .object('args')
    .only(['discount', 'kind'])
  const input = record.object('input').only(['transition', 'R1', 'R2'])
  const read = (name: string): TransitionReward => input.list(name).map((_, at) => matrixAt(input, name, at))
  const dynamics = { transition: read('transition'), discount: args.number('discount') }
  const [first, second] = [read('R1'), read('R2')]
  const canonical = canonicalReward(first, dynamics, 'value')
  const fields = ['value', 'value_canon_1', 'weighted_2', 'value_potential', 'epic', 'dard']
  for (const [name, tolerance] of [
    ['expected', 1e-9],
    ['expected_as_shipped', 1e-6],
  ] as const) {
    if (name === 'expected_as_shipped' && !record.has(name)) continue
    const expected = record.object(name).only(fields)
    const value = rewardDistance(first, second, dynamics, 'value')
    if (!(name === 'expected_as_shipped' && value === null)) expected.expect('value', value, tolerance)
    expected.expect('value_canon_1', canonical, tolerance)
    expected.expect('weighted_2', rewardNorm(canonical, dynamics.transition), tolerance)
    expected.expect('value_potential', rewardDistance(first, second, dynamics, 'value-potential'), tolerance)
    expected.expect('epic', rewardDistance(first, second, dynamics, 'epic'), tolerance)
    expected.expect('dard', rewardDistance(first, second, dynamics, 'dard'), tolerance)
  }
}
