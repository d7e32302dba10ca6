import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { readRun } from '../../records/index.ts'
import { runJson } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { linesOf, strollRun } from './scene.ts'

let folder: string
beforeEach(() => {
  folder = newFolder()
})

const inFolder = (...args: readonly string[]) => runJson(args, { folder })
const write = (name: string, row: unknown): void => writeFileSync(join(folder, name), `${JSON.stringify(row)}\n`)
const imported = (format: string, row: unknown) => {
  write('x.jsonl', row)
  return inFolder('import', 'x.jsonl', '--format', format, '--out', 'run')
}
const exported = async (run: string, ...flags: readonly string[]) => {
  await inFolder('export', run, '--format', 'sharegpt', '--out', 'y.jsonl', ...flags)
  return linesOf(join(folder, 'y.jsonl'))
}
const stepsIn = (run: string) =>
  [...readRun(join(folder, run)).trajectories()].flatMap(({ trajectory }) => trajectory.steps)

const call = (id: string, args: string) => ({ id, type: 'function', function: { name: 'look', arguments: args } })
const look = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } }
const CHAT = {
  messages: [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: 'where is it?' },
    { role: 'assistant', content: 'I look.', tool_calls: [call('a', '{"at": 1}'), call('b', 'no JSON')] },
    { role: 'tool', tool_call_id: 'a', content: 'nothing' },
    { role: 'tool', tool_call_id: 'b', content: 'an error' },
    { role: 'assistant', content: 'here', weight: 0 },
    { role: 'user', content: 'thanks' },
  ],
  tools: [look],
}

describe('stepgym export --format sharegpt', () => {
  it('has turns that alternate, calls and tools as JSON, one answer for all tools of a turn, and the model last', async () => {
    await imported('chat', CHAT)
    const [{ conversations, tools, stepgym }] = await exported('run')
    expect(conversations).toEqual([
      { from: 'system', value: 'be brief' },
      { from: 'human', value: 'where is it?' },
      {
        from: 'function_call',
        value: '[{"name":"look","arguments":{"at":1}},{"name":"look","arguments":"no JSON"}]',
        loss: true,
      },
      { from: 'observation', value: 'nothing\nan error' },
      { from: 'gpt', value: 'here', loss: false },
    ])
    expect(JSON.parse(tools)).toEqual([look.function])
    expect(stepgym.last).toEqual([{ from: 'human', value: 'thanks' }])
  })

  it('keeps the actions that its entries do not lead back to, and only those', async () => {
    await imported('chat', CHAT)
    const before = stepsIn('run').map(({ action }) => action)
    const [row] = await exported('run')
    expect(row.stepgym.steps.map((step: object) => 'action' in step)).toEqual([true, false])
    write('z.jsonl', row)
    await inFolder('import', 'z.jsonl', '--format', 'sharegpt', '--out', 'again')
    expect(stepsIn('again').map(({ action }) => action)).toEqual(before)
    expect(stepsIn('again').map(({ isActionValid }) => isActionValid)).toEqual([true, false])
  })

  it('is bare for tools that know no other fields', async () => {
    await strollRun(join(folder, 'a'), { groups: 1 })
    for (const row of await exported('a', '--bare')) {
      expect(Object.keys(row)).toEqual(['id', 'conversations'])
      const roles: readonly string[] = row.conversations.map(({ from }: { from: string }) => from)
      expect(roles).toEqual(roles.map((_, at) => (at % 2 === 0 ? 'human' : 'gpt')))
      expect(roles.at(-1)).toBe('gpt')
    }
  })
})

describe('stepgym import --format sharegpt', () => {
  it('reads the names that its writers use, and says what it does not keep', async () => {
    const { json } = await imported('sharegpt', {
      id: 'talk-1',
      system: 'be brief',
      tools: JSON.stringify([look.function]),
      source: 'somewhere',
      conversations: [
        { from: 'human', value: 'where?', loss: null },
        { from: 'function_call', value: '{"name": "look", "arguments": {"at": 1}}' },
        { from: 'observation', value: 'there', weight: 1 },
        { from: 'gpt', value: 'there', loss: false },
      ],
    })
    expect(json.notKept).toEqual({ source: 1, 'conversations.weight': 1 })
    const [trajectory] = [...readRun(join(folder, 'run')).trajectories()]
    expect(trajectory?.trajectory.id).toBe('talk-1')
    expect(
      stepsIn('run').map(({ action, nextObservation, isActionValid }) => [action, nextObservation, isActionValid]),
    ).toEqual([
      [{ tool_calls: [call('call_0', '{"at":1}')] }, '[look]\nthere', true],
      ['there', '', false],
    ])
    await inFolder('export', 'run', '--format', 'chat', '--out', 'c.jsonl')
    const [{ messages, tools }] = linesOf(join(folder, 'c.jsonl'))
    expect(messages[0]).toEqual({ role: 'system', content: 'be brief' })
    expect(tools).toEqual([look])
  })

  it.each([
    [{ messages: [] }, 'there are messages in place of conversations: import the file with --format chat'],
    [{ conversations: 'talk' }, 'conversations should be a list'],
    [{ conversations: [{ from: 'robot', value: 'x' }] }, 'from of conversations[0] should be system, human'],
    [{ conversations: [{ from: 'gpt', value: 7 }] }, 'value of conversations[0] should be a text'],
    [{ conversations: [{ from: 'function_call', value: 'look()' }] }, 'value of conversations[0] should be JSON'],
    [{ conversations: [{ from: 'function_call', value: '[]' }] }, 'value of conversations[0] should have a call'],
    [{ conversations: [{ from: 'human', value: 'x' }] }, 'there is no message of the assistant'],
    [{ conversations: [], tools: '{' }, 'tools should be JSON'],
  ])('says what is wrong with %j', async (row, problem) => {
    const { json } = await imported('sharegpt', row)
    expect([json.error.code, json.error.message]).toEqual(['BATCH_INVALID', expect.stringContaining(problem)])
    expect(json.error.message).toContain('x.jsonl line 1')
  })
})
