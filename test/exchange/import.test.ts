import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readRun } from '../../records/index.ts'
import { run, runJson } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { judgedWalker, linesOf, strollRun } from './scene.ts'

const source = newFolder()
const play = (name: string, ...args: readonly string[]) =>
  run(['rollout', '--group-size', '2', '--groups', '2', '--out', name, ...args], { folder: source })

beforeAll(async () => {
  await strollRun(join(source, 'tokens'), { groups: 2, agent: judgedWalker })
  await play('tools', '--env', 'tools/retail', '--agent', 'expert', '--hook', 'success', '--hook', 'redundant-calls')
  await play('texts', '--env', 'guess-number', '--agent', 'random', '--hook', 'success')
})

let folder: string
beforeEach(() => {
  folder = newFolder()
  for (const name of ['tokens', 'tools', 'texts']) cpSync(join(source, name), join(folder, name), { recursive: true })
})

const inFolder = (...args: readonly string[]) => runJson(args, { folder })
const write = (name: string, ...rows: readonly unknown[]): void =>
  writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
const trajectoriesIn = (name: string) =>
  Array.from(readRun(join(folder, name)).trajectories(), ({ trajectory }) => trajectory).sort((one, other) =>
    one.id < other.id ? -1 : 1,
  )
const importing = (file: string, ...args: readonly string[]) =>
  inFolder('import', file, '--out', 'b', '--format', ...args)

/** What another run has of its own: docs/import.md. */
const OF_RUN = ['environment', 'session_id', 'endingReason', 'reasons']

/** A conversation of another tool: a question, and what was done about it. */
const asked = (question: string, answer: string, others = {}) => ({
  messages: [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: question },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at": 1}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'nothing there' },
    { role: 'assistant', content: answer },
  ],
  ...others,
})

describe('a run that is exported and imported again', () => {
  it.each([
    ['tools', 'chat'],
    ['texts', 'chat'],
    ['tokens', 'chat'],
    ['tools', 'atif'],
    ['texts', 'atif'],
    ['tokens', 'atif'],
    ['tools', 'sharegpt'],
    ['texts', 'sharegpt'],
    ['tokens', 'sharegpt'],
    ['tools', 'verifiers'],
    ['texts', 'verifiers'],
    ['tokens', 'verifiers'],
  ])('%s as %s has the same messages, tools, signals and places', async (name, format) => {
    await inFolder('export', name, '--format', format, '--out', 'a.jsonl')
    expect((await importing('a.jsonl', format)).code).toBe(0)
    expect((await inFolder('export', 'b', '--format', format, '--out', 'b.jsonl')).code).toBe(0)
    const comparable = (file: string): unknown =>
      JSON.parse(JSON.stringify(linesOf(join(folder, file))), (key, value) =>
        OF_RUN.includes(key) ? undefined : value,
      )
    expect(comparable('b.jsonl')).toEqual(comparable('a.jsonl'))
    expect(await inFolder('replay', 'b')).toMatchObject({
      code: 0,
      json: { divergences: 0, episodes: trajectoriesIn(name).length },
    })
  })

  it('keeps actions, rewards and tokens, so that its credit is the same', async () => {
    await inFolder('export', 'tokens', '--format', 'atif', '--out', 'a.jsonl')
    await importing('a.jsonl', 'atif')
    const steps = (name: string) =>
      trajectoriesIn(name).map(({ id, groupId, member, steps: own }) => ({
        place: [id, groupId, member],
        steps: own.map(({ action, evidence, rewards }) => [
          action,
          evidence,
          rewards.map(({ name: of, value }) => [of, value]),
        ]),
      }))
    expect(steps('b')).toEqual(steps('tokens'))
    for (const name of ['tokens', 'b'])
      await inFolder('credit', name, '--estimator', 'grpo,gigpo,hgpo', '--tokens', '--out', `${name}.credit`)
    expect(linesOf(join(folder, 'b.credit'))).toEqual(linesOf(join(folder, 'tokens.credit')))
  })

  it('can be judged by other hooks, shown and credited', async () => {
    await inFolder('export', 'tools', '--format', 'chat', '--out', 'a.jsonl')
    await importing('a.jsonl', 'chat')
    const { code, json } = await inFolder('rescore', 'b', '--hook', 'execution-success', '--out', 'c')
    expect([code, json.summary.episodes]).toEqual([0, 4])
    expect((await inFolder('show', 'b')).code).toBe(0)
  })
})

describe('conversations of other tools', () => {
  it('form a group where they begin the same, and have the reward of a field at their last step', async () => {
    write(
      'x.jsonl',
      asked('where?', 'here', { score: 1 }),
      asked('where?', 'there', { score: 0 }),
      asked('when?', 'now', { score: 0.5 }),
    )
    const { json } = await importing('x.jsonl', 'chat', '--reward', 'score')
    expect(json).toMatchObject({ trajectories: 3, steps: 6, groups: 2, notKept: {} })
    const all = trajectoriesIn('b')
    expect(all.map(({ id }) => id)).toEqual(['x.jsonl-1', 'x.jsonl-2', 'x.jsonl-3'])
    expect(all.map(({ groupId }) => groupId).map((id, _, ids) => ids.indexOf(id))).toEqual([0, 0, 2])
    expect(all.map(({ steps }) => steps.map(({ rewards }) => rewards[0]?.value))).toEqual([
      [0, 1],
      [0, 0],
      [0, 0.5],
    ])
    const { steps, ending } = all[0] ?? {}
    expect(ending).toBe('terminated')
    expect(steps?.map(({ observation, nextObservation }) => [observation, nextObservation])).toEqual([
      ['where?', '[look]\nnothing there'],
      ['[look]\nnothing there', ''],
    ])
    const { json: credit } = await inFolder('credit', 'b', '--estimator', 'grpo')
    expect(credit.estimators[0].spread).not.toBeNull()
  })

  it('have no reward where the file has none: null, which is not 0', async () => {
    write('x.jsonl', asked('where?', 'here', { score: null }))
    await importing('x.jsonl', 'chat', '--reward', 'score')
    const values = trajectoriesIn('b')[0]?.steps.map(({ rewards }) => rewards[0])
    expect(values).toMatchObject([{ value: null, reason: 'not-judged' }, { value: null }])
  })

  it('are judged by hooks while they are recorded', async () => {
    write('x.jsonl', asked('where?', 'here'))
    await importing('x.jsonl', 'chat', '--hook', 'step-cost:cost=0.5', '--hook', 'success')
    const [one] = trajectoriesIn('b')
    expect(one?.steps.map(({ rewards }) => rewards.map(({ name, value }) => [name, value]))).toEqual(
      new Array(2).fill([
        ['env', null],
        ['step-cost', -0.5],
      ]),
    )
    expect(one?.rewards.map(({ name }) => name)).toEqual(['success'])
  })

  it('take the weight 0 of a message for an action that did not count', async () => {
    write('x.jsonl', {
      messages: [
        { role: 'user', content: 'go' },
        { role: 'assistant', content: 'no', weight: 0 },
        { role: 'user', content: 'go on' },
        { role: 'assistant', content: 'yes', weight: 1 },
      ],
    })
    await importing('x.jsonl', 'chat')
    expect(trajectoriesIn('b')[0]?.steps.map(({ action, isActionValid }) => [action, isActionValid])).toEqual([
      ['no', false],
      ['yes', true],
    ])
  })

  it('keep parts, reasoning and names as they were, also of long messages', async () => {
    const row = {
      messages: [
        { role: 'developer', content: 'be exact' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'what is' },
            { type: 'image_url', image_url: { url: 'data:,' } },
          ],
        },
        { role: 'assistant', content: 'x'.repeat(100_000), reasoning_content: 'hm' },
        { role: 'user', name: 'ann', content: 'thanks' },
        { role: 'assistant', content: '' },
      ],
    }
    write('x.jsonl', row)
    await importing('x.jsonl', 'chat')
    expect(trajectoriesIn('b')[0]?.steps[0]?.observation).toBe('be exact\n\nwhat is\n(image_url)')
    await inFolder('export', 'b', '--format', 'chat', '--bare', '--out', 'y.jsonl')
    expect(linesOf(join(folder, 'y.jsonl'))).toEqual([row])
    expect((await inFolder('replay', 'b')).json.divergences).toBe(0)
  })

  it('may be one document over several lines, a list, or lines without an end, after a byte order mark', async () => {
    const rows = [asked('where?', 'here'), asked('when?', 'now')]
    writeFileSync(join(folder, 'list.json'), `\ufeff${JSON.stringify(rows, null, 2)}`)
    writeFileSync(join(folder, 'one.json'), JSON.stringify(rows[0], null, 2))
    writeFileSync(join(folder, 'lines.jsonl'), rows.map((row) => JSON.stringify(row)).join('\r\n'))
    for (const [name, trajectories] of Object.entries({ 'list.json': 2, 'one.json': 1, 'lines.jsonl': 2 }))
      expect((await inFolder('import', name, '--format', 'chat', '--out', `of-${name}`)).json).toMatchObject({
        trajectories,
        steps: 2 * trajectories,
      })
  })
})

const step = (source: string, others = {}) => ({ source, message: 'm', ...others })
const atif = (steps: readonly object[], others = {}) => ({
  schema_version: 'ATIF-v1.8',
  agent: { name: 'a', version: '1' },
  steps: steps.map((each, at) => ({ step_id: at + 1, ...each })),
  ...others,
})

describe('documents of ATIF from other tools', () => {
  it('have calls, observations, users and tokens in their places, and say what is not kept', async () => {
    const call = { tool_call_id: 'c', function_name: 'look', arguments: { at: 1 } }
    write(
      'x.jsonl',
      atif([
        step('system'),
        step('user'),
        step('agent', {
          timestamp: '2026-01-01T00:00:00Z',
          tool_calls: [call],
          observation: { results: [{ source_call_id: 'c', content: 'seen' }] },
          metrics: { cost_usd: 1, completion_token_ids: [1] },
        }),
        step('user', { message: 'more' }),
        step('agent', { reasoning_content: 'so', observation: { results: [{ content: 'end' }] } }),
      ]),
    )
    const { json } = await importing('x.jsonl', 'atif')
    expect(json.notKept).toEqual({
      'steps.timestamp': 1,
      'metrics.cost_usd': 1,
      'metrics of tokens, since nothing says how they were sampled': 1,
    })
    expect(trajectoriesIn('b')[0]?.steps.map(({ action, nextObservation }) => [action, nextObservation])).toEqual([
      [
        {
          content: 'm',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{"at":1}' } }],
        },
        '[look]\nseen\n[user]\nmore',
      ],
      [{ content: 'm', reasoning_content: 'so' }, 'end'],
    ])
  })
})

it('integers that a number cannot hold keep their digits, as texts, in both directions', async () => {
  const call = { tool_call_id: 'c', function_name: 'look', arguments: { at: 'DIGITS' } }
  const document = JSON.stringify(atif([step('user'), step('agent', { tool_calls: [call] })]))
  writeFileSync(join(folder, 'x.jsonl'), document.replace('"DIGITS"', '9007199254740993'))
  await importing('x.jsonl', 'atif')
  const said = { id: 'c', type: 'function', function: { name: 'look', arguments: '{"at":"9007199254740993"}' } }
  expect(trajectoriesIn('b')[0]?.steps[0]?.action).toMatchObject({ tool_calls: [said] })

  const asIs = { ...said, function: { name: 'look', arguments: '{"at":9007199254740993}' } }
  const answer = { role: 'assistant', content: null, tool_calls: [asIs] }
  write('y.jsonl', { messages: [{ role: 'user', content: 'where?' }, answer] })
  await inFolder('import', 'y.jsonl', '--format', 'chat', '--out', 'c')
  await inFolder('export', 'c', '--format', 'atif', '--out', 'c.jsonl')
  expect(readFileSync(join(folder, 'c.jsonl'), 'utf8')).toContain('"arguments":{"at":"9007199254740993"}')
})

const deep = (levels: number): string => `{"messages":${'['.repeat(levels)}${']'.repeat(levels)}}`
const good = JSON.stringify(asked('where?', 'here'))

describe('a file that cannot be imported', () => {
  it.each([
    ['not JSON', `${good}\n{"messages": nothing}\n`, 'x line 2: it is not JSON', 'remove the line'],
    ['50,000 lists in each other', `${good}\n${deep(50_000)}\n`, 'x line 2: it is not JSON', 'write it again'],
    ['a number for a row', `${good}\n\n7\n`, 'x line 3: a row is a JSON object', 'remove the line'],
    [
      'ShareGPT',
      '{"conversations": []}',
      'x line 1: there are conversations in place of messages',
      '--format sharegpt',
    ],
    ['Parquet', 'PAR1\u0015', 'x line 1: it is Parquet', 'import reads JSON Lines and JSON'],
    ['no messages', '{"text": "hi"}', 'x line 1: messages should be a list', 'it is null'],
    [
      'no assistant',
      '{"messages": [{"role": "user", "content": "hi"}]}',
      'x line 1: there is no message of the assistant',
      'remove the line',
    ],
    [
      'an odd role',
      '{"messages": [{"role": "robot"}]}',
      'x line 1: the role of messages[0] should be system',
      '"robot"',
    ],
    ['nothing', '', 'x line 1: there is no row', 'a JSON object per line'],
    [
      'one id twice',
      ['{"messages":[{"role":"assistant","content":"a"}],"stepgym":{"trajectory":"t"}}', ''].join('\n').repeat(2),
      'x line 2: the trajectory t is in line 1, too',
      'an id of its own',
    ],
    [
      'a group that begins in two ways',
      ['a', 'b']
        .map(
          (text) =>
            `{"messages":[{"role":"user","content":"${text}"},{"role":"assistant","content":"x"}],"stepgym":{"group":"g"}}`,
        )
        .join('\n'),
      'x line 2: the group g has another beginning',
      'a group of its own',
    ],
    [
      'a signal of an odd name',
      '{"messages":[{"role":"assistant","content":"a"}],"stepgym":{"outcomes":{"__proto__":1}}}',
      'x line 1: stepgym.outcomes has "__proto__"',
      'lower case',
    ],
    [
      'steps of another number',
      '{"messages":[{"role":"assistant","content":"a"}],"stepgym":{"steps":[]}}',
      'x line 1: stepgym.steps has 0 steps, and the assistant has 1 message',
      'message',
    ],
    [
      'an aborted episode',
      '{"messages":[{"role":"assistant","content":"a"}],"stepgym":{"ending":"aborted"}}',
      'x line 1: ending should be terminated or truncated',
      '"aborted"',
    ],
  ])('because of %s says file, line and what to do, and leaves nothing', async (_, content, where, advice) => {
    writeFileSync(join(folder, 'x'), content)
    const { code, json } = await importing('x', 'chat')
    expect([code, json.error.code]).toEqual([1, 'BATCH_INVALID'])
    expect(json.error.message).toContain(where)
    expect(json.error.message).toContain(advice)
    expect(readdirSync(folder).sort()).toEqual(['texts', 'tokens', 'tools', 'x'])
  })

  it.each([
    [{ schema_version: 'ATIF-v2.0', steps: [] }, 'schema_version should be ATIF-v1.0 to ATIF-v1.8'],
    [atif([step('user')]), 'there is no step of the agent'],
    [atif([step('robot'), step('agent')]), 'the source of a step should be system, user or agent'],
    [
      atif([step('agent', { tool_calls: [{ tool_call_id: 'c', function_name: 'f', arguments: '{}' }] })]),
      'arguments should be an object',
    ],
  ])('of ATIF says what is wrong with it: %j', async (row, problem) => {
    write('x', row)
    expect((await importing('x', 'atif')).json.error.message).toContain(`x line 1: ${problem}`)
  })

  it('is refused, and not waited for, where it is a pipe, a link, a folder, or not there', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    writeFileSync(join(folder, 'x'), good)
    symlinkSync(join(folder, 'x'), join(folder, 'link'))
    mkdirSync(join(folder, 'room'))
    for (const name of ['pipe', 'link', 'room', 'missing'])
      expect((await importing(name, 'chat')).json.error).toMatchObject({
        code: 'BATCH_INVALID',
        message: expect.stringContaining(`${name} cannot be read`),
      })
  })

  it('is refused where it is not UTF-8, or lacks the field of the reward', async () => {
    writeFileSync(join(folder, 'x'), Buffer.from([0x7b, 0xff, 0x7d]))
    expect((await importing('x', 'chat')).json.error.message).toContain('x line 1: it is not UTF-8')
    write('x', asked('where?', 'here'))
    expect((await importing('x', 'chat', '--reward', 'extra.score')).json.error.message).toContain(
      'x line 1: there is no field extra.score',
    )
  })

  it('never writes into a folder that holds something', async () => {
    write('x', asked('where?', 'here'))
    const { json } = await inFolder('import', 'x', '--format', 'chat', '--out', 'tools')
    expect(json.error.code).toBe('RECORD_FOREIGN')
    expect(trajectoriesIn('tools')).toHaveLength(4)
  })
})

describe('the environment of imported conversations', () => {
  it('cannot be played beyond what was imported', async () => {
    write('x', asked('where?', 'here'))
    await importing('x', 'chat')
    const { json } = await inFolder(
      'rollout',
      '--env',
      'imported',
      '--set',
      'tasks=[{"id":"a","split":"train"}]',
      '--agent',
      'random',
      '--groups',
      '1',
      '--group-size',
      '1',
      '--out',
      'c',
    )
    expect(JSON.stringify(json)).toMatch(/EFFECT_FAILED|aborted/)
  })
})
