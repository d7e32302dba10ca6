import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOfGroups } from '../../../core/batch/index.ts'
import gigpo from '../../../rewards/advantage/gigpo.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import hgpo from '../../../rewards/advantage/hgpo.ts'
import oprl from '../../../rewards/advantage/oprl.ts'
import passAtK from '../../../rewards/advantage/pass-at-k.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import { assignCredit } from '../../../rewards/credit/assign.ts'
import { advantageAt, creditGroup } from '../../../rewards/credit/group.ts'
import { parseRecipe } from '../../../rewards/shaping/parse.ts'
import { groupOf, type MemberSpec, member } from './worlds.ts'

const GOOD: MemberSpec = {
  steps: [
    ['a', 0],
    ['b', 1],
  ],
  success: 1,
} as const
const BAD: MemberSpec = { steps: [['a', 0]], success: 0 } as const
const EMPTY: MemberSpec = { steps: [] }
const LOOSE = { norm: 'mean_norm', crossSteps: false } as const

describe('the credit of a group', () => {
  it('has the advantages of every step of every trajectory, by each estimator', () => {
    const credits = creditGroup(groupOf(GOOD, BAD), [
      { estimator: grpo, options: LOOSE },
      { estimator: gigpo, options: { ...LOOSE, gamma: 0.5 } },
    ])
    expect(credits).toEqual([
      {
        estimator: 'grpo',
        trajectories: [
          { trajectoryId: 'm0', advantages: [0.5, 0.5], reason: null },
          { trajectoryId: 'm1', advantages: [-0.5], reason: null },
        ],
        reason: null,
        diagnostics: expect.objectContaining({ estimator: 'grpo', warnings: [] }),
      },
      {
        estimator: 'gigpo',
        trajectories: [
          { trajectoryId: 'm0', advantages: [0.75, 0.5], reason: null },
          { trajectoryId: 'm1', advantages: [-0.75], reason: null },
        ],
        reason: null,
        diagnostics: expect.objectContaining({ estimator: 'gigpo', warnings: [] }),
      },
    ])
  })

  it('says of each estimator why it has none, and continues with the others', () => {
    const reasons = creditGroup(groupOf(GOOD, BAD), [
      { estimator: oprl },
      { estimator: grpo, options: { nrom: 'mean_norm' } },
      { estimator: grpo, options: LOOSE },
    ]).map(({ reason, trajectories }) => [reason?.code, trajectories === null])
    expect(reasons).toEqual([
      ['SIGNAL_MISSING', true],
      ['CONFIG_INVALID', true],
      [undefined, false],
    ])
  })

  it('leaves out a trajectory with a null, and one without steps, and never counts them as 0', () => {
    const torn: MemberSpec = { steps: [['a', null]] }
    const [credit] = creditGroup(groupOf(GOOD, torn, BAD, EMPTY), [{ estimator: grpo, options: LOOSE }])
    expect(credit?.trajectories?.map(({ advantages }) => advantages)).toEqual([[0.5, 0.5], [null], [-0.5], []])
    expect(credit?.trajectories?.map(({ reason }) => reason)).toEqual([
      null,
      'env of step 0 is null: declined',
      null,
      null,
    ])
  })

  it.each([
    ['one trajectory', groupOf(GOOD), 'too few trajectories are usable (1; a group needs 2)'],
    [
      'two, one of them torn',
      groupOf(GOOD, { steps: [['a', null]] }),
      'too few trajectories are usable (1; a group needs 2): values are null, 1 of env',
    ],
    ['none', groupOf(), 'there are no trajectories'],
    ['none with a step', groupOf(EMPTY), 'no trajectory has steps to credit: 0 were aborted, 1 ended without a step'],
    [
      'only aborted ones',
      { ...groupOf(), aborted: [member('x', GOOD)].map((each) => ({ ...each, ending: 'aborted' as const })) },
      'all trajectories were aborted (1): none has steps to credit',
    ],
  ])('has a reason for a group of %s', (_, closed, message) => {
    const [credit] = creditGroup(closed, [{ estimator: grpo }])
    expect(credit).toMatchObject({ trajectories: null, reason: { message } })
  })

  it('goes by a recipe: its total for the episode, its values of steps for the rewards', () => {
    const recipe = parseRecipe({
      name: 'shaped',
      version: 1,
      terms: [
        { signal: 'success', weight: 10, aggregate: 'outcome' },
        { signal: 'env', weight: 4 },
      ],
      onNull: 'drop-trajectory',
    })
    const [byTotal, byBoth, byChoice] = creditGroup(
      groupOf(GOOD, BAD),
      [
        { estimator: grpo, options: LOOSE },
        { estimator: gigpo, options: { ...LOOSE, gamma: 0.5 } },
        { estimator: gigpo, options: { ...LOOSE, gamma: 0.5, episode: 'env' } },
      ],
      { recipe },
    )
    expect(byTotal?.trajectories?.[0]?.advantages).toEqual([5, 5])
    expect(byBoth?.trajectories?.[0]?.advantages).toEqual([6, 5])
    expect(byChoice?.trajectories?.[0]?.advantages).toEqual([1.5, 0.5])
  })

  it('warns of a recipe that changes nothing', () => {
    const recipe = parseRecipe({ name: 'rows', version: 1, terms: [{ signal: 'env', weight: 1 }], onNull: 'error' })
    const [credit] = creditGroup(groupOf(GOOD, BAD), [{ estimator: passAtK }], { recipe })
    expect(credit?.diagnostics?.warnings).toEqual([
      expect.stringContaining('the recipe rows changes nothing here: pass-at-k'),
    ])
  })

  it('has none by an estimator that fails, and says so', () => {
    const broken = {
      ...grpo,
      compute: () => {
        throw new TypeError('a defect')
      },
    }
    const [credit] = creditGroup(groupOf(GOOD, BAD), [{ estimator: broken }])
    expect(credit).toMatchObject({
      trajectories: null,
      reason: { code: 'ESTIMATOR_INVALID', message: 'grpo threw: a defect' },
    })
  })

  it('is what its steps have in a batch of many groups, by methods that compare within groups', () => {
    const anyMember = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: -2, max: 2 })), {
      minLength: 1,
      maxLength: 4,
    })
    const anyGroups = fc.array(fc.array(anyMember, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
    const requests = [grpo, rloo, gigpo, hgpo].map((estimator) => ({ estimator }))
    fc.assert(
      fc.property(anyGroups, (sampled) => {
        const groups = sampled.map((members, at) => ({
          ...groupOf(),
          id: `g${at}`,
          trajectories: members.map((steps, m) => member(`${at}.${m}`, { steps, given: { groupId: `g${at}` } })),
        }))
        const whole = assignCredit(batchOfGroups(groups), requests)
        const apart = groups.map((each) => creditGroup(each, requests))
        whole.forEach(({ credit }, at) => {
          const rows = groups.flatMap(({ trajectories }, g) => {
            const own = apart[g]?.[at]?.trajectories
            return trajectories.flatMap(({ steps }, t) => own?.[t]?.advantages ?? steps.map(() => null))
          })
          expect(rows).toEqual(rows.map((_, row) => credit && advantageAt(credit, row)))
        })
      }),
    )
  })
})
