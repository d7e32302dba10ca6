import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { freshFolder } from '../../support/command.ts'

const STACK = new URL('../../../bin/commands/check/stack.ts', import.meta.url).href

/** Prints where each of some busy threads stands; the test's own thread cannot inspect others. */
const PROGRAM = `
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { stackOf } from ${JSON.stringify(STACK)}
const threads = await Promise.all(['first', 'second', 'third', 'fourth'].map(async (workerData) => {
  const thread = new Worker(new URL('busy.mjs', import.meta.url), { workerData, execArgv: [] })
  await once(thread, 'message')
  return thread
}))
const stacks = []
for (const thread of threads) stacks.push((await stackOf(thread)).map(({ name }) => name))
console.log(JSON.stringify(stacks))
process.exit()
`
const BUSY = `
import { parentPort, workerData } from 'node:worker_threads'
const busy = {
  first() { for (;;) globalThis.turns = 1 },
  second() { for (;;) globalThis.turns = 2 },
  third() { for (;;) globalThis.turns = 3 },
  fourth() { for (;;) globalThis.turns = 4 },
}
parentPort.postMessage('ready')
busy[workerData]()
`

it('finds the thread that it is asked about among others', () => {
  const folder = freshFolder()
  writeFileSync(join(folder, 'busy.mjs'), BUSY)
  writeFileSync(join(folder, 'program.mjs'), PROGRAM)
  const args = ['--import', import.meta.resolve('tsx'), join(folder, 'program.mjs')]
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual([
    ['first', ''],
    ['second', ''],
    ['third', ''],
    ['fourth', ''],
  ])
})
