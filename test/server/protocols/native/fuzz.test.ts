import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../../../core/data/errors.ts'
import { AUTORESETS, type ServerFrame } from '../../../../core/protocol/index.ts'
import { dice } from '../../../support/core-worlds.ts'
import { quiet, served } from '../../../support/server/client.ts'
import { NativeClient, until } from '../../../support/server/native-client.ts'
import { late } from '../../../support/server/native-worlds.ts'

/** One thing that a client does; numbers choose among what there is. */
type Deed =
  | { readonly kind: 'reset' | 'group' | 'drop' | 'ack' | 'tasks' }
  | {
      readonly kind: 'step' | 'fork' | 'snapshot' | 'restore' | 'close' | 'observe' | 'repeat' | 'again'
      readonly pick: number
    }
  /** Opens a vector, steps some slots, resets some, closes it. */
  | { readonly kind: 'open' | 'slots' | 'renewed' | 'free'; readonly pick: number }
  | { readonly kind: 'raw'; readonly text: string }

const pick = fc.nat(100)
const deeds: fc.Arbitrary<readonly Deed[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('reset', 'group', 'drop', 'ack', 'tasks') }) },
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'step',
          'step',
          'step',
          'fork',
          'snapshot',
          'restore',
          'close',
          'observe',
          'repeat',
          'again',
          'open',
          'slots',
          'slots',
          'slots',
          'renewed',
          'free',
        ),
        pick,
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('raw' as const), text: fc.oneof(fc.string(), fc.json()) }) },
  ),
  { maxLength: 40 },
) as fc.Arbitrary<readonly Deed[]>

/** What a client knows, and all that it has seen over all its sockets. */
class Player {
  readonly #url: string
  client: NativeClient
  session = ''
  readonly asked = new Map<string | number, string>()
  #sockets: NativeClient[] = []

  constructor(url: string) {
    this.#url = url
    this.client = this.#connect()
  }

  /** Sends a frame that has a reply, and returns at once. */
  ask(request: object): void {
    const id = this.client.send(request as never)
    this.asked.set(id, JSON.stringify({ ...request, id }))
  }

  /** Asks again what has no reply yet or has one that is not acknowledged: the server must not do it twice. */
  repeat(number: number): void {
    const text = [...this.asked.values()].at(-1 - (number % Math.max(1, this.asked.size)))
    if (text !== undefined) this.client.raw(text)
  }

  /** What was sent may not have arrived: it is sent again. */
  async resume(): Promise<void> {
    await this.client.vanish()
    const lastSeq = this.lastSeq
    this.client = this.#connect()
    await this.client.ask({ type: 'resume', session: this.session, lastSeq })
    for (const [id, text] of this.asked) if (this.repliesTo(id).length === 0) this.client.raw(text)
  }

  get lastSeq(): number {
    return Math.max(0, ...this.#sockets.map((each) => each.lastSeq))
  }

  get frames(): readonly ServerFrame[] {
    return this.#sockets.flatMap(({ frames }) => frames)
  }

  get episodes(): readonly string[] {
    const started = this.frames.flatMap((frame) => {
      if (frame.type === 'reset' || frame.type === 'restore') return [frame.episode]
      return frame.type === 'fork' || frame.type === 'group' ? frame.episodes.map(({ episode }) => episode) : []
    })
    return [...new Set(started)]
  }

  get snapshots(): readonly string[] {
    return this.frames.flatMap((frame) => (frame.type === 'snapshot' && frame.snapshot ? [frame.snapshot] : []))
  }

  get vectors(): readonly string[] {
    return [...new Set(this.frames.flatMap((frame) => (frame.type === 'vector.open' ? [frame.vector] : [])))]
  }

  /** A reply about many slots may come in several frames. */
  isAnswered(id: string | number): boolean {
    return this.repliesTo(id).some((frame) => !('isLast' in frame) || frame.isLast)
  }

  repliesTo(id: string | number): readonly ServerFrame[] {
    return this.frames.filter((frame) => 'id' in frame && frame.id === id)
  }

  #connect(): NativeClient {
    const client = new NativeClient(this.#url)
    this.#sockets.push(client)
    return client
  }
}

function act(player: Player, deed: Deed): Promise<void> | undefined {
  const number = 'pick' in deed ? deed.pick : 0
  const of = (names: readonly string[]): string => names[number % Math.max(1, names.length)] ?? 'nothing'
  const episode = of(player.episodes)
  switch (deed.kind) {
    case 'reset':
      return void player.ask({ type: 'reset', seed: 3 })
    case 'group':
      return void player.ask({ type: 'group', size: 2, deadlineMs: 1, replacements: 1 })
    case 'step':
      return void player.ask({ type: 'step', episode, action: number % 7 === 0 ? 'nonsense' : `${number}` })
    case 'again':
      return void player.ask({ type: 'step', episode, action: '1', index: number % 3 })
    case 'observe':
      return void player.ask({ type: 'observe', episode })
    case 'fork':
      return void player.ask({ type: 'fork', episode, count: 1 + (number % 3) })
    case 'snapshot':
      return void player.ask({ type: 'snapshot', episode })
    case 'restore':
      return void player.ask({ type: 'restore', snapshot: of(player.snapshots) })
    case 'close':
      return void player.ask({ type: 'close', episode })
    case 'open':
      return void player.ask({
        type: 'vector.open',
        autoreset: AUTORESETS[number % 3],
        delivery: number % 2 === 0 ? 'whole' : 'ready',
        slots: Array.from({ length: 1 + (number % 4) }, (_, seed) => (number % 11 === 0 ? { task: 'none' } : { seed })),
      })
    case 'slots':
      return void player.ask({
        type: 'vector.step',
        vector: of(player.vectors),
        slots: [number % 3, 1].slice(0, 1 + (number % 2)),
        actions: number % 2 === 0 ? ['1'] : [`${number}`, 'nonsense'],
        ...(number % 5 === 0 && { turns: number % 2 === 0 ? [number % 4] : [0, number % 3] }),
      })
    case 'renewed':
      return void player.ask({ type: 'vector.reset', vector: of(player.vectors), slots: [number % 3] })
    case 'free':
      return void player.ask({ type: 'vector.close', vector: of(player.vectors) })
    case 'tasks':
      return void player.ask({ type: 'tasks' })
    case 'repeat':
      return void player.repeat(number)
    case 'ack':
      return void player.client.raw(JSON.stringify({ type: 'ack', seq: player.lastSeq }))
    case 'raw':
      return void player.client.raw(deed.text)
    case 'drop':
      return player.resume()
  }
}

describe('a session with any client', () => {
  it('answers every request, numbers every frame, and leaves nothing behind', async () => {
    const limits = {
      maxInFlight: 4,
      storedReplies: 400,
      snapshots: 3,
      episodes: 40,
      vectors: 3,
      vectorFrameCharacters: 300,
    }
    const server = await served([dice], { hooks: [late], limits })
    await fc.assert(
      fc.asyncProperty(deeds, async (history) => {
        const player = new Player(`${server.url}/dice/ws`)
        player.session = (await player.client.welcome()).session
        await player.client.ask({ type: 'reset' })
        for (const deed of history) {
          await act(player, deed)
          if ('pick' in deed && deed.pick % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
        }
        await until(() => [...player.asked.keys()].every((id) => player.isAnswered(id)))
        for (const [id, text] of player.asked) {
          for (const reply of player.repliesTo(id)) {
            if (reply.type === 'error') expect(Object.keys(ERROR_CODES)).toContain(reply.code)
            else expect(reply.type).toBe(JSON.parse(text).type)
          }
        }
        // Whatever was sent twice says the same both times, and no number is missing.
        const bySeq = new Map<number, string>()
        for (const frame of player.frames) {
          if (!('seq' in frame)) continue
          expect(bySeq.get(frame.seq) ?? JSON.stringify(frame)).toBe(JSON.stringify(frame))
          bySeq.set(frame.seq, JSON.stringify(frame))
        }
        expect([...bySeq.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: bySeq.size }, (_, n) => n + 1))
        player.client.send({ type: 'close' })
        await quiet(server)
      }),
      { numRuns: 25, endOnFailure: true },
    )
  })
})
