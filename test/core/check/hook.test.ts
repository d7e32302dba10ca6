import { describe, expect, it } from 'vitest'
import { checkHook } from '../../../core/check/hook.ts'
import type { CheckResult } from '../../../core/check/report.ts'
import type { Environment } from '../../../core/episode/environment.ts'
import { defineRewardHook, type RewardHook, type TurnHook } from '../../../core/reward/hook.ts'
import fileDesk from '../../../envs/file-desk.ts'
import guessNumber from '../../../envs/guess-number.ts'

async function check(hook: RewardHook, environment: Environment = guessNumber): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = []
  for await (const result of checkHook(hook, environment)) results.push(result)
  return results
}

const broken = async (hook: RewardHook): Promise<readonly string[]> =>
  (await check(hook)).filter(({ status }) => status === 'failed').map(({ rule }) => rule)

const turn = (reward: TurnHook['reward'], timeoutMs = 1000): TurnHook =>
  defineRewardHook({ name: 'subject', version: 1, scope: 'turn', timeoutMs, reward })

const JUDGES = 'judges in time, with finite numbers or null'
const SAME = 'is a function of its input: called again, it judges the same'
const NULLS = 'accepts steps that the environment did not judge: a null is not a number'

const named = { name: 'subject', version: 1 } as const
const SOUND: readonly RewardHook[] = [
  turn(({ isActionValid }) => (isActionValid ? 0 : -1)),
  turn((_, { history, grades }) => history.length + Object.keys(grades()).length),
  defineRewardHook({ ...named, scope: 'outcome', reward: ({ steps }) => steps.length }),
  defineRewardHook({
    ...named,
    scope: 'process',
    maxBatch: 3,
    reward: (steps) => ({ perStep: steps.map(({ evidence }) => (evidence?.kind === 'categorical' ? 1 : null)) }),
  }),
  defineRewardHook({
    ...named,
    scope: 'group',
    reward: ({ trajectories }) => ({ perTrajectory: trajectories.map(({ steps }) => steps.length) }),
  }),
]

describe('checkHook', () => {
  it.each(SOUND.map((hook, index) => [`${index}: ${hook.scope}`, hook] as const))(
    'passes sound hook %s',
    async (_, hook) => {
      expect((await check(hook)).map(({ status }) => status)).toEqual(['passed', 'passed', 'passed', 'passed'])
    },
  )

  it('runs in an environment with effects outside', async () => {
    expect(
      (
        await check(
          turn(() => 1),
          fileDesk,
        )
      ).every(({ status }) => status === 'passed'),
    ).toBe(true)
  })

  it('says that it could not judge a hook which declined everything', async () => {
    const [first] = await check(turn(() => null))
    expect(first).toMatchObject({
      rule: JUDGES,
      status: 'skipped',
      detail: expect.stringMatching(/^it declined all \d+/),
    })
  })

  it('detects a judgement that is not a number', async () => {
    expect(await broken(turn(() => Number.NaN))).toContain(JUDGES)
  })

  it('notices a hook that throws, and one that takes too long', async () => {
    expect(await broken(turn(() => JSON.parse('{')))).toContain(JUDGES)
    expect(await broken(turn(() => new Promise(() => {}), 1))).toContain(JUDGES)
  })

  it('notices a hook that judges the same step otherwise', async () => {
    let calls = 0
    expect(await broken(turn(() => calls++))).toEqual([SAME])
  })

  it('notices a hook that changes what it is given', async () => {
    const changing = turn((step) => Object.assign(step.info, { seen: true }) && 0)
    // Steps come frozen in part: what cannot be changed is an error of the hook, and is reported once.
    expect(await broken(changing)).toEqual([JUDGES])
    const growing = turn((_, { history }) => (Reflect.set(history, 'length', 0) ? 0 : Number.NaN))
    expect(await broken(growing)).toEqual([JUDGES])
  })

  it('notices a hook that takes a null for a number', async () => {
    const counting = turn(({ rewards: [own] }) => (own?.value === null ? Number.NaN : 0))
    expect(await broken(counting)).toEqual([NULLS])
  })

  it('notices results that are not aligned with what was given', async () => {
    const short = defineRewardHook({ ...named, scope: 'process', maxBatch: 8, reward: () => ({ perStep: [1] }) })
    expect(await broken(short)).toContain(JUDGES)
  })
})
