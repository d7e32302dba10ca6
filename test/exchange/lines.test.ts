import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Json } from '../../core/data/types.ts'
import { readRun } from '../../records/index.ts'
import { run, runJson } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { judgedWalker, linesOf, strollRun } from './scene.ts'

const source = newFolder()
const play = (name: string, ...args: readonly string[]) =>
  run(['rollout', '--group-size', '2', '--groups', '2', '--out', name, ...args], { folder: source })

beforeAll(async () => {
  await strollRun(join(source, 'a'), { groups: 3, agent: judgedWalker })
  await play('retail', '--env', 'tools/retail', '--agent', 'expert', '--hook', 'success')
  await play('guess', '--env', 'guess-number', '--agent', 'random', '--hook', 'success')
})

let folder: string
beforeEach(() => {
  folder = newFolder()
  cpSync(source, folder, { recursive: true })
})

async function linesIn(name: string, ...args: readonly string[]) {
  const { code, json } = await runJson(['export', name, '--out', 'x.jsonl', ...args], { folder })
  expect([code, json.error]).toEqual([0, undefined])
  const lines = linesOf(join(folder, 'x.jsonl'))
  expect(lines).toHaveLength(json.rows)
  return lines
}

const trajectoriesIn = (name: string) =>
  new Map(Array.from(readRun(join(folder, name)).trajectories(), ({ trajectory }) => [trajectory.id, trajectory]))

interface Call {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}
interface Message {
  readonly role: string
  readonly content: string | null
  readonly tool_calls?: readonly Call[]
  readonly tool_call_id?: string
  readonly weight?: number
}

describe('stepgym export --format chat', () => {
  it('has policy, tools, calls and their answers as OpenAI writes them', async () => {
    for (const { messages, tools } of await linesIn('retail', '--format', 'chat')) {
      const all: readonly Message[] = messages
      expect(all.slice(0, 2).map(({ role }) => role)).toEqual(['system', 'user'])
      expect(all[0]?.content).toContain('Policy:')
      const names = tools.map((tool: { function: { name: string } }) => tool.function.name)
      const calls = all.flatMap(({ tool_calls = [] }) => tool_calls)
      expect(calls.length).toBeGreaterThan(0)
      for (const call of calls) {
        expect(names).toContain(call.function.name)
        expect(typeof JSON.parse(call.function.arguments)).toBe('object')
        const answers = all.filter(({ tool_call_id: id }) => id === call.id)
        expect(answers.map(({ role }) => role)).toEqual(['tool'])
      }
      expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length)
    }
  })

  it('keeps in stepgym what messages have no place for', async () => {
    const trajectories = trajectoriesIn('retail')
    for (const { stepgym } of await linesIn('retail', '--format', 'chat')) {
      const trajectory = trajectories.get(stepgym.trajectory)
      const { taskId: task, seed, member, ending, groupId: group } = trajectory ?? {}
      expect(stepgym).toMatchObject({ environment: 'tools-retail@1', task, seed, member, ending, group })
      expect(stepgym.outcomes).toEqual({ success: trajectory?.rewards[0]?.value })
      expect(stepgym.steps.map((step: { signals: { env: Json } }) => step.signals.env)).toEqual(
        trajectory?.steps.map(({ rewards }) => rewards[0]?.value),
      )
    }
  })

  it('is a conversation of texts in environments of texts, with the advantages that were asked for', async () => {
    const lines = await linesIn('guess', '--format', 'chat', '--estimator', 'grpo')
    for (const { messages, tools, stepgym } of lines) {
      expect(tools).toBeUndefined()
      expect(messages.slice(1).map(({ role }: Message) => role)).toEqual([
        'user',
        ...stepgym.steps.flatMap(() => ['assistant', 'user']),
      ])
      expect(messages[1].content).toBe('guess a number from 1 to 100')
      for (const step of stepgym.steps) expect(step.advantages).toHaveProperty('grpo')
    }
  })

  it('says why there is no system message if the environment is not here', async () => {
    const { json } = await runJson(['export', 'a', '--format', 'chat', '--out', 'x.jsonl'], { folder })
    expect(json.withoutEnvironment).toMatch(/^there is no environment "stroll"/)
    expect(linesOf(join(folder, 'x.jsonl'))[0].messages[0]).toEqual({ role: 'user', content: 'at 0' })
  })

  it('has no fields of ours with --bare', async () => {
    for (const line of await linesIn('retail', '--format', 'chat', '--bare'))
      expect(Object.keys(line)).toEqual(['messages', 'tools'])
  })
})

describe('stepgym export --format sft', () => {
  it('marks messages whose action could not be read', async () => {
    await play(
      'odd',
      '--env',
      'tools/retail',
      '--agent',
      'scripted:actions=["{not json",{"respond":"hi"}]',
      '--max-steps',
      '2',
    )
    cpSync(join(source, 'odd'), join(folder, 'odd'), { recursive: true })
    const [{ messages }] = await linesIn('odd', '--format', 'sft')
    expect(messages.filter(({ role }: Message) => role === 'assistant')).toEqual([
      { role: 'assistant', content: '{not json', weight: 0 },
      { role: 'assistant', content: 'hi', weight: 1 },
    ])
  })

  it('keeps what is good enough', async () => {
    const scores = [...trajectoriesIn('a').values()].map(({ rewards }) => rewards[0]?.value ?? 0)
    const good = scores.filter((score) => score >= 1).length
    expect(good).toBeGreaterThan(0)
    expect(good).toBeLessThan(scores.length)
    expect(await linesIn('a', '--format', 'sft', '--score', 'arrived', '--min-score', '1')).toHaveLength(good)
  })

  it('has labels on exactly the tokens that were sampled', async () => {
    for (const line of await linesIn('a', '--format', 'sft', '--grain', 'tokens')) {
      const sampled = line.input_ids.map((id: number) => id >= 10 && id < 20)
      expect(line.labels).toEqual(line.input_ids.map((id: number, at: number) => (sampled[at] ? id : -100)))
      expect(line.assistant_masks).toEqual(sampled.map(Number))
    }
  })
})

/** Score of a trajectory of `stroll`: the sum of its rewards. */
const scoreOf = (id: string): number =>
  trajectoriesIn('a')
    .get(id)
    ?.steps.reduce((sum, { rewards }) => sum + (rewards[0]?.value ?? 0), 0) ?? 0

describe('stepgym export --format dpo', () => {
  it('pairs better with worse trajectories of one group, each once', async () => {
    const lines = await linesIn('a', '--format', 'dpo')
    expect(lines.length).toBeGreaterThan(1)
    const used = lines.flatMap((line) => [line.chosen_trajectory, line.rejected_trajectory])
    expect(new Set(used).size).toBe(used.length)
    for (const line of lines) {
      expect(line.chosen_score).toBeGreaterThan(line.rejected_score)
      expect(line.chosen_score).toBeCloseTo(scoreOf(line.chosen_trajectory), 12)
      expect([line.chosen_trajectory, line.rejected_trajectory].map((id: string) => id.split('.')[0])).toEqual([
        line.group,
        line.group,
      ])
      expect(line.prompt).toEqual([{ role: 'user', content: 'at 0' }])
      expect(line.chosen[0].role).toBe('assistant')
    }
  })

  it('pairs the best action with the worst after the same past', async () => {
    const lines = await linesIn('a', '--format', 'dpo', '--pairs', 'step')
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines) {
      const past = line.prompt
        .filter(({ role }: Message) => role === 'assistant')
        .map(({ content }: Message) => content)
      expect(line.step).toBe(past.length)
      const meanAfter = (action: string): number => {
        const taken = [...trajectoriesIn('a').values()].filter(
          ({ groupId, steps }) =>
            groupId === line.group &&
            JSON.stringify(steps.slice(0, past.length + 1).map((step) => step.action)) ===
              JSON.stringify([...past, action]),
        )
        return taken.reduce((sum, { id }) => sum + scoreOf(id), 0) / taken.length
      }
      expect(line.chosen_score).toBeCloseTo(meanAfter(line.chosen[0].content), 12)
      expect(line.rejected_score).toBeCloseTo(meanAfter(line.rejected[0].content), 12)
      expect(line.chosen_score).toBeGreaterThan(line.rejected_score)
    }
  })
})

describe('stepgym export --format prm', () => {
  it('labels steps by their signal, null where it is null, or by their advantage', async () => {
    for (const line of await linesIn('a', '--format', 'prm', '--score', 'half')) {
      const steps = trajectoriesIn('a').get(line.trajectory)?.steps ?? []
      expect(line.completions).toEqual(steps.map(({ action }) => action))
      expect(line.labels).toEqual(steps.map(({ index }) => (index % 2 === 0 ? 0.5 : null)))
    }
    await run(['credit', 'a', '--estimator', 'gigpo', '--out', 'c.jsonl'], { folder })
    const advantages = new Map<string, number[]>()
    for (const { trajectoryId, gigpo } of linesOf(join(folder, 'c.jsonl')))
      advantages.set(trajectoryId, [...(advantages.get(trajectoryId) ?? []), gigpo])
    const { json } = await runJson(['export', 'a', '--format', 'prm', '--estimator', 'gigpo', '--out', 'y.jsonl'], {
      folder,
    })
    expect(json.rows).toBe(12)
    for (const { trajectory, labels } of linesOf(join(folder, 'y.jsonl')))
      expect(labels).toEqual(advantages.get(trajectory))
  })
})

describe('stepgym export --format atif', () => {
  it('has numbered steps, calls with arguments as objects, and answers that name their call', async () => {
    for (const line of await linesIn('retail', '--format', 'atif')) {
      expect(line.schema_version).toBe('ATIF-v1.8')
      expect(line.steps.map(({ step_id: id }: { step_id: number }) => id)).toEqual(
        line.steps.map((_: unknown, at: number) => at + 1),
      )
      for (const step of line.steps) {
        const ids = (step.tool_calls ?? []).map((call: { tool_call_id: string }) => call.tool_call_id)
        for (const call of step.tool_calls ?? []) expect(typeof call.arguments).toBe('object')
        for (const result of step.observation?.results ?? [])
          if (ids.length > 0) expect(ids).toContain(result.source_call_id)
        if (step.source !== 'agent') expect(Object.keys(step)).toEqual(['step_id', 'source', 'message'])
      }
      expect(line.agent.tool_definitions.length).toBeGreaterThan(5)
    }
  })

  it('has tokens and log-probabilities in metrics, rewards in extra', async () => {
    const [{ steps }] = await linesIn('a', '--format', 'atif')
    expect(steps[1]).toMatchObject({
      source: 'agent',
      model_name: 'p',
      metrics: { prompt_token_ids: [1, 2], completion_token_ids: [10], logprobs: [-0.5] },
      extra: { stepgym: { signals: { half: 0.5 }, sampling: { policyVersion: '1', finishReason: 'stop' } } },
    })
  })
})

describe('a file without a row', () => {
  it('says what its trajectories lack', async () => {
    const folder = newFolder()
    await run(['rollout', '--env', 'guess-number', '--agent', 'random', '--out', 'plain'], { folder })
    const { code, out } = await run(['export', 'plain', '--format', 'sft', '--grain', 'tokens'], { folder })
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('no row: no trajectory has the tokens that its policy sampled'),
    ])
  })
})
