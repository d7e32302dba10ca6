import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { modelsOf, worlds } from '../../evaluation/creditbench/world.ts'

const page = readFileSync(new URL('../../docs/evaluation.md', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'stepgym-worlds-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('docs/evaluation.md', () => {
  it('shows a world that is found and can be solved', async () => {
    mkdirSync(join(folder, 'evaluation/worlds'), { recursive: true })
    const [, code = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? []
    writeFileSync(join(folder, 'evaluation/worlds/my-corridor.mjs'), code)
    const world = await worlds({ userFolder: folder }).load('my-corridor')
    const models = await modelsOf(world)
    expect(models).toHaveLength(4)
    expect(models.every(({ stateCount }) => stateCount > 10)).toBe(true)
  })

  it('leads to pages that there are', () => {
    for (const [, link = ''] of page.matchAll(/\]\(([a-z/-]+\.md)\)/g))
      expect(() => readFileSync(new URL(`../../docs/${link}`, import.meta.url)), link).not.toThrow()
  })
})

describe('the worlds of the bench', () => {
  it.each(worlds().names())('%s can be solved, and every task of it', async (name) => {
    const world = await worlds().load(name)
    const models = await modelsOf({ ...world, tasks: 2 })
    for (const { stateCount, maxSteps } of models) {
      expect(stateCount).toBeGreaterThan(20)
      expect(maxSteps).toBeGreaterThan(5)
    }
  })
})
