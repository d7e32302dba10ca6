import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connect, type RemoteGym } from '../../../agents/remote/gym.ts'
import type { RemoteVector, SlotTurn } from '../../../agents/remote/vector.ts'
import type { CategoricalEvidence } from '../../../core/data/types.ts'
import { AUTORESETS, type Autoreset } from '../../../core/protocol/index.ts'
import { laterSeed } from '../../../server/protocols/native/vector/slot.ts'
import { dice } from '../../support/core-worlds.ts'
import { NOTHING_OPEN, quiet, served } from '../../support/server/client.ts'
import { late, rank } from '../../support/server/native-worlds.ts'
import { echo, gated, sleepy } from '../../support/server/worlds.ts'
import { proxyTo } from './proxy.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const SEEDS = [3, 4, 5, 6]
const QUICK = { attempts: 50, baseMs: 1, maxMs: 5 }

/** What a slot shows after a turn. */
const shown = (vector: RemoteVector, { slot, error, step, started }: SlotTurn) => ({
  error: error?.code ?? null,
  step: step && [step.index, step.observation, step.reward, step.ending],
  started: started && [started.seed, started.observation],
  now: vector.episodes[slot]?.observation,
})

/** The same by episodes one after the other, with Gymnasium's rules in a plain loop. */
async function plainly(gym: RemoteGym, seed: number, actions: readonly string[], autoreset: Autoreset) {
  let count = 0
  const begin = () => gym.reset({ seed: count++ === 0 ? seed : laterSeed(seed, count - 1) })
  let episode = await begin()
  const seen: unknown[] = []
  for (const action of actions) {
    const hadEnded = episode.ending !== null
    let error: string | null = null
    let step: unknown = null
    let started: unknown = null
    if (hadEnded && autoreset === 'disabled') error = 'EPISODE_ENDED'
    if (!hadEnded) {
      const { index, observation, reward, ending } = await episode.step(action)
      step = [index, observation, reward, ending]
    }
    const begins = hadEnded ? autoreset !== 'disabled' : episode.ending !== null && autoreset === 'same-step'
    if (begins) {
      episode = await begin()
      started = [episode.seed, episode.observation]
    }
    seen.push({ error, step, started, now: episode.observation })
  }
  return seen
}

describe('a vector of the native client', () => {
  it.each(AUTORESETS)('steps slots as episodes one by one go, with autoreset %s', async (autoreset) => {
    const gym = await connect((await served([dice])).url)
    const vector = await gym.vector({ autoreset, slots: SEEDS.map((seed) => ({ seed })) })
    const actionOf = (slot: number, turn: number): string =>
      slot === 1 ? '30' : slot === 2 ? 'what' : `${turn + slot}`
    const seen: unknown[][] = SEEDS.map(() => [])
    for (let turn = 0; turn < 16; turn++)
      for (const each of await vector.step(SEEDS.map((_, slot) => actionOf(slot, turn))))
        seen[each.slot]?.push(shown(vector, each))
    for (const [slot, seed] of SEEDS.entries()) {
      const actions = Array.from({ length: 16 }, (_, turn) => actionOf(slot, turn))
      expect(seen[slot]).toEqual(await plainly(gym, seed, actions, autoreset))
    }
    await gym.close()
  })

  it('opens a number of slots with different seeds, and steps the named ones', async () => {
    const gym = await connect((await served([echo])).url)
    const vector = await gym.vector({ slots: 4 })
    expect(vector.size).toBe(4)
    expect(new Set(vector.episodes.map((episode) => episode?.seed)).size).toBe(4)
    const turns = await vector.step(['three', 'one'], { slots: [3, 1] })
    expect(turns.map(({ slot, step }) => [slot, step?.observation])).toEqual([
      [3, 'three'],
      [1, 'one'],
    ])
    expect((await vector.step([], { slots: [] })).length).toBe(0)
    const all = await vector.step(['a', 'b', 'c', 'd'])
    expect(all.map(({ step }) => step?.index)).toEqual([0, 1, 0, 1])
    expect(vector.episodes.map((episode) => episode?.index)).toEqual([1, 2, 1, 2])
    await gym.close()
  })

  it('keeps what fails in one slot from the others, and says what', async () => {
    const gym = await connect((await served([echo])).url)
    const vector = await gym.vector({ slots: [{ task: 'one' }, { task: 'nowhere' }, { task: 'two' }] })
    expect(vector.errors).toEqual([null, code('TASK_UNKNOWN'), null])
    expect(vector.episodes.map((episode) => episode?.task.id ?? null)).toEqual(['one', null, 'two'])
    const turns = await vector.step(['a', 'b', 'throw'])
    expect(turns.map(({ error, step }) => [error?.code ?? null, step?.observation ?? null])).toEqual([
      [null, 'a'],
      ['EPISODE_ENDED', null],
      ['ENV_FAILED', null],
    ])
    await vector.reset({ slots: [1, 2], starts: [{ task: 'one', seed: 5 }, { task: 'two' }] })
    expect(vector.errors).toEqual([null, null, null])
    expect(vector.episodes.map((episode) => episode?.index)).toEqual([1, 0, 0])
    expect(vector.episodes[1]?.seed).toBe(5)
    await gym.close()
  })

  it('refuses lists that do not fit its slots, and continues', async () => {
    const gym = await connect((await served([echo])).url)
    await expect(gym.vector({ slots: 0 })).rejects.toThrow(code('FRAME_INVALID'))
    const vector = await gym.vector({ slots: 2 })
    for (const slots of [[2], [-1], [0.5], [0, 0]])
      await expect(vector.step(slots.map(String), { slots })).rejects.toThrow(code('FRAME_INVALID'))
    await expect(vector.step(['a'])).rejects.toThrow(code('FRAME_INVALID'))
    await expect(vector.step(['a', 'b'], { evidence: [null] })).rejects.toThrow(code('FRAME_INVALID'))
    await expect(vector.reset({ starts: [{}] })).rejects.toThrow(code('FRAME_INVALID'))
    expect((await vector.step(['a', 'b'])).map(({ step }) => step?.index)).toEqual([0, 0])
    await gym.close()
  })

  it('passes evidence on, slot by slot', async () => {
    const sampled: CategoricalEvidence = {
      ...{ kind: 'categorical', policyId: 'p', policyVersion: '1', temperature: 1, topP: 1 },
      ...{ actions: ['1', '2'], index: 0, logProb: 0, logProbs: [0, Number.NEGATIVE_INFINITY] },
    }
    const server = await served([dice])
    const seen: unknown[] = []
    server.host.listen({ stepTaken: ({ step }) => void seen.push(step.evidence ?? null) })
    const gym = await connect(server.url)
    const vector = await gym.vector({ slots: 2 })
    await vector.step(['1', '1'], { evidence: [null, sampled] })
    expect(seen).toEqual([null, sampled])
    const odd = await vector.step(['1', '1'], { evidence: [{ ...sampled, index: 7 }, null] })
    expect(odd.map(({ error }) => error)).toEqual([code('EVIDENCE_INVALID'), null])
    await gym.close()
  })

  it('sends each slot as it gets ready if that is asked for, and all of them at the end', async () => {
    const { environment, release } = gated()
    const gym = await connect((await served([environment])).url)
    const vector = await gym.vector({ slots: 3, delivery: 'ready' })
    const heard: number[] = []
    const stepping = vector.step(['a', 'b', 'c'], { onTurn: ({ slot }) => heard.push(slot) })
    for (const [action, slots] of [
      ['b', [1]],
      ['c', [1, 2]],
      ['a', [1, 2, 0]],
    ] as const)
      await expect
        .poll(() => {
          release(action)
          return [...heard]
        })
        .toEqual(slots)
    expect((await stepping).map(({ step }) => step?.observation)).toEqual(['a', 'b', 'c'])
    const failing = vector.step(['d'], {
      slots: [0],
      onTurn: () => {
        throw new Error('of its listener')
      },
    })
    const releasing = setInterval(() => release('d'), 2)
    await expect(failing).rejects.toThrow('of its listener')
    clearInterval(releasing)
    expect(vector.episodes[0]?.observation).toBe('d')
    await gym.close()
  })

  it('takes the actions of a slot in the order they are asked for, those of others meanwhile', async () => {
    const gym = await connect((await served([sleepy])).url)
    const vector = await gym.vector({ slots: 3 })
    const asked = [[0], [0, 1], [2], [1], [2, 0]].map((slots, at) =>
      vector.step(
        slots.map((slot) => `${at}${slot}`),
        { slots },
      ),
    )
    const turns = (await Promise.all(asked)).flat()
    expect(turns.map(({ slot, step }) => [slot, step?.index, step?.observation])).toEqual([
      [0, 0, '00'],
      [0, 1, '10'],
      [1, 0, '11'],
      [2, 0, '22'],
      [1, 1, '31'],
      [2, 1, '42'],
      [0, 2, '40'],
    ])
    await gym.close()
  })

  it('joins the frames of one reply', async () => {
    const gym = await connect((await served([echo], { limits: { vectorFrameCharacters: 3000 } })).url)
    const vector = await gym.vector({ slots: 20 })
    const actions = Array.from({ length: 20 }, (_, slot) => `${slot} `.repeat(slot === 7 ? 4000 : 200))
    const heard: number[] = []
    const turns = await vector.step(actions, { onTurn: ({ slot }) => heard.push(slot) })
    expect(turns.map(({ step }) => step?.observation)).toEqual(actions)
    expect(heard).toEqual([...actions.keys()])
    await gym.close()
  })

  it('plays groups, forks an episode of a slot, receives late rewards, and closes', async () => {
    const server = await served([dice], { hooks: [late, rank], limits: { episodeMs: 5000 } })
    const gym = await connect(server.url)
    const group = (id: string) => [0, 1].map((member) => ({ group: { id, size: 2 }, member }))
    const vector = await gym.vector({ slots: group('g') })
    const [first, second] = vector.episodes
    const forks = await first?.fork({ count: 2 })
    expect(forks?.map(({ observation }) => observation)).toEqual([first?.observation, first?.observation])
    const turns = await vector.step(['100', '101'])
    expect(turns.map(({ step }) => [step?.ending, step?.rewards?.[0]?.name])).toEqual([
      ['terminated', 'env'],
      ['terminated', 'env'],
    ])
    expect((await first?.groupClosed)?.members).toHaveLength(2)
    expect(second?.lateRewards).toMatchObject([
      { step: 0, reward: { name: 'late' } },
      { step: null, reward: { name: 'rank' } },
    ])
    await vector.reset({ starts: group('h') })
    await vector.close()
    expect(vector.episodes.map((episode) => [episode?.ending, episode?.group?.id])).toEqual([
      ['aborted', 'h'],
      ['aborted', 'h'],
    ])
    await expect(vector.step(['1', '2'])).rejects.toThrow(code('EPISODE_UNKNOWN'))
    await gym.close()
    await quiet(server)
    expect(server.host.counts).toEqual(NOTHING_OPEN)
  })

  it('receives ends between steps', async () => {
    const gym = await connect((await served([echo], { limits: { episodeMs: 80 } })).url)
    const vector = await gym.vector({ slots: 2, autoreset: 'next-step' })
    await expect.poll(() => vector.episodes.map((episode) => episode?.ending)).toEqual(['truncated', 'truncated'])
    const turns = await vector.step(['a', 'b'])
    expect(turns.map(({ started, step }) => [started?.ending, step])).toEqual([
      [null, null],
      [null, null],
    ])
    await gym.close()
  })
})

describe('a vector whose connection breaks', () => {
  it('continues in the middle of a step, each slot once', async () => {
    const { environment, release } = gated()
    const proxy = await proxyTo((await served([environment])).url)
    const gym = await connect(proxy.url, { retry: QUICK })
    const vector = await gym.vector({ slots: 3, delivery: 'ready' })
    const heard: number[] = []
    const stepping = vector.step(['a', 'b', 'c'], { onTurn: ({ slot }) => heard.push(slot) })
    const releasingOne = setInterval(() => release('b'), 2)
    await expect.poll(() => heard).toEqual([1])
    clearInterval(releasingOne)
    proxy.cut()
    await expect.poll(() => proxy.connections).toBe(2)
    const releasing = setInterval(() => ['a', 'c'].map(release), 2)
    expect((await stepping).map(({ step }) => [step?.index, step?.observation])).toEqual([
      [0, 'a'],
      [0, 'b'],
      [0, 'c'],
    ])
    clearInterval(releasing)
    expect(heard.toSorted()).toEqual([0, 1, 2])
    await gym.close()
  })

  it('loses no turn and takes none twice, cut at any byte of a frame', async () => {
    const server = await served([dice], { limits: { vectorFrameCharacters: 400 } })
    let connections = 0
    const cuts = fc.array(fc.integer({ min: 200, max: 6000 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const proxy = await proxyTo(server.url)
        const gym = await connect(proxy.url, { retry: QUICK })
        const left = [...places]
        const cutting = setInterval(() => {
          if (proxy.bytesLeft <= 0 || proxy.bytesLeft === Number.POSITIVE_INFINITY)
            proxy.bytesLeft = left.shift() ?? Number.POSITIVE_INFINITY
        }, 1)
        const plain = await connect(server.url)
        const request = { autoreset: 'same-step', slots: SEEDS.map((seed) => ({ seed })) } as const
        const [vector, whole] = [await gym.vector(request), await plain.vector(request)]
        for (let turn = 0; turn < 20; turn++) {
          const actions = SEEDS.map((_, slot) => `${turn * slot}`)
          const [cut, uncut] = [await vector.step(actions), await whole.step(actions)]
          expect(cut.map((each) => shown(vector, each))).toEqual(uncut.map((each) => shown(whole, each)))
        }
        clearInterval(cutting)
        connections += proxy.connections
        await Promise.all([gym.close(), plain.close()])
      }),
      { numRuns: 12, endOnFailure: true },
    )
    expect(connections).toBeGreaterThan(24)
  })
})
