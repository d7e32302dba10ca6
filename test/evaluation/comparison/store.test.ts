import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sourcesOf } from '../../../evaluation/comparison/sources.ts'
import { folderStore } from '../../../evaluation/comparison/store.ts'
import { newFolder } from '../../support/folder.ts'
import { runWith, SMALL_PLAN } from './samples.ts'

const START = {
  seed: 1,
  weights: { head: { shape: [2], data: Float32Array.of(0.25, -1) } },
  success: 0.05,
  steps: 100,
}
const RUN = runWith('rloo', 1, 0.5)
const ENVIRONMENT = `import number from ${JSON.stringify(new URL('../../../envs/guess-number.ts', import.meta.url).href)}
export default { ...number, id: 'shop@1' }
`

describe('a folder of finished runs', () => {
  it('has them when it is opened again, with the weights of starts to the bit', () => {
    const folder = newFolder()
    const first = folderStore(folder, SMALL_PLAN)
    expect(first.startOf(1)).toBeNull()
    first.keepStart(START)
    first.keepRun(RUN)
    const again = folderStore(folder, SMALL_PLAN)
    expect(again.startOf(1)).toEqual(START)
    expect(again.runOf(RUN)).toEqual(RUN)
    expect(again.runOf({ ...RUN, seed: 2 })).toBeNull()
  })

  it('loses a line that was torn, and no other', () => {
    const folder = newFolder()
    folderStore(folder, SMALL_PLAN).keepRun(RUN)
    appendFileSync(join(folder, 'runs.jsonl'), '{"settings":"')
    expect(folderStore(folder, SMALL_PLAN).runOf(RUN)).toEqual(RUN)
  })

  it('begins a start again whose weights are missing', () => {
    const folder = newFolder()
    folderStore(folder, SMALL_PLAN).keepStart(START)
    rmSync(join(folder, 'start-1.safetensors'))
    expect(folderStore(folder, SMALL_PLAN).startOf(1)).toBeNull()
  })

  it('serves a plan with more seeds, rates and methods', () => {
    const folder = newFolder()
    folderStore(folder, SMALL_PLAN).keepRun(RUN)
    const more = { ...SMALL_PLAN, methods: SMALL_PLAN.methods.slice(1), rates: [0.01, 0.1], seeds: [1, 2, 3] }
    expect(folderStore(folder, more).runOf(RUN)).toEqual(RUN)
  })

  it('does a run again whose method has changed, and is refused where the world has', async () => {
    const folder = newFolder()
    const user = newFolder()
    const written = (path: string, change: (text: string) => string): void =>
      writeFileSync(
        join(user, path),
        change(existsSync(join(user, path)) ? readFileSync(join(user, path), 'utf8') : ''),
      )
    mkdirSync(join(user, 'rewards/advantage'), { recursive: true })
    mkdirSync(join(user, 'envs'))
    written('rewards/advantage/mine.mjs', () => 'export default {}\n')
    written('envs/shop.mjs', () => ENVIRONMENT)
    const own = { kind: 'estimator', label: 'mine', estimator: 'mine', options: {}, isTuned: true } as const
    const plan = { ...SMALL_PLAN, environment: 'shop', options: {}, methods: [own, ...SMALL_PLAN.methods] }
    const stored = async () => folderStore(folder, plan, await sourcesOf(plan, { userFolder: user }))
    const mine = runWith('mine', 1, 0.4)
    const first = await stored()
    first.keepRun(mine)
    first.keepRun(RUN)
    expect([(await stored()).runOf(mine), (await stored()).runOf(RUN)]).toEqual([mine, RUN])
    written('rewards/advantage/mine.mjs', (text) => `${text}// changed`)
    const changed = await stored()
    expect([changed.runOf(mine), changed.runOf(RUN)]).toEqual([null, RUN])
    changed.keepRun({ ...mine, area: 0.6 })
    expect((await stored()).runOf(mine)?.area).toBe(0.6)
    written('envs/shop.mjs', (text) => `${text}// changed`)
    await expect(stored()).rejects.toThrow(/other settings \(world was /)
  })

  it('is refused for another plan, naming what differs', () => {
    const folder = newFolder()
    folderStore(folder, SMALL_PLAN).keepRun(RUN)
    expect(() => folderStore(folder, { ...SMALL_PLAN, budget: 90 })).toThrow(/budget was 60/)
  })

  it('is refused if a line was changed, or the file is something else', () => {
    const folder = newFolder()
    folderStore(folder, SMALL_PLAN).keepRun(RUN)
    const file = join(folder, 'runs.jsonl')
    writeFileSync(file, readFileSync(file, 'utf8').replace('"area":0.5', '"area":0.9'))
    expect(() => folderStore(folder, SMALL_PLAN)).toThrow(expect.objectContaining({ code: 'RECORD_CORRUPT' }))
    writeFileSync(file, '{"format":"notes"}\n')
    expect(() => folderStore(folder, SMALL_PLAN)).toThrow(/other than runs of a comparison/)
  })
})
