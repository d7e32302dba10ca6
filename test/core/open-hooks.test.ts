import { describe, expect, it } from 'vitest'
import { defineRewardHook, type ProcessHook } from '../../core/reward/hook.ts'
import { closeHooks, openHooks } from '../../core/reward/open-hooks.ts'
import { runProcessHook } from '../../core/reward/run-hooks.ts'
import { step } from '../support/reward-samples.ts'

/** Hook that judges only once it is open, and what it and its like were asked to do. */
function models() {
  const said: string[] = []
  const model = (name: string, problem?: string): ProcessHook =>
    defineRewardHook({
      name,
      version: 1,
      scope: 'process',
      maxBatch: 4,
      options: { file: 'none' },
      reward: (steps) => ({ perStep: steps.map(() => null) }),
      async open({ file }) {
        if (problem !== undefined) throw new Error(problem)
        said.push(`open ${name} ${file}`)
        return defineRewardHook({
          ...{ name, version: 1, scope: 'process', maxBatch: 4, options: { file: file ?? null, device: 'cpu' } },
          reward: (steps) => ({ perStep: steps.map(() => 1) }),
          close: async () => void said.push(`close ${name}`),
        })
      },
    })
  return { said, model }
}

const plain = defineRewardHook({ name: 'plain', version: 1, scope: 'turn', reward: () => 0 })

describe('hooks that load what they judge with', () => {
  it('are opened under their options, which then say what was loaded, and closed', async () => {
    const { said, model } = models()
    const hooks = await openHooks([plain, { ...model('a'), options: { file: 'x' } }])
    const [hook] = hooks.process
    expect([hook?.options, hooks.turn.length]).toEqual([{ file: 'x', device: 'cpu' }, 1])
    expect(hook && (await runProcessHook(hook, [step()])).map(({ value }) => value)).toEqual([1])
    await closeHooks(hooks)
    expect(said).toEqual(['open a x', 'close a'])
  })

  it('are closed again where a later one cannot be opened', async () => {
    const { said, model } = models()
    await expect(openHooks([model('a'), model('b', 'no such file')])).rejects.toThrow('no such file')
    expect(said).toEqual(['open a none', 'close a'])
  })

  it('are left as they are where others judge with them', async () => {
    const { said, model } = models()
    const hooks = await openHooks([plain, model('a'), model('b')], ({ name }) => name !== 'a')
    expect(hooks.process.map(({ options }) => options)).toEqual([{ file: 'none' }, { file: 'none', device: 'cpu' }])
    await closeHooks(hooks)
    expect(said).toEqual(['open b none', 'close b'])
  })

  it('are not opened where their names clash', async () => {
    const { said, model } = models()
    await expect(openHooks([model('a'), model('a')])).rejects.toThrow('two reward hooks are called a')
    expect(said).toEqual([])
  })
})
