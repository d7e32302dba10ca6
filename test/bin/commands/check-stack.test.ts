import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { compiledPath } from '../../support/compiled.ts'
import { newFolder } from '../../support/folder.ts'

const STACK = pathToFileURL(compiledPath('bin/commands/check/stack.ts')).href

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
  const folder = newFolder()
  writeFileSync(join(folder, 'busy.mjs'), BUSY)
  writeFileSync(join(folder, 'program.mjs'), PROGRAM)
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'program.mjs')], {
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
