import { describe, expect, it } from 'vitest'
import { connected, served } from '../../support/server/client.ts'
import { NativeClient } from '../../support/server/native-client.ts'
import { echo } from '../../support/server/worlds.ts'

const FIRST = { task: 'two', seed: 3, maxSteps: 4, agent: 'policy' } as const
const TERMS = { size: 3, stragglers: 'abort', deadlineMs: 9e9, replacements: 1 } as const

/** What another member may not say. */
const OTHERS = [
  { task: 'one' },
  { split: 'test' },
  { split: 'train', index: 0 },
  { seed: 4 },
  { maxSteps: 5 },
  { agent: 'another' },
  { group: { size: 2 } },
  { group: { stragglers: 'wait' } },
  { group: { deadlineMs: 1000 } },
  { group: { replacements: 0 } },
  { group: { credit: [{ estimator: 'grpo' }] } },
] as const

/** What it may repeat. */
const SAME = [
  {},
  FIRST,
  { group: TERMS },
  { split: 'train' },
  { split: 'train', index: 1 },
  { maxSteps: 4, group: { size: 3 } },
] as const

async function started() {
  const server = await served([echo])
  const client = new NativeClient(`${server.url}/echo/ws`)
  await client.ask({ type: 'reset', ...FIRST, group: { id: 'g', ...TERMS } })
  return { server, client }
}

describe('the members of a group', () => {
  it.each(SAME)('have what the first has if another says %j', async (said) => {
    const { server, client } = await started()
    const { group: terms = {}, ...start } = 'group' in said ? said : { ...said, group: {} }
    const joined = await client.ask({ type: 'reset', ...start, group: { id: 'g', ...terms } })
    expect(joined).toMatchObject({ task: { id: 'two' }, seed: 3, maxSteps: 4, member: 1 })
    const plain = await connected(server)
    expect((await plain.reset({ group_id: 'g' })).data).toMatchObject({ task: { id: 'two' }, seed: 3, max_steps: 4 })
  })

  it.each(OTHERS)('are refused if another says %j', async (said) => {
    const { server, client } = await started()
    const { group: terms = {}, ...start } = 'group' in said ? said : { ...said, group: {} }
    const joining = client.ask({ type: 'reset', ...start, group: { id: 'g', ...terms } })
    await expect(joining).rejects.toThrow('GROUP_INVALID: group "g": it has ')
    expect(server.host.counts.episodes).toBe(1)
    expect(await client.ask({ type: 'reset', group: { id: 'g' } })).toMatchObject({ member: 1 })
  })

  it("have the environment's limit of steps where the first says none", async () => {
    const client = new NativeClient(`${(await served([echo])).url}/echo/ws`)
    await client.ask({ type: 'reset', group: { id: 'g', size: 3 } })
    const short = client.ask({ type: 'reset', maxSteps: 5, group: { id: 'g' } })
    await expect(short).rejects.toThrow('it has a limit of 1000 steps')
    const long = { type: 'reset', maxSteps: 5000, group: { id: 'g' } } as const
    expect(await client.ask(long)).toMatchObject({ maxSteps: 1000 })
  })

  it('may name who acts if the first does not', async () => {
    const client = new NativeClient(`${(await served([echo])).url}/echo/ws`)
    await client.ask({ type: 'reset', group: { id: 'g', size: 2 } })
    expect(await client.ask({ type: 'reset', agent: 'second', group: { id: 'g' } })).toMatchObject({ member: 1 })
  })

  it("all run as long as the first, in OpenEnv's protocol", async () => {
    const server = await served([echo])
    const clients = [await connected(server), await connected(server), await connected(server)]
    const [first, second, third] = clients
    expect((await first?.reset({ group_id: 'g', group_size: 3, max_steps: 2 }))?.data.max_steps).toBe(2)
    expect((await second?.reset({ group_id: 'g', max_steps: 8 }))?.data.gym_code).toBe('GROUP_INVALID')
    expect((await second?.reset({ group_id: 'g' }))?.data.max_steps).toBe(2)
    expect((await third?.reset({ group_id: 'g', max_steps: 2 }))?.data.max_steps).toBe(2)
    for (const client of clients) {
      await client.step('a')
      expect((await client.step('a')).data).toMatchObject({ done: true, truncated: true })
    }
  })
})
