import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { threadsFor } from '../../../bin/commands/compare/threads.ts'
import { compare, type Executor } from '../../../evaluation/comparison/compare.ts'
import { inProcess } from '../../../evaluation/comparison/in-process.ts'
import { openSetting } from '../../../evaluation/comparison/setting.ts'
import { memoryStore } from '../../../evaluation/comparison/store.ts'
import { SMALL_PLAN } from '../../evaluation/comparison/samples.ts'
import { newFolder } from '../../support/folder.ts'

/** Everything but durations. */
async function figuresBy(executor: Executor) {
  const { trials, reported, ...rest } = await compare(SMALL_PLAN, executor, memoryStore())
  return { ...rest, runs: [...trials, ...reported].map(({ seconds: _, ...run }) => run) }
}

describe('a comparison in threads', () => {
  it('has the figures of one in this thread', async () => {
    const alone = await figuresBy(inProcess(await openSetting(SMALL_PLAN)))
    for (const lanes of [1, 3]) {
      const threads = threadsFor({ plan: SMALL_PLAN, userFolder: newFolder() }, lanes)
      try {
        expect(await figuresBy(threads)).toEqual(alone)
      } finally {
        await threads.close()
      }
    }
  })

  it('fails with the error of its thread', async () => {
    const plan = { ...SMALL_PLAN, environment: 'no-such-shop' }
    const threads = threadsFor({ plan, userFolder: newFolder() }, 1)
    try {
      await expect(compare(plan, threads, memoryStore())).rejects.toMatchObject({ code: 'ENV_UNKNOWN' })
    } finally {
      await threads.close()
    }
  })

  it('fails with the reason of a thread that ended by itself between two jobs', async () => {
    const userFolder = newFolder()
    mkdirSync(join(userFolder, 'envs'))
    const ended = join(userFolder, 'ended')
    writeFileSync(
      join(userFolder, 'envs/dying.mjs'),
      `import { writeFileSync } from 'node:fs'
      process.on('exit', () => writeFileSync(${JSON.stringify(ended)}, ''))
      setImmediate(() => { throw new Error('its module broke') })`,
    )
    const threads = threadsFor({ plan: { ...SMALL_PLAN, environment: 'dying' }, userFolder }, 1)
    try {
      await expect.poll(() => existsSync(ended), { timeout: 30_000 }).toBe(true)
      await expect(threads.start(1)).rejects.toThrow('its module broke')
    } finally {
      await threads.close()
    }
  })
})
