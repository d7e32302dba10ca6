import { denoisedLabels, firstError } from '../../../rewards/curation/denoised.ts'
import { contributionError, groundingOf, leadOverOthers } from '../../../rewards/progress/contribution.ts'
import { distanceRewards } from '../../../rewards/progress/embedding.ts'
import { advantageSum, bestOfRate, proverValues, risesOf } from '../../../rewards/progress/prover.ts'
import { finalScoreIn, renormalised, scoreShare } from '../../../rewards/progress/renorm.ts'
import { trustedProcess } from '../../../rewards/progress/trust.ts'
import { densityAdvantages, densityReward, densityWeights, discountedOutcome } from '../../../rewards/tests/density.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import { CASE_FIELDS, VectorRecord } from '../../vector-record.ts'
import { byGroup } from './lengths.ts'

export const contributionHandler = caseFileHandler('step rewards of SPA-RL', 'spa_rl', checkContribution)
export const proverHandler = caseFileHandler('prover advantage', 'pav_formula', checkProver)
export const distanceHandler = caseFileHandler('distance to successes, of SRPO', 'srpo', checkDistance)
export const renormHandler = caseFileHandler('ReNorm of PPR', 'ppr_renorm', checkRenorm)
export const trustHandler = caseFileHandler('Trust-GRPO', 'trust_grpo', checkTrust)
export const densityHandler = caseFileHandler('weights of tests by density', 'verpo_formula', checkDensity)
export const denoisedHandler = caseFileHandler('denoised labels of SCAN', 'scan', checkDenoised)

function checkContribution(record: VectorRecord): void {
  const amount = record.only(CASE_FIELDS).object('args').only(['grounding']).number('grounding')
  const rows = record.object('input').only(['trajectories']).objects('trajectories')
  const read = rows.map((row) => {
    row.only(['id', 'final_reward', 'turn_values', 'nothing_happens'])
    const before = row.flags('nothing_happens')
    const grounding = groundingOf([...before.slice(1), false], amount)
    return { id: `${row.at('id')}`, outcome: row.number('final_reward'), values: row.numbers('turn_values'), grounding }
  })
  const ids = read.map(({ id }) => id)
  const leads = byGroup(
    ids,
    read.map(({ outcome }) => outcome),
    leadOverOthers,
  )
  const expected = record.object('expected').only(['released', 'contribution_form', 'sum_error'])
  expected.expect(
    'released',
    read.map(({ grounding }, at) => grounding.map((each) => (leads[at] ?? 0) + each)),
  )
  expected.expect(
    'contribution_form',
    read.map(({ values, grounding }) => values.map((value, at) => value + (grounding[at] ?? 0))),
  )
  expected.expect(
    'sum_error',
    read.map(({ values, outcome }) => contributionError(values, outcome)),
  )
}

function checkProver(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['K', 'alpha', 'rollouts'])
  const successes = record.object('input').only(['successes']).numbers('successes')
  const rates = successes.map((count) => count / args.number('rollouts'))
  const { advantage, effective } = proverValues(rates, args.number('K'), args.number('alpha'))
  const fields = ['q', 'prover', 'advantage', 'base_advantage', 'effective', 'advantage_sum']
  const expected = record.object('expected').only(fields)
  expected.expect('q', rates)
  expected.expect(
    'prover',
    rates.map((rate) => bestOfRate(rate, args.number('K'))),
  )
  expected.expect('advantage', advantage)
  expected.expect('base_advantage', risesOf(rates))
  expected.expect('effective', effective)
  expected.expect('advantage_sum', advantageSum(advantage))
}

function checkDistance(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['eps', 'min_samples'])
  const input = record.object('input').only(['task', 'success', 'embedding'])
  const success = input.flags('success')
  const rows = input.matrix('embedding').map((embedding, at) => ({ isSuccess: success[at] ?? false, embedding }))
  const rule = { radius: args.number('eps'), least: args.number('min_samples'), top: 0.6, steepness: 10 }
  const judged = byGroup(input.texts('task'), rows, (own) => distanceRewards(own, rule))
  const expected = record.object('expected').only(['reward', 'distance'])
  expected.expect(
    'reward',
    judged.map(({ reward }) => reward ?? 0),
  )
  expected.expect(
    'distance',
    judged.map(({ distance }) => distance),
  )
}

function checkRenorm(record: VectorRecord): void {
  const beta = record.only(CASE_FIELDS).object('args').only(['beta']).number('beta')
  const input = record.object('input').only(['turn_mask', 'judge_replies', 'outcome'])
  const outcomes = input.numbers('outcome')
  const shares = input
    .list('judge_replies')
    .map((_, at) => textsAt(input, 'judge_replies', at).map((reply) => scoreShare(finalScoreIn(reply))))
  const rewards = shares.map((own, at) =>
    renormalised(
      own.map((share) => share ?? 0),
      outcomes[at] ?? 0,
      beta,
    ),
  )
  const expected = record.object('expected').only(['reward', 'valid', 'total'])
  expected.expect(
    'reward',
    input.matrix('turn_mask').map((mask, at) => spread(mask, rewards[at] ?? [])),
  )
  expected.expect('valid', shares.flat().filter((share) => share !== null).length)
  expected.expect('total', shares.flat().length)
}

/** Values of turns on the tokens that end them. */
function spread(mask: readonly number[], values: readonly (number | null)[]): readonly (number | null)[] {
  let turn = 0
  const placed = mask.map((own) => (own ? (values[turn++] ?? null) : 0))
  if (turn !== values.length) throw new VerifyMismatch('input.turn_mask', values.length, turn)
  return placed
}

function textsAt(record: VectorRecord, name: string, at: number): readonly string[] {
  return new VectorRecord(`${record.path}.${name}`, { [at]: record.list(name)[at] }).texts(`${at}`)
}

/** Outcomes below are not judged there. */
const JUDGED_FROM = 0.2

function checkTrust(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['T', 'step', 'n'])
  const input = record.object('input').only(['outcome', 'process'])
  const process = input.numbers('process')
  const rows = input.numbers('outcome').map((outcome, at) => ({ outcome, process: process[at] ?? 0 }))
  if (rows.length !== args.number('n')) throw new VerifyMismatch(`${args.path}.n`, args.at('n'), rows.length)
  const rule = { weight: 0.3, time: args.number('T'), judgedFrom: JUDGED_FROM }
  const trusted = trustedProcess(rows, args.number('step'), rule)
  const expected = record.object('expected').only(['reward', 'process_used', 'gamma_logged', 'judged'])
  expected.expect('reward', trusted.rewards)
  expected.expect('process_used', trusted.process)
  expected.expect('gamma_logged', trusted.logged)
  expected.expect('judged', trusted.judged)
}

function checkDensity(record: VectorRecord): void {
  const names = ['alpha', 'sigma', 'delta', 'gamma', 'beta'] as const
  const args = record.only(CASE_FIELDS).object('args').only(names)
  const [alpha, sigma, delta, gamma, beta] = [
    args.number('alpha'),
    args.number('sigma'),
    args.number('delta'),
    args.number('gamma'),
    args.number('beta'),
  ]
  const input = record.object('input').only(['passes'])
  const passes = input
    .list('passes')
    .map((_, at) =>
      new VectorRecord(input.path, { [at]: input.list('passes')[at] }).matrix(`${at}`).map((turn) => turn.map(Boolean)),
    )
  const { rates, densities, weights } = densityWeights(passes.flat(), { alpha, sigma, delta, gamma, beta })
  const turns = passes.map((own) => own.map((results) => densityReward(results, weights)))
  const outcomes = passes.map((own) => discountedOutcome(own, gamma))
  const fields = ['pass_rate', 'density', 'weight', 'turn_reward', 'outcome', 'global_reward', 'advantage']
  const expected = record.object('expected').only(fields)
  expected.expect('pass_rate', rates)
  expected.expect('density', densities)
  expected.expect('weight', weights)
  expected.expect('turn_reward', turns)
  expected.expect(
    'outcome',
    passes.map((own) => discountedOutcome(own, 1)),
  )
  expected.expect('global_reward', outcomes)
  expected.expect('advantage', densityAdvantages(outcomes, turns, beta))
}

function checkDenoised(record: VectorRecord): void {
  const args = record.only(CASE_FIELDS).object('args').only(['rollouts', 'min_accuracy'])
  const problems = record.object('input').only(['problems']).objects('problems')
  const [right, wrong]: [(readonly number[])[], (readonly number[])[]] = [[], []]
  for (const problem of problems) {
    const accuracy = problem.only(['accuracy', 'generations']).number('accuracy')
    for (const generation of problem.objects('generations')) {
      const labels = labelsOf(generation, accuracy)
      if (accuracy < args.number('min_accuracy') || labels === null) continue
      ;(generation.flag('correct') ? right : wrong).push(labels)
    }
  }
  record
    .object('expected')
    .only(['scores'])
    .expect('scores', [...right, ...wrong])
}

function labelsOf(generation: VectorRecord, accuracy: number): readonly number[] | null {
  const count = generation.only(['n_steps', 'correct', 'steps_score', 'first_zero']).number('n_steps')
  if (generation.flag('correct')) return Array.from({ length: count }, () => 1)
  if (generation.at('steps_score') === null) return count === 1 ? denoisedLabels([0], accuracy) : null
  const scores = generation.numbers('steps_score')
  const found = firstError(scores) ?? count - 1
  if (generation.number('first_zero') !== found)
    throw new VerifyMismatch(`${generation.path}.first_zero`, generation.at('first_zero'), found)
  return denoisedLabels(scores, accuracy)
}
