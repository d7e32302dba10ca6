import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import privileged from '../../../agents/privileged.ts'
import { Rng } from '../../../core/data/rng.ts'
import type { Group } from '../../../core/data/types.ts'
import { fork } from '../../../core/episode/fork.ts'
import { startEpisode } from '../../../core/episode/start.ts'
import { openWorld } from '../../../core/episode/world.ts'
import { hookSet } from '../../../core/reward/hook.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { createAgent } from '../../../core/rollout/agent-factory.ts'
import { rolloutGroup } from '../../../core/rollout/group.ts'
import airlineEnvironment, { airline } from '../../../envs/tools/airline/index.ts'
import { DEFAULT_OPTIONS, type ToolsOptions } from '../../../envs/tools/engine/domain.ts'
import { type Persona, reply, STOP, startUser } from '../../../envs/tools/engine/user.ts'
import retailEnvironment, { retail } from '../../../envs/tools/retail/index.ts'
import { readRun, replayRun } from '../../../records/index.ts'
import { createRun } from '../../../records/recorder.ts'
import { listen } from '../../../server/listen.ts'
import { fakeEndpoint, type Script } from '../../support/chat-endpoint.ts'
import { connected } from '../../support/server/client.ts'

const DOMAINS = { retail, airline }
const ENVIRONMENTS = { retail: retailEnvironment, airline: airlineEnvironment }
const folder = mkdtempSync(join(tmpdir(), 'stepgym-users-'))
afterAll(() => rmSync(folder, { recursive: true }))

const personasOf = (name: keyof typeof DOMAINS, options: Partial<ToolsOptions>) =>
  Object.values(DOMAINS[name].open({ ...DEFAULT_OPTIONS, tasks: 60, ...options }).splits)
    .flat()
    .map((task) => task.private)

const rng = new Rng({ word0: 1, word1: 2 }, 0)

/** The user's answers to messages, in order. */
function talk(persona: Persona, messages: readonly string[]): readonly string[] {
  let state = startUser()
  return messages.map((message) => {
    const answer = reply(persona, state, message, rng)
    state = answer.state
    return answer.text
  })
}

const PERSONA: Persona = {
  opening: 'I want to cancel an order.',
  facts: [
    { words: ['email'], says: 'It is a@b.c.', refusal: 'Why do you ask?' },
    { words: ['reason'], says: 'I no longer need it.' },
  ],
  secondThought: 'Wait: it was a mistake.',
  laterFacts: [
    { words: ['email'], says: 'It is a@b.c.' },
    { words: ['reason'], says: 'It was ordered by mistake.' },
  ],
  refuses: [{ words: ['password'], says: 'I will not tell you.' }],
  patience: 3,
}

describe('the scripted user', () => {
  it('reveals facts when it is asked for them, one of them only when asked twice', () => {
    expect(talk(PERSONA, ['What is the reason?', 'Your email?', 'Your email, please?'])).toEqual([
      'I no longer need it.',
      'Why do you ask?',
      'It is a@b.c.',
    ])
    const { state } = reply(PERSONA, startUser(), 'Your email and the reason?', rng)
    expect(state).toMatchObject({ revealed: [1], refused: [0] })
  })

  it('changes its mind at the first confirmation, and then says what holds now', () => {
    expect(talk(PERSONA, ['Do you confirm?', 'What is the reason?', 'Do you confirm?'])).toEqual([
      'Wait: it was a mistake.',
      'It was ordered by mistake.',
      'Yes, please go ahead.',
    ])
  })

  it('refuses what it never says, however often it is asked, and gives up on what it does not understand', () => {
    expect(talk(PERSONA, ['Your password?', 'I need your password.'])).toEqual(Array(2).fill('I will not tell you.'))
    expect(talk(PERSONA, ['Hm', 'Hm', 'Hm']).at(-1)).toContain(STOP)
  })
})

describe.each(['retail', 'airline'] as const)('generated users of %s', (name) => {
  it('do all three by default', () => {
    const personas = personasOf(name, {}).map(({ persona }) => persona)
    expect(personas.filter(({ secondThought }) => secondThought).length).toBeGreaterThan(3)
    expect(personas.filter(({ facts }) => facts.some(({ refusal }) => refusal)).length).toBeGreaterThan(1)
    for (const { refuses } of personas) expect(refuses?.length).toBeGreaterThan(0)
  })

  it('want what they say last: gold calls follow the change of mind', async () => {
    const changed = personasOf(name, { secondThoughts: 1 }).filter(({ persona }) => persona.secondThought)
    expect(changed.length).toBeGreaterThan(20)
    for (const { persona, actions } of changed) {
      const last = JSON.stringify(actions.at(-1)?.args)
      const [before, after] = [persona.facts, persona.laterFacts ?? []].map((facts) => facts.map(({ says }) => says))
      const news = after?.filter((says) => !before?.includes(says)) ?? []
      expect(news.length).toBeGreaterThan(0)
      for (const says of news) expect(persona.secondThought).toContain(says)
      expect(last).toBeTypeOf('string')
    }
  })

  it('do not know the number if branching says so, and then describe nothing else', () => {
    const [none, all] = [0, 1].map((branching) => personasOf(name, { branching, secondThoughts: 0 }))
    const isVague = ({ persona }: { readonly persona: Persona }) =>
      persona.facts.some(({ says }) => says.startsWith('I do not have the number.'))
    expect(none?.some(isVague)).toBe(false)
    expect((all ?? []).filter(isVague).length).toBeGreaterThan(30)
  })

  it('ask something if questions say so, whose answer must be said', async () => {
    const tasks = personasOf(name, { questions: 1, secondThoughts: 0 })
    for (const { persona, outputs } of tasks) {
      expect(outputs).toHaveLength(1)
      expect(persona.opening).toContain('what I paid for')
    }
    expect(personasOf(name, { questions: 0 }).some(({ outputs }) => outputs.length > 0)).toBe(false)
  })

  it('can be served by the solver under every knob', async () => {
    const set = {
      tasks: 40,
      requests: 2,
      branching: 1,
      questions: 1,
      reluctance: 1,
      distractors: 12,
      secondThoughts: 0.5,
    }
    const world = await openWorld(ENVIRONMENTS[name], set)
    const agent = await createAgent(privileged, { noise: 0 })
    const settings = { groupId: 'g', size: 1, agent, hooks: hookSet([]), runKey: 'k' }
    for (const index of [0, 1, 2, 3]) {
      const { trajectories } = await rolloutGroup(world, { task: world.tasks.at('train', index), seed: 1 }, settings)
      expect(trajectories[0]?.steps.at(-1)?.rewards[0]?.value).toBe(1)
    }
  })

  it('are of other people and tasks in every split', () => {
    const { splits } = DOMAINS[name].open({ ...DEFAULT_OPTIONS, tasks: 60, questions: 1 })
    const people = Object.values(splits).map(
      (tasks) => new Set(tasks.map((task) => JSON.stringify(task.private.actions[0]))),
    )
    for (const [at, own] of people.entries())
      for (const other of people.slice(at + 1)) expect([...own].filter((one) => other.has(one))).toEqual([])
  })
})

describe.each(Object.entries(ENVIRONMENTS))('16 groups of 8 of the solver of %s', (_, environment) => {
  it('have spread in at least 60 % of groups, and an anchor in common in at least 20 % of steps', async () => {
    const world = await openWorld(environment, {})
    const agent = await createAgent(privileged, {})
    const settings = { size: 8, agent, hooks: hookSet([]), runKey: 'k' }
    const shares = await Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        const task = world.tasks.at('train', index)
        return sharesOf(await rolloutGroup(world, { task, seed: index }, { ...settings, groupId: `g${index}` }))
      }),
    )
    const sum = (of: 'flat' | 'repeated' | 'rows') => shares.reduce((total, share) => total + share[of], 0)
    expect(sum('flat') / 16).toBeLessThanOrEqual(0.4)
    expect(sum('repeated') / sum('rows')).toBeGreaterThanOrEqual(0.2)
  })
})

/** Shares of a group: if its returns are equal throughout, and how many of its steps have an anchor that another has too. */
function sharesOf({ trajectories }: Group) {
  const outcomes = new Set(trajectories.map(({ steps }) => steps.at(-1)?.rewards[0]?.value))
  const anchors = trajectories.flatMap(({ steps }) => steps.map((step) => step.anchors.progress ?? ''))
  const repeated = anchors.filter((anchor) => anchors.indexOf(anchor) !== anchors.lastIndexOf(anchor))
  return { flat: Number(outcomes.size === 1), repeated: repeated.length, rows: anchors.length }
}

describe('distractors', () => {
  it('stand among the tools, answer, change nothing, and are not needed', async () => {
    const world = await openWorld(retailEnvironment, { tasks: 20, distractors: 12 })
    const task = world.tasks.at('train', 0)
    const episode = await startEpisode(world, { task, seed: 1 })
    expect((task.public as { tools: readonly unknown[] }).tools).toHaveLength(16 + 12)
    await episode.step({ name: 'get_weather', arguments: { city: 'Lima' } })
    expect(episode.text()).toBe('[get_weather]\nMild, with some clouds.')
    expect(episode.state).toMatchObject({ changes: {} })
    await expect(openWorld(retailEnvironment, { distractors: 13 })).rejects.toThrow('from 0 to 12')
  })
})

const CALM: Agent = { name: 'calm', act: ({ history }) => ({ action: { respond: `message ${history.length}` } }) }

async function played(script: Script, { user = {}, maxSteps = 5, size = 1 } = {}) {
  const endpoint = await fakeEndpoint(script)
  const set = { tasks: 20, user: { model: 'm', baseUrl: endpoint.baseUrl, retries: 0, ...user } }
  const world = await openWorld(retailEnvironment, set)
  const out = mkdtempSync(join(folder, 'run-'))
  const hooks = hookSet([])
  const log = createRun(out, { world, agent: CALM.name, hooks })
  const settings = { groupId: 'g', size, agent: CALM, hooks, runKey: log.manifest.runKey, log }
  const group = await rolloutGroup(world, { task: world.tasks.at('train', 0), seed: 1, maxSteps }, settings)
  log.close()
  return { ...group, endpoint, world, out }
}

describe('a user that a language model plays', () => {
  const script: Script = ({ number }) => ({ content: number < 3 ? `reply ${number}` : `Bye. ${STOP}` })

  it('opens the talk, answers what is said, and ends it with its stop token', async () => {
    const { trajectories, endpoint } = await played(script)
    const steps = trajectories[0]?.steps ?? []
    expect(steps.map(({ observation }) => observation)).toEqual([
      '[user]\nreply 0',
      '[user]\nreply 1',
      '[user]\nreply 2',
    ])
    expect(steps.at(-1)).toMatchObject({ nextObservation: `[user]\nBye. ${STOP}`, terminated: true })
    const last = endpoint.asked.at(-1)?.body
    expect(last?.messages.map(({ role }) => role)).toEqual([
      'system',
      ...Array(3).fill(['user', 'assistant']).flat(),
      'user',
    ])
    expect(last?.messages[0]?.content).toContain(STOP)
    expect(last?.messages[1]?.content).toBe('Hi! How can I help you today?')
    expect(last?.messages.at(-1)?.content).toBe('message 2')
    expect(last).toMatchObject({ model: 'm', temperature: 1, max_tokens: 512 })
  })

  it('is read from the record in replay, without its endpoint', async () => {
    const { endpoint, world, out } = await played(script, { size: 2 })
    const count = endpoint.asked.length
    await endpoint.close()
    const replayed = []
    for await (const each of replayRun(world, readRun(out))) replayed.push(each)
    expect(replayed.length).toBeGreaterThan(0)
    expect(replayed.filter((each) => 'divergence' in each && each.divergence)).toEqual([])
    expect(endpoint.asked).toHaveLength(count)
  })

  it('has a fork continue from what was said, asking only for what is new', async () => {
    const { world, endpoint } = await played(({ number }) => ({ content: `reply ${number}` }), { maxSteps: 1 })
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
    await episode.step('hello')
    const count = endpoint.asked.length
    const forked = await fork(episode)
    expect(forked.text()).toBe(episode.text())
    expect(endpoint.asked).toHaveLength(count)
    await forked.step('again')
    expect(endpoint.asked.at(-1)?.body.messages.at(-1)?.content).toBe('again')
  })

  it('that hangs or dies aborts the episode, and says nothing of its endpoint', async () => {
    const dying: Script = ({ number }) =>
      number === 0 ? { content: 'Hi' } : { status: 500, text: 'model m of http://x' }
    const hanging: Script = ({ number }) => (number === 0 ? { content: 'Hi' } : { text: '{}', delayMs: 60_000 })
    for (const [bad, user] of [
      [dying, {}],
      [hanging, { timeoutMs: 2000 }],
    ] as const) {
      const { aborted } = await played(bad, { user })
      expect(aborted[0]?.endingReason).toMatch(/^EFFECT_FAILED: step 0/)
      expect(JSON.stringify(aborted)).not.toContain('http://')
    }
  })

  it('that floods is cut, one that says nothing is silent, and neither ends the episode', async () => {
    const { trajectories } = await played(({ number }) => ({
      content: number === 1 ? 'x'.repeat(1e6) : number === 2 ? '' : 'ok',
    }))
    const [first, second] = trajectories[0]?.steps ?? []
    expect(first?.nextObservation.length).toBeLessThan(4100)
    expect(second?.nextObservation).toBe('[user]\n(The user says nothing.)')
  })

  it('is named in configuration: no client learns its address or model', async () => {
    const endpoint = await fakeEndpoint(() => ({ content: 'Hello' }))
    const options = { tasks: 20, user: { model: 'secret-model', baseUrl: endpoint.baseUrl } }
    const environments = [{ name: 'retail', load: async () => retailEnvironment, options }]
    const server = await listen({ environments, hooks: hookSet([]) })
    const client = await connected(server)
    await client.reset({ seed: 1 })
    await client.step('hello')
    expect(JSON.stringify(client.frames)).not.toContain('secret-model')
    expect(JSON.stringify(client.frames)).not.toContain(endpoint.baseUrl)
    expect(JSON.stringify(client.frames)).toContain('Hello')
    await server.close('done')
  })

  it('is refused with unknown fields or without a model', async () => {
    await expect(openWorld(retailEnvironment, { user: { modle: 'm' } })).rejects.toThrow('no field modle')
    await expect(openWorld(retailEnvironment, { user: { baseUrl: 'http://h' } })).rejects.toThrow('user.model=NAME')
    await expect(openWorld(retailEnvironment, { user: { model: 'm', apiKey: 'sk-1' } })).rejects.toThrow('env:NAME')
  })
})
