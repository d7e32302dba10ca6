import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRuntime } from '../../../models/runtime/runtime.ts'
import { readRun } from '../../../records/index.ts'
import { BACKENDS, tryBackend } from '../../../sandbox/backends.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const HAS_ZYGOTE = (await tryBackend('zygote', BACKENDS.zygote)).problem === null
const HAS_MODELS = await openRuntime({ device: 'cpu' }).then(
  (runtime) => runtime.close().then(() => true),
  () => false,
)
const SMALL = ['demo', '--groups', '2', '--group-size', '2', '--out', 'demo']

describe('stepgym demo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepgym-demo-'))
  let shown: Awaited<ReturnType<typeof run>>
  beforeAll(async () => {
    shown = await run(SMALL, { folder })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('shows two agents in the same tasks, an episode step by step, and where the records are', () => {
    const { code, out, err } = shown
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
    expect(out).toMatch(
      HAS_MODELS
        ? /\nwebshop@1 in this process: a reward model judges every step[\s\S]*\nstep +action +env +progress +implicit\n[\s\S]*\nshop-novice +4 .*\n[\s\S]*\nimplicit: scored on cpu by model [0-9a-f]{16}, onnxruntime-node \S+\nRecorded in demo-judged; the model is demo-model\.safetensors\n/
        : /\nA reward model is not shown: /,
    )
    expect(out).toMatch(/\ntools-retail@1 in this process: tool calls over a database/)
    expect(out).toMatch(/\nstep +action +env +gold-progress +toolrl-calls +execution-success +matchtir\n/)
    expect(out).toMatch(/\nprivileged +4 .*\nprivileged \(noise 0\.3\) +4 .*\n/)
    expect(out).toContain('Recorded in demo-tools-1 and demo-tools-2\n')
    expect(out).toMatch(
      HAS_ZYGOTE
        ? /\nsandbox-python@1 in this process: Python code that tests decide.*\n[\s\S]*\nstep +action +env +progress +test-regressions\n[\s\S]*\nprivileged \(noise 0\.3\) +4 .*\n[\s\S]*Recorded in demo-sandbox-1 and demo-sandbox-2\n/
        : /\nsandbox\/python is not shown: /,
    )
    const steps = [...readRun(join(folder, 'demo')).trajectories()].flatMap(({ trajectory }) => trajectory.steps)
    expect(out).toContain(`every group closed, ${steps.length} rewards came late`)
  })

  it('records both agents in one run, each with the same tasks, random streams and groups', async () => {
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
    const { code, json } = await runJson(SMALL, { folder: newFolder() })
    expect(code).toBe(0)
    expect(json.map(({ agent }: { agent: string }) => agent)).toEqual([
      'shop-expert',
      'random',
      ...(HAS_MODELS ? ['shop-novice'] : []),
      'privileged',
      'privileged (noise 0.3)',
      ...(HAS_ZYGOTE ? ['privileged', 'privileged (noise 0.3)'] : []),
    ])
  })

  it('ends in good order when it is interrupted', async () => {
    const { code, out } = await run(SMALL, { folder: newFolder(), signal: AbortSignal.abort() })
    expect(code).toBe(130)
    expect(out).toContain('interrupted')
  })
})
