import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AUTORESETS, type VectorStepReply } from '../../../../../core/protocol/index.ts'
import { dice } from '../../../../support/core-worlds.ts'
import { NativeClient } from '../../../../support/server/native-client.ts'
import { recording } from '../../../../support/server/recording.ts'
import { echo } from '../../../../support/server/worlds.ts'

const SEEDS = [3, 4, 5]
const SLOTS = SEEDS.map((seed) => ({ seed }))

/** What a reply says beside the names of episodes and how long it took. */
const rowsOf = (reply: VectorStepReply): readonly unknown[] =>
  reply.slots.map((slot, at) => [
    slot,
    reply.error[at]?.code ?? null,
    reply.observation[at],
    reply.start[at]?.seed ?? null,
    ...[reply.index[at], reply.reward[at], reply.ending[at], reply.finalObservation[at]],
  ])

/** Some slots end soon, others late, each turn some of them. */
const actionOf = (slot: number, turn: number): string => (slot === 1 ? '30' : `${turn + slot}`)
const slotsAt = (turn: number): readonly number[] => [0, 1, 2].filter((slot) => (turn + slot) % 4 !== 0)

async function openedVector(autoreset: (typeof AUTORESETS)[number], slots: readonly object[] = SLOTS) {
  const before = await recording(dice)
  const client = new NativeClient(before.url)
  const { session } = await client.welcome()
  const { vector } = await client.ask({ type: 'vector.open', autoreset, slots })
  return { before, client, session, vector }
}

/** The same session over a server that was started on what a killed one left. */
async function resumed(wreck: string, session: string, lastSeq: number) {
  const after = await recording(dice, wreck)
  const client = new NativeClient(after.url)
  return { after, client, reply: await client.ask({ type: 'resume', session, lastSeq }) }
}

describe('a vector of a server that was killed', () => {
  it.each(AUTORESETS)(
    'continues where it was and answers its last turn again, with autoreset %s',
    async (autoreset) => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 14 }), async (cut) => {
          const { before, client, session, vector } = await openedVector(autoreset)
          const turns = SEEDS.map(() => 0)
          const askIn = async (asked: NativeClient, turn: number, counts: readonly number[]) => {
            const slots = slotsAt(turn)
            const actions = slots.map((slot) => actionOf(slot, turn))
            const request = { slots, actions, turns: slots.map((slot) => counts[slot] ?? 0) }
            return asked.ask({ type: 'vector.step', vector, ...request })
          }
          const count = ({ slots, error }: VectorStepReply): void => {
            for (const [at, slot] of slots.entries()) if (!error[at]) turns[slot] = (turns[slot] ?? 0) + 1
          }
          let asked: readonly number[] = []
          let last: VectorStepReply | null = null
          for (let turn = 0; turn < cut; turn++) {
            asked = [...turns]
            last = await askIn(client, turn, asked)
            count(last)
          }
          const wreck = before.wreck()
          const standing = [...turns]
          const { client: second, reply } = await resumed(wreck, session, client.lastSeq)
          expect(reply.vectors).toMatchObject([{ vector, autoreset, delivery: 'whole', turn: standing }])
          if (last) expect(rowsOf(await askIn(second, cut - 1, asked))).toEqual(rowsOf(last))
          for (let turn = cut; turn < cut + 6; turn++) {
            const counts = [...turns]
            const expected = await askIn(client, turn, counts)
            expect(rowsOf(await askIn(second, turn, counts))).toEqual(rowsOf(expected))
            count(expected)
          }
          await before.server.close()
        }),
        { numRuns: 4, endOnFailure: true },
      )
    },
  )

  it('resets a slot once, however often it is asked for the same turn', async () => {
    const { before, client, session, vector } = await openedVector('disabled')
    await client.ask({ type: 'vector.step', vector, actions: ['1', '1', '1'], turns: [0, 0, 0] })
    const request = { type: 'vector.reset', vector, slots: [2, 0], turns: [1, 1] } as const
    const first = await client.ask(request)
    const { client: second } = await resumed(before.wreck(), session, client.lastSeq)
    const again = await second.ask(request)
    expect({ ...again, id: 0, seq: 0 }).toEqual({ ...first, id: 0, seq: 0 })
    const [next, other] = [client, second].map((each) => each.ask({ type: 'vector.reset', vector, slots: [2] }))
    expect((await other)?.start[0]?.seed).toBe((await next)?.start[0]?.seed)
  })

  it('refuses a turn that is not next, or was something else', async () => {
    const { client, vector } = await openedVector('disabled')
    await client.ask({ type: 'vector.step', vector, actions: ['1', '2', '3'], turns: [0, 0, 0] })
    const step = await client.ask({ type: 'vector.step', vector, actions: ['1', '9', '3'], turns: [0, 0, 3] })
    expect(step.error.map((error) => error?.code ?? null)).toEqual([null, 'REQUEST_CONFLICT', 'REQUEST_CONFLICT'])
    expect(step.index).toEqual([0, null, null])
    const reset = await client.ask({ type: 'vector.reset', vector, turns: [0, 1, 5] })
    expect(reset.error.map((error) => error?.code ?? null)).toEqual(['REQUEST_CONFLICT', null, 'REQUEST_CONFLICT'])
    for (const turns of [
      [0, 0],
      [-1, 0, 0],
      ['0', 0, 0],
    ])
      await expect(
        client.ask({ type: 'vector.step', vector, actions: ['1', '1', '1'], turns: turns as number[] }),
      ).rejects.toThrow('FRAME_INVALID')
  })

  it('says what to do if a slot has nothing in the record', async () => {
    const { before, client, session, vector } = await openedVector('next-step', [{ seed: 1 }, { task: 'none' }])
    const { client: second, reply } = await resumed(before.wreck(), session, client.lastSeq)
    expect(reply.vectors).toMatchObject([{ episode: [expect.any(String), null], turn: [0, 0] }])
    const step = await second.ask({ type: 'vector.step', vector, actions: ['1', '1'] })
    expect(step.error).toMatchObject([null, { code: 'EPISODE_NEEDED', message: expect.stringContaining('reset it') }])
    const reset = await second.ask({ type: 'vector.reset', vector, slots: [1], starts: [{ seed: 9 }] })
    expect(reset).toMatchObject({ error: [null], start: [{ seed: 9 }] })
  })

  it('comes back if all its episodes had ended, and not where it was closed', async () => {
    const { before, client, session, vector } = await openedVector('disabled')
    const { vector: closed } = await client.ask({ type: 'vector.open', slots: [{}] })
    await client.ask({ type: 'vector.close', vector: closed })
    await client.ask({ type: 'vector.step', vector, actions: ['100', '100', '100'] })
    const all = await resumed(before.wreck(), session, client.lastSeq)
    expect(all.reply).toMatchObject({ episodes: [], vectors: [] })
    const { vector: newest } = await client.ask({ type: 'vector.open', slots: SLOTS })
    await client.ask({ type: 'vector.step', vector: newest, actions: ['100', '100', '100'] })
    const { client: second, reply } = await resumed(before.wreck(), session, client.lastSeq)
    expect(reply).toMatchObject({ episodes: [], vectors: [{ vector: newest, turn: [1, 1, 1] }] })
    const reset = await second.ask({ type: 'vector.reset', vector: newest })
    expect(reset.observation).toEqual((await client.ask({ type: 'vector.reset', vector: newest })).observation)
    await expect(second.ask({ type: 'vector.step', vector: closed, actions: ['1'] })).rejects.toThrow('EPISODE_UNKNOWN')
  })

  it('is listed to a client that resumes on a server that was not restarted, too', async () => {
    const { url } = await recording(echo)
    const client = new NativeClient(url)
    const { session } = await client.welcome()
    const { vector } = await client.ask({ type: 'vector.open', delivery: 'ready', slots: [{}, {}] })
    await client.ask({ type: 'vector.step', vector, slots: [1], actions: ['a'] })
    await client.vanish()
    const second = new NativeClient(url)
    const { vectors } = await second.ask({ type: 'resume', session, lastSeq: client.lastSeq })
    const episode = [expect.any(String), expect.any(String)]
    expect(vectors).toEqual([{ vector, autoreset: 'disabled', delivery: 'ready', episode, turn: [0, 1] }])
  })
})
