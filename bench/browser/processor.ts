import { existsSync } from 'node:fs'
import { closeSharedBrowsers } from '../../browser/shared.ts'
import type { BrowserState } from '../../envs/webshop/browser/state.ts'
import { rounded } from '../measure.ts'
import { processesUnder, processorMs } from '../sandbox/kit/processes.ts'
import { MODES, type Mode, navigate, openShop, Visitor } from './kit/shop.ts'

/*
 * Processor time of a step, of this process and of all of the browser: what other programs on the machine do changes it little. A
 * navigation to the page of each state, read by the browser, is what a step is compared with.
 */
const STEPS = { navigation: 40, real: 20, fast: 300 }

if (existsSync('/proc/self/stat'))
  for (const mode of MODES) {
    const navigation = await ofNavigations(mode)
    const times = {
      'navigation per step': navigation,
      real: await ofSteps('real', mode),
      fast: await ofSteps('fast', mode),
    }
    console.log(`\n${mode}`)
    const row = (ms: number) => ({ 'ms of processor a step': rounded(ms), ratio: rounded(navigation / ms) })
    console.table(Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, row(ms)])))
  }
else console.log('processor time of other processes is read on Linux alone')
await closeSharedBrowsers()

async function ofNavigations(mode: Mode): Promise<number> {
  const shop = await openShop({})
  const visitor = new Visitor(shop, 0)
  const states: BrowserState[] = []
  for (let step = 0; step < STEPS.navigation; step++) states.push(await visitor.step())
  let next = 0
  return processorTime(STEPS.navigation, async () => {
    const state = states[next++ % states.length]
    if (state) await navigate(shop, state, mode)
  })
}

async function ofSteps(speed: 'real' | 'fast', mode: Mode): Promise<number> {
  const visitor = new Visitor(await openShop({ speed, observation: mode }), 0)
  for (let step = 0; step < 20; step++) await visitor.step()
  return processorTime(STEPS[speed], () => visitor.step())
}

/** Milliseconds of processor time that each of so much work takes, in all processes. */
async function processorTime(count: number, work: () => Promise<unknown>): Promise<number> {
  const before = spent()
  for (let time = 0; time < count; time++) await work()
  return (spent() - before) / count
}

function spent(): number {
  return processesUnder(process.pid).reduce((sum, pid) => sum + processorMs(pid), 0)
}
