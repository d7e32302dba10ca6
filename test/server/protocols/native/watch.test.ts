import { describe, expect, it } from 'vitest'
import { defineEnvironment, type Environment } from '../../../../core/episode/environment.ts'
import { dice } from '../../../support/core-worlds.ts'
import { served } from '../../../support/server/client.ts'
import { NativeClient, until } from '../../../support/server/native-client.ts'
import { canaryHooks, late, snapshotStore, TOKENS } from '../../../support/server/native-worlds.ts'
import { echo } from '../../../support/server/worlds.ts'

const tokens = Object.entries(TOKENS).map(([role, token]) => ({ role: role as keyof typeof TOKENS, token }))

async function watched(path: string, settings: Parameters<typeof served>[1], more: readonly Environment[] = []) {
  const server = await served([echo, dice, snapshotStore, ...more], { tokens, ...settings })
  const url = `${server.url}/${path}/ws`
  const agent = new NativeClient(url, TOKENS.agent)
  const observer = new NativeClient(url, TOKENS.observer)
  return { server, url, agent, observer }
}

describe('a session that observes', () => {
  it('is shown the steps of others, in order, with their rewards', async () => {
    const { agent, observer } = await watched('dice', {})
    expect(await observer.ask({ type: 'subscribe', events: ['step.taken'] })).toMatchObject({ events: ['step.taken'] })
    const episodes = await Promise.all([1, 2].map((seed) => agent.ask({ type: 'reset', task: 'a', seed })))
    const replies = []
    for (const action of ['1', 'nonsense', '2'])
      for (const { episode } of episodes) replies.push(await agent.ask({ type: 'step', episode, action }))
    await until(() => observer.events('step.taken').length === 6)
    const shown = observer.events('step.taken')
    expect(shown.map(({ episode, index, observation, reward }) => [episode, index, observation, reward])).toEqual(
      replies.map(({ episode, index, observation, reward }) => [episode, index, observation, reward]),
    )
    expect(shown.map(({ action, isActionValid, missed, task }) => [action, isActionValid, missed, task])).toEqual(
      ['1', 'nonsense', '2'].flatMap((action) => [0, 1].map(() => [action, action !== 'nonsense', 0, 'a'])),
    )
    expect(shown[0]?.rewards).toMatchObject([{ name: 'env', value: 1 }])
  })

  it('receives nothing of other environments, nothing of its own steps, and nothing after it unsubscribed', async () => {
    const { server, agent, observer } = await watched('echo', {})
    const trainer = new NativeClient(`${server.url}/echo/ws`, TOKENS.trainer)
    const elsewhere = new NativeClient(`${server.url}/dice/ws`, TOKENS.agent)
    for (const each of [trainer, observer]) await each.ask({ type: 'subscribe', events: ['step.taken'] })
    expect(server.stream.observers.open).toBe(2)
    for (const each of [elsewhere, trainer, agent]) {
      const { episode } = await each.ask({ type: 'reset' })
      await each.ask({ type: 'step', episode, action: 'x' })
    }
    await until(() => observer.events('step.taken').length === 2 && trainer.events('step.taken').length === 1)
    await observer.ask({ type: 'subscribe', events: [] })
    await trainer.ask({ type: 'close' })
    await until(() => server.stream.observers.open === 0)
    const { episode } = await agent.ask({ type: 'reset' })
    await agent.ask({ type: 'step', episode, action: 'y' })
    await observer.ask({ type: 'tasks' })
    expect(observer.events('step.taken')).toHaveLength(2)
    expect(trainer.events('step.taken')).toHaveLength(1)
  })

  it('sees no secret, and agents must not observe', async () => {
    const { agent, observer } = await watched('vault', { hooks: canaryHooks })
    await observer.ask({ type: 'subscribe', events: ['step.taken', 'rewards', 'ended', 'group.closed'] })
    const { episode } = await agent.ask({ type: 'reset' })
    for (const action of ['look', 'break']) await agent.ask({ type: 'step', episode, action })
    await until(() => observer.events('step.taken').length === 2)
    expect(observer.events('step.taken')[1]).toMatchObject({ observation: 'you said break', terminated: true })
    expect(observer.texts.join()).not.toContain('zqcanaryqz')
    const fields = observer.events('step.taken').flatMap((event) => Object.keys(event))
    for (const hidden of ['state', 'anchors', 'effects', 'grades', 'evidence']) expect(fields).not.toContain(hidden)
    await expect(agent.ask({ type: 'subscribe', events: ['step.taken'] })).rejects.toThrow('FORBIDDEN')
  })

  const big = defineEnvironment({
    id: 'big@1',
    maxSteps: 10_000,
    action: (raw) => String(raw),
    reset: () => ({ said: '' }),
    step: (_, said) => ({ state: { said }, reward: 0, terminated: said === 'stop' }),
    observe: { text: ({ said }) => said.repeat(said === 'x' ? 100_000 : 20_000) },
    examples: ['x'],
  })

  it('loses the oldest steps if it reads slowly, counted, and neither replies nor other events', async () => {
    const limits = { queuedEvents: 20, bufferedBytes: 50_000 }
    const { agent, observer } = await watched('big', { limits, hooks: [late] }, [big])
    await observer.ask({ type: 'subscribe', events: ['step.taken', 'ended'] })
    observer.socket.pause()
    for (let turn = 0; turn < 120; turn++) {
      if (turn === 50) observer.send({ type: 'tasks' }, 'asked')
      const { episode } = await agent.ask({ type: 'reset' })
      await agent.ask({ type: 'step', episode, action: turn % 40 === 0 ? 'stop' : 'x' })
      if (turn % 40 !== 0) await agent.ask({ type: 'close', episode })
    }
    observer.socket.resume()
    const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)
    const count = (): number => {
      const shown = observer.events('step.taken')
      const [ended, lost] = [observer.events('ended'), observer.events('dropped')]
      return sum([shown.length, ended.length, ...shown.map(({ missed }) => missed), ...lost.map((each) => each.count)])
    }
    await until(() => count() === 240, count)
    expect(observer.events('step.taken').length).toBeLessThan(120)
    expect(await observer.replyTo('asked')).toMatchObject({ type: 'tasks' })
    const last = observer.events('step.taken').at(-1)
    expect(last).toMatchObject({ observation: 'x'.repeat(100_000) })
  })

  it('counts a step that no frame can hold, and those while it had no socket', async () => {
    const limits = { frameBytesOut: 30_000, queuedEvents: 3 }
    const { server, url, agent, observer } = await watched('big', { limits }, [big])
    const { session } = await observer.welcome()
    await observer.ask({ type: 'subscribe', events: ['step.taken'] })
    const { episode } = await agent.ask({ type: 'reset' })
    const step = async (action: string): Promise<void> => {
      agent.send({ type: 'step', episode, action }, action)
      await agent.replyTo(action)
    }
    await step('xx')
    await step('a')
    await until(() => observer.events('step.taken').length === 1)
    expect(observer.events('step.taken')[0]).toMatchObject({ index: 1, missed: 1 })
    const { lastSeq } = observer
    await observer.vanish()
    await until(() => server.connections === 1)
    for (const action of ['b', 'c', 'd', 'e', 'f']) await step(action)
    const second = new NativeClient(url, TOKENS.observer)
    await second.ask({ type: 'resume', session, lastSeq })
    const total = (): number => second.events('step.taken').reduce((sum, { missed }) => sum + missed + 1, 0)
    await until(() => total() === 5, total)
    expect(second.events('step.taken').at(-1)).toMatchObject({ index: 6 })
    expect(second.events('step.taken').length).toBeLessThan(5)
  })
})
