import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readRun } from '../../records/index.ts'
import { run, runJson } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { judgedWalker, linesOf, strollRun } from './scene.ts'

const folder = newFolder()

async function inFolder(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, json } = await runJson(args, { folder })
  expect(code).toBe(0)
  return json
}

async function traces(name: string, ...flags: readonly string[]) {
  const out = join(newFolder(), 'traces.jsonl')
  await inFolder('export', name, '--format', 'verifiers', '--out', out, ...flags)
  return linesOf(out)
}

beforeAll(async () => {
  await strollRun(join(folder, 'tokens'))
  await strollRun(join(folder, 'judged'), { agent: judgedWalker })
  await inFolder('rollout', '--env', 'tools/retail', '--agent', 'expert', '--groups', '2', '--out', 'tools')
})

interface Written {
  readonly parent: number | null
  readonly sampled: boolean
  readonly token_ids: readonly number[]
  readonly mask: readonly boolean[]
  readonly logprobs: readonly number[]
  readonly advantages: readonly number[] | null
  readonly message: { readonly role: string; readonly tool_calls?: readonly { readonly name: string }[] }
}

describe('stepgym export --format verifiers', () => {
  it('has the tokens that each message adds: along the path they are those that the model saw', async () => {
    for (const { nodes, calls } of await traces('tokens')) {
      const path = nodes as readonly Written[]
      expect(path.map(({ parent }) => parent)).toEqual(path.map((_, at) => (at === 0 ? null : at - 1)))
      let seen: number[] = []
      for (const { token_ids: ids, mask, sampled, logprobs } of path) {
        expect(mask).toEqual(ids.map(() => sampled))
        if (sampled) expect([seen.slice(0, 2), logprobs]).toEqual([[1, 2], [-0.5 - (seen.length - 2) / 2]])
        seen = [...seen, ...ids]
      }
      expect(calls[0]).toMatchObject({ node: 1, model: 'p', finish_reason: 'stop', usage: { completion_tokens: 1 } })
    }
  })

  it('has the advantage of a step on each token that it sampled, to the last bit', async () => {
    for (const { nodes, info } of await traces('judged', '--estimator', 'gigpo')) {
      const sampled = (nodes as readonly Written[]).filter(({ sampled: isSampled }) => isSampled)
      const steps: readonly { readonly advantages: { readonly gigpo: number } }[] = info.stepgym.steps
      expect(sampled.map(({ advantages }) => advantages)).toEqual(steps.map(({ advantages }) => [advantages.gigpo]))
    }
  })

  it('has calls, answers, tools, rewards and the ending', async () => {
    const [trace] = await traces('tools')
    const nodes = trace.nodes as readonly Written[]
    expect(nodes[0]).toMatchObject({ message: { role: 'system' }, tools: trace.tools })
    const called = nodes.find(({ message }) => message.tool_calls)
    expect(called?.message.tool_calls?.[0]).toMatchObject({ type: 'function', name: expect.any(String) })
    expect(trace).toMatchObject({
      rewards: { env: { score: 1, weight: 1 } },
      stop_condition: 'agent_completed',
      task: { key: expect.stringContaining('train') },
    })
  })

  it('begins another path where a prompt does not continue the tokens before it', async () => {
    const { TraceNodes } = await import('../../exchange/lines/trace-nodes.ts')
    const nodes = new TraceNodes([])
    const said = (content: string) => ({ role: 'assistant', content })
    const evidence = (promptTokenIds: readonly number[], id: number) =>
      ({ kind: 'token', promptTokenIds, actionTokenIds: [id], logProbs: [-1] }) as never
    nodes.show({ role: 'user', content: 'a' })
    nodes.sample(said('b'), evidence([1, 2], 3), [0.5])
    nodes.show({ role: 'user', content: 'c' })
    nodes.sample(said('d'), evidence([1, 9], 4), [0.25])
    expect(nodes.sampled).toEqual([1, 6])
    expect(nodes.list.map(({ parent, sampled, token_ids: ids }) => [parent, sampled, ids])).toEqual([
      [null, false, [1, 2]],
      [0, true, [3]],
      [1, false, []],
      [null, false, []],
      [3, false, []],
      [4, false, [1, 9]],
      [5, true, [4]],
    ])
  })
})

describe('stepgym import --format verifiers', () => {
  it("reads others' traces, and says what of them has no place", async () => {
    const trace = {
      version: 1,
      id: 'theirs',
      task: { type: 'Task', data: { prompt: 'guess' }, key: 'k' },
      agent: { config: {} },
      nodes: [
        { message: { role: 'user', content: 'guess' }, token_ids: [1], mask: [false] },
        {
          parent: 0,
          message: { role: 'assistant', content: '50' },
          sampled: true,
          token_ids: [9, 3],
          mask: [false, true],
          logprobs: [-0.1],
          advantages: [0.5],
        },
      ],
      rewards: { solved: { score: 0.5, weight: 2 } },
      metrics: { turns: 1 },
      stop_condition: 'max_turns',
    }
    writeFileSync(join(folder, 'theirs.jsonl'), JSON.stringify(trace))
    const { notKept } = await inFolder('import', 'theirs.jsonl', '--format', 'verifiers', '--out', 'theirs')
    expect(notKept).toEqual({ 'nodes.advantages': 1, 'nodes.token_ids, since nothing says how they were sampled': 1 })
    const [recorded] = [...readRun(join(folder, 'theirs')).trajectories()]
    expect(recorded?.trajectory).toMatchObject({
      ending: 'truncated',
      steps: [{ action: '50', observation: expect.stringContaining('guess') }],
    })
  })

  it.each([
    ['another version', { version: 2, nodes: [] }, 'version should be 1: it is 2'],
    ['no nodes', { version: 1 }, 'nodes'],
    ['a node before its parent', { nodes: [{ parent: 0, message: { role: 'user' } }] }, 'a node before it'],
    ['a message of no role', { nodes: [{ message: {} }] }, 'the role of messages[0]'],
    ['no answer of the model', { nodes: [{ message: { role: 'user', content: '' } }] }, 'nothing was done'],
  ])('refuses %s', async (name, row, problem) => {
    const file = `bad-${name.replaceAll(' ', '-')}.jsonl`
    writeFileSync(join(folder, file), JSON.stringify(row))
    const { code, err } = await run(['import', file, '--format', 'verifiers', '--out', `${file}.run`], { folder })
    expect([code, err]).toEqual([expect.any(Number), expect.stringContaining(problem)])
    expect(code).not.toBe(0)
  })
})
