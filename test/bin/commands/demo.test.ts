import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRun } from '../../../server/record/index.ts'
import { freshFolder, run, runJson } from '../run.ts'

const SMALL = ['demo', '--groups', '2', '--group-size', '2', '--out', 'demo']

describe('stepgym demo', () => {
  it('shows two agents in the same tasks, an episode step by step, and where the records are', async () => {
    const folder = freshFolder()
    const { code, out, err } = await run(SMALL, { folder })
    expect(code).toBe(0)
    expect(err).toBe('')
    expect(out).toMatch(/^webshop@1: 2 tasks, a group of 2 episodes each, for an expert and for an agent/)
    expect(out).toMatch(
      /\nAn episode of shop-expert: \{"instruction":".+"\}\nstep +action +env +progress +repeated-state\n {3}0 {2}search\[/,
    )
    expect(out).toMatch(/\nagent +episodes +steps +invalid +env +progress +repeated-state +success +steps\/s +record\n/)
    expect(out).toMatch(/\nshop-expert +4 .* demo\/expert\nrandom +4 .* demo\/random\n/)
    expect(out).toContain('  $ npx stepgym replay demo/expert\n')
    const [expert, random] = ['expert', 'random'].map((name) => [...readRun(join(folder, 'demo', name)).trajectories()])
    const starts = (all: typeof expert = []) =>
      all.map(({ start: { taskId, seed, member } }) => `${taskId} ${seed} ${member}`)
    expect(starts(expert).toSorted()).toEqual(starts(random).toSorted())
    expect((await run(['replay', 'demo/random'], { folder })).code).toBe(0)
  })

  it('prints its reports as JSON', async () => {
    const { code, json } = await runJson(SMALL, { folder: freshFolder() })
    expect(code).toBe(0)
    expect(json.map(({ agent }: { agent: string }) => agent)).toEqual(['shop-expert', 'random'])
  })

  it('ends in good order when it is interrupted', async () => {
    const { code, out } = await run(SMALL, { folder: freshFolder(), signal: AbortSignal.abort() })
    expect(code).toBe(130)
    expect(out).toContain('interrupted')
  })
})
