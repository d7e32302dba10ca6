import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connected } from '../support/server/client.ts'
import { NativeClient } from '../support/server/native-client.ts'
import { recording } from '../support/server/recording.ts'
import { echo } from '../support/server/worlds.ts'
import { WRONG } from '../support/server/wrong-values.ts'

const EPISODE = '"EPISODE"'

/** A request of each type that is fine, by its fields, and fields that it may have. */
const NATIVE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  reset: {
    task: '"one"',
    split: '"train"',
    index: '0',
    seed: '1',
    maxSteps: '5',
    group: '{}',
    member: '0',
    agent: '"a"',
  },
  step: { episode: EPISODE, action: '"a"', index: '1', evidence: '{}' },
  observe: { episode: EPISODE, view: '"text"' },
  snapshot: { episode: EPISODE, sealed: 'true' },
  fork: { episode: EPISODE, snapshot: '"s"', sealed: '"s"', count: '1', rng: '"fresh"', number: '0', agent: '"a"' },
  restore: { snapshot: '"s"', sealed: '"s"', agent: '"a"' },
  group: {
    size: '2',
    stragglers: '"wait"',
    deadlineMs: '1000',
    replacements: '0',
    credit: '[]',
    seed: '1',
    task: '"one"',
  },
  tasks: { split: '"train"', offset: '0', limit: '1' },
  subscribe: { events: '["ended"]' },
  close: { episode: EPISODE, snapshot: '"s"', truncate: '"why"' },
  resume: { session: '"s"', lastSeq: '0' },
  'vector.open': { slots: '[{}]', autoreset: '"disabled"', delivery: '"whole"', agent: '"a"' },
  'vector.step': { vector: '"VECTOR"', slots: '[0]', actions: '["a"]', evidence: '[null]', turns: '[0]' },
  'vector.reset': { vector: '"VECTOR"', slots: '[0]', starts: '[{}]', turns: '[0]' },
  'vector.close': { vector: '"VECTOR"' },
}

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  step: ['episode', 'action'],
  ...{ observe: ['episode'], snapshot: ['episode'], fork: ['episode'], group: ['size'], subscribe: ['events'] },
  ...{ close: ['episode'], 'vector.open': ['slots'], 'vector.step': ['vector', 'actions'], 'vector.reset': ['vector'] },
}

/** Every request with one field of a wrong type or of a name that there is not, and the others as they should be. */
function* spoiled(type: string, fields: Readonly<Record<string, string>>, needed: readonly string[]) {
  for (const name of [...Object.keys(fields), 'nonsense', '__proto__', 'constructor', 'type'])
    for (const wrong of WRONG) {
      const kept = needed.filter((each) => each !== name).map((each) => `"${each}": ${fields[each]}`)
      yield `{${[`"type": "${type}"`, ...kept, `"${name}": ${wrong}`].join(', ')}`
    }
}

describe('a native request with a field of a wrong type', () => {
  it.each(Object.entries(NATIVE))('%s is answered; where it is refused nothing has changed', async (type, fields) => {
    const { server, folder, url } = await recording(echo)
    const client = new NativeClient(url)
    const size = (): number => statSync(join(folder, 'segments', '000000.jsonl')).size
    const begin = async () => {
      const { episode } = await client.ask({ type: 'reset', seed: 1 })
      const { vector } = await client.ask({ type: 'vector.open', slots: [{ seed: 1 }] })
      return { episode, vector }
    }
    let [at, refused, { episode, vector }] = [0, 0, await begin()]
    for (const text of spoiled(type, fields, NEEDED[type] ?? [])) {
      // Without an episode it closes the session.
      if (type === 'close' && text.includes('"episode": null')) continue
      const before = [server.host.counts, size()]
      const id = `f${at++}`
      client.raw(`${text.replaceAll('EPISODE', episode).replaceAll('VECTOR', vector)}, "id": "${id}"}`)
      const reply = await client.replyTo(id)
      if (reply.type === 'error') {
        refused++
        expect([text, [server.host.counts, size()]]).toEqual([text, before])
        expect(reply.message.length).toBeLessThan(600)
      } else if (client.closed === null && ['close', 'vector.close'].includes(reply.type)) {
        ;({ episode, vector } = await begin())
      }
    }
    expect(refused).toBeGreaterThan(WRONG.length)
    expect(await client.ask({ type: 'observe', episode })).toMatchObject({ episode })
  })
})

const PLAIN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  reset: {
    ...{ task: '"one"', split: '"train"', index: '0', seed: '1', max_steps: '5', episode_id: '"mine"', agent: '"a"' },
    ...{ group_id: '"g"', group_size: '2', member: '0', stragglers: '"wait"', group_deadline_s: '1' },
    ...{ group_replacements: '0', truncate: '"why"' },
  },
  step: { action: '"a"', metadata: '{}' },
}

describe('a plain request with a field of a wrong type', () => {
  it.each(Object.entries(PLAIN))('%s is answered; where it is refused nothing has changed', async (type, fields) => {
    const { server, folder } = await recording(echo)
    const client = await connected(server)
    const size = (): number => statSync(join(folder, 'segments', '000000.jsonl')).size
    await client.reset()
    let refused = 0
    for (const text of spoiled(type, fields, type === 'step' ? ['action'] : [])) {
      const before = [server.host.counts, size()]
      client.raw(`{"type": "${type}", "data": ${text.replace(`"type": "${type}", `, '')}}}`)
      const { data } = await client.next()
      if (data.gym_code === undefined) continue
      refused++
      expect([text, [server.host.counts, size()]]).toEqual([text, before])
    }
    expect(refused).toBeGreaterThan(WRONG.length)
    expect((await client.step('still here')).data).toMatchObject({ observation: { text: 'still here' } })
  })

  it.each(WRONG)('is refused where %s stands in place of the whole message, its type or its data', async (wrong) => {
    const { server, folder } = await recording(echo)
    const client = await connected(server)
    await client.reset()
    const size = statSync(join(folder, 'segments', '000000.jsonl')).size
    for (const text of [
      wrong,
      `{"type": ${wrong}}`,
      `{"type": "step", "data": ${wrong}}`,
      `{"type": "state", "data": ${wrong}}`,
    ]) {
      client.raw(text)
      expect((await client.next()).data.gym_code).toBeDefined()
    }
    expect(statSync(join(folder, 'segments', '000000.jsonl')).size).toBe(size)
    expect((await client.step('on')).data).toMatchObject({ step: 0 })
  })
})
