import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readRun } from '../../../records/index.ts'
import { freshFolder, run, runJson } from '../../support/command.ts'

const SMALL = ['demo', '--groups', '2', '--group-size', '2', '--out', 'demo']

describe('stepgym demo', () => {
  it('shows two agents in the same tasks, an episode step by step, and where the records are', async () => {
    const folder = freshFolder()
    const { code, out, err } = await run(SMALL, { folder })
    expect(code).toBe(0)
    expect(err).toBe('')
    expect(out).toMatch(
      /^webshop@1 over WebSockets: 2 tasks, a group of 2 episodes each, for an expert and for an agent/,
    )
    expect(out).toMatch(
      /\nAn episode of shop-expert: \{"instruction":".+"\}\nstep +action +env +progress +repeated-state +confidence\n {3}0 {2}search\[/,
    )
    expect(out).toMatch(
      /\nagent +episodes +steps +invalid +env +progress +repeated-state +confidence +success +steps\/s\n/,
    )
    expect(out).toMatch(/\nshop-expert +4 .* – .*\nrandom +4 .*\n/)
    expect(out).toContain('  $ npx stepgym replay demo\n')
    expect(out).toMatch(/\ntools-retail@1 in this process: tool calls over a database/)
    expect(out).toMatch(/\nstep +action +env +gold-progress +toolrl-calls +execution-success +matchtir\n/)
    expect(out).toMatch(/\nprivileged +4 .*\nprivileged \(noise 0\.3\) +4 .*\n/)
    expect(out).toContain('Recorded in demo-tools-1 and demo-tools-2\n')
    const steps = [...readRun(join(folder, 'demo')).trajectories()].flatMap(({ trajectory }) => trajectory.steps)
    expect(out).toContain(`every group closed, ${steps.length} rewards came late`)
  })

  it('records both agents in one run, each with the same tasks, random streams and groups', async () => {
    const folder = freshFolder()
    await run(SMALL, { folder })
    const recorded = readRun(join(folder, 'demo'))
    const starts = [...recorded.trajectories()].map(({ start: { agent, taskId, seed, member } }) => [
      agent,
      `${taskId} ${seed} ${member}`,
    ])
    const of = (name: string) => starts.flatMap(([agent, start]) => (agent === name ? [start] : [])).toSorted()
    expect(of('shop-expert')).toHaveLength(4)
    expect(of('shop-expert')).toEqual(of('random'))
    expect([...recorded.groups()]).toHaveLength(4)
    const rewards = [...recorded.trajectories()].flatMap(({ trajectory }) =>
      trajectory.steps.map((step) => step.rewards),
    )
    expect(rewards.every((vector) => vector.some(({ name }) => name === 'confidence'))).toBe(true)
    expect((await run(['replay', 'demo'], { folder })).code).toBe(0)
  })

  it('prints its reports as JSON', async () => {
    const { code, json } = await runJson(SMALL, { folder: freshFolder() })
    expect(code).toBe(0)
    expect(json.map(({ agent }: { agent: string }) => agent)).toEqual([
      'shop-expert',
      'random',
      'privileged',
      'privileged (noise 0.3)',
    ])
  })

  it('ends in good order when it is interrupted', async () => {
    const { code, out } = await run(SMALL, { folder: freshFolder(), signal: AbortSignal.abort() })
    expect(code).toBe(130)
    expect(out).toContain('interrupted')
  })
})
