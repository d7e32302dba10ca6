import { closeSharedBrowsers } from '../../browser/shared.ts'
import type { BrowserState } from '../../envs/webshop/browser/state.ts'
import { type BenchEntry, printRates, rates } from '../measure.ts'
import { MODES, type Mode, navigate, openShop, Visitor } from './kit/shop.ts'

/*
 * Steps per second in the browser, by observation and by the number of episodes at once. `navigation` is what a step costs where each
 * navigates and asks the browser what is there, without the action; `real` acts and navigates as a person does; `fast`
 * does the same within the open page.
 */
const EPISODES = [1, 4, 8]
/** Steps of all episodes together in one round. */
const STEPS = { navigation: 8, real: 4, fast: 80 }
const ROUNDS = 3

for (const mode of MODES)
  for (const episodes of EPISODES) {
    const entries = [
      await navigations(mode, episodes),
      await steps('real', mode, episodes),
      await steps('fast', mode, episodes),
    ]
    printRates(`${mode}, ${episodes} at once`, 'steps', await rates(entries, ROUNDS))
  }
await closeSharedBrowsers()

async function navigations(mode: Mode, episodes: number): Promise<BenchEntry> {
  const shop = await openShop({ pages: episodes })
  const visitor = new Visitor(shop, 0)
  const states: BrowserState[] = []
  for (let step = 0; step < 50; step++) states.push(await visitor.step())
  let next = 0
  const one = (): Promise<void> => {
    const state = states[next++ % states.length]
    return state ? navigate(shop, state, mode) : Promise.resolve()
  }
  return { name: 'navigation per step', count: STEPS.navigation, run: (count) => atOnce(episodes, count, () => one) }
}

async function steps(speed: 'real' | 'fast', mode: Mode, episodes: number): Promise<BenchEntry> {
  const shop = await openShop({ pages: episodes, speed, observation: mode })
  const visitors = Array.from({ length: episodes }, (_, number) => new Visitor(shop, number))
  const stepOf = (number: number) => async (): Promise<void> => {
    await visitors[number]?.step()
  }
  return { name: speed, count: STEPS[speed], run: (count) => atOnce(episodes, count, stepOf) }
}

/** Does work `count` times in all, in rows that run at once. */
async function atOnce(rows: number, count: number, workOf: (row: number) => () => Promise<void>): Promise<void> {
  const each = Math.ceil(count / rows)
  const row = async (work: () => Promise<void>): Promise<void> => {
    for (let time = 0; time < each; time++) await work()
  }
  await Promise.all(Array.from({ length: rows }, (_, number) => row(workOf(number))))
}
