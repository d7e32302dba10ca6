import { describe, expect, it } from 'vitest'
import { policyAgent } from '../../../core/rollout/policy.ts'
import { Budget } from '../../../evaluation/oracle/budget.ts'
import { allCounterfactuals, counterfactual } from '../../../evaluation/oracle/counterfactual.ts'
import type { Point } from '../../../evaluation/oracle/point.ts'
import { pointsOfEpisode } from '../../../evaluation/oracle/retrace.ts'
import { share } from '../../support/long.ts'
import { Coverage, holds } from './coverage.ts'
import { always, cautious, doors, lateDoors, opens, playedTo, spoilable, started } from './worlds.ts'

const COUNT = share(150, 400)

async function firstOf(...given: Parameters<typeof playedTo>): Promise<Point> {
  const [first = expect.unreachable()] = await pointsOfEpisode(await playedTo(...given))
  return first
}

describe('another action in the place of the one taken', () => {
  it.each([0.95, 0.8])('is worth what it is truly worth, at the rate %d', async (confidence) => {
    const [coverage, open] = [new Coverage(), opens(0.6)]
    const agent = policyAgent(cautious(0.6))
    for (let seed = 0; seed < COUNT; seed++) {
      const point = await firstOf(doors, ['quick'], seed)
      const { alternatives, taken } = await counterfactual(point, ['safe'], { agent, forks: 16, confidence })
      const [{ actionValue, difference } = expect.unreachable()] = alternatives
      const truth = { value: 0.5 * open ** 3, actionValue: 0.9 * open ** 3 }
      coverage.add({ value: taken.actionValue, actionValue, advantage: difference }, truth)
    }
    coverage.expectRate(confidence, COUNT)
  })

  it('is compared with what was taken, exactly where nothing is drawn', async () => {
    const found = await counterfactual(await firstOf(spoilable, ['spoil']), ['work', 'rest'], { agent: always('work') })
    expect(found).toMatchObject({
      index: 0,
      isCut: false,
      taken: { action: 'spoil', actionValue: { value: 0, count: 64 } },
      alternatives: [
        { action: 'work', actionValue: { value: 1 }, difference: { value: 1 } },
        { action: 'rest', actionValue: { value: 1 }, difference: { value: 1 } },
      ],
    })
    expect(found.alternatives[0]?.difference.low).toBeGreaterThan(0.8)
  })

  it('can be every other action at once', async () => {
    const { alternatives } = await allCounterfactuals(await firstOf(doors, ['safe']), {
      agent: always('safe'),
      forks: 300,
    })
    expect(alternatives.map(({ action }) => action)).toEqual(['quick'])
    const [{ difference } = expect.unreachable()] = alternatives
    expect(holds(difference, -0.4 * 0.9 ** 3)).toBe(true)
    expect(difference.high).toBeLessThan(0)
  })

  it('is compared future by future: the worse action is never better with the same random stream', async () => {
    const { alternatives } = await allCounterfactuals(await firstOf(doors, ['quick']), {
      agent: always('safe'),
      forks: 50,
    })
    const independent = await allCounterfactuals(await firstOf(doors, ['quick']), {
      agent: always('safe'),
      forks: 50,
      streams: 'independent',
    })
    const widthOf = (found: typeof independent): number => {
      const [{ difference } = expect.unreachable()] = found.alternatives
      return difference.high - difference.low
    }
    expect(widthOf({ ...independent, alternatives })).toBeLessThan(widthOf(independent))
  })

  it('is ended early by the budget, and says so', async () => {
    const budget = new Budget({ forks: 3 })
    const found = await counterfactual(await firstOf(doors, ['safe']), ['quick'], { agent: always('safe'), budget })
    expect(found).toMatchObject({ isCut: true, taken: { actionValue: { count: 2 } } })
    expect(found.alternatives[0]?.difference.count).toBe(1)
  })

  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'none is named',
      async () => counterfactual(await firstOf(doors, ['safe']), [], { agent: always('safe') }),
      /no other action/,
    ],
    [
      'they are not listed',
      async () => allCounterfactuals(await firstOf(lateDoors, ['on']), { agent: always('on') }),
      /not listed/,
    ],
    [
      'nothing was done yet',
      async () => {
        const [fresh = expect.unreachable()] = await pointsOfEpisode(await started(doors))
        return allCounterfactuals(fresh, { agent: always('safe') })
      },
      /nothing was done/,
    ],
  ])('cannot be had where %s', async (_, ask, message) => {
    const failure = ask()
    await expect(failure).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) })
  })
})
