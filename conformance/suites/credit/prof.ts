import { consistencyScores, inconsistentMembers, rankedScores } from '../../../rewards/shaping/consistency.ts'
import { caseFileHandler } from '../../case-file.ts'
import { VerifyMismatch } from '../../handler.ts'
import type { VectorRecord } from '../../vector-record.ts'

/** In the reference a trajectory is a success at a reward of 1 and a failure at 0. */
export const profHandler = caseFileHandler('PROF filter', 'prof_filter', (record) => {
  record.only(['name', 'args', 'input', 'expected'])
  const args = record.object('args').only(['prof_filter', 'len_step_reward_coef', 'centre', 'reward_model'])
  const input = record.object('input').only(['uid', 'seq_reward', 'step_scores'])
  const rewards = input.numbers('seq_reward')
  const rollouts = input.matrix('step_scores').map((steps, at) => {
    const reward = rewards[at] ?? Number.NaN
    return { steps, isCorrect: reward === 1 ? true : reward === 0 ? false : null }
  })
  const scores = consistencyScores(rollouts, centreOf(args))
  const length = { penalty: args.number('len_step_reward_coef'), minSteps: 2, maxSteps: 30 }
  const ranked = rankedScores(rollouts, scores, length)
  const members = rollouts.map((rollout, at) => ({ ...rollout, at, score: ranked[at] ?? 0 }))
  const groups = input.texts('uid')
  const count = args.flag('reward_model') ? args.number('prof_filter') : 0
  const removed = [...new Set(groups)].flatMap((group) => {
    const own = members.filter(({ at }) => groups[at] === group)
    return inconsistentMembers(own, Math.min(count, own.length))
  })
  const kept = members.filter((member) => !removed.includes(member)).map(({ at }) => at)
  const expected = record.object('expected').only(['scores_ic', 'len_segs', 'kept'])
  expected.expect('scores_ic', scores)
  expected.expect(
    'len_segs',
    rollouts.map(({ steps }) => steps.length),
    0,
  )
  expected.expect('kept', kept, 0)
})

function centreOf(args: VectorRecord): 'batch' | 'half' {
  const centre = args.text('centre')
  if (centre === 'batch' || centre === 'half') return centre
  throw new VerifyMismatch(`${args.path}.centre`, 'batch or half', centre)
}
