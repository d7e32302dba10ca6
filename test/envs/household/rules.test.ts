import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { houseOf } from '../../../envs/household/house.ts'
import { admissibleCommands, isAdmissible } from '../../../envs/household/rules/admissible.ts'
import { readCommand } from '../../../envs/household/rules/commands.ts'
import { goalConditions } from '../../../envs/household/rules/goal.ts'
import { PROFILES, takeCommand } from '../../../envs/household/rules/take-command.ts'
import { startWorld, type World } from '../../../envs/household/state.ts'
import { share } from '../../support/long.ts'
import { begin, kitchen, play } from './houses.ts'

const GOAL = { family: 'pick_heat_then_place_in_recep', object: 'Egg', receptacle: 'SideTable', lamp: null } as const
const house = kitchen(GOAL, { 'fridge 1': ['Egg', 'Egg'], 'countertop 1': ['Knife', 'Bread'], 'sidetable 1': ['Mug'] })
const DEFAULT = { ...PROFILES.default, wording: 'current' } as const
const REFERENCE = { ...PROFILES.reference, wording: 'current' } as const

/** Answers to commands from the start. */
function answers(commands: readonly string[], rules: Parameters<typeof takeCommand>[3] = REFERENCE): string[] {
  let world = startWorld(house)
  return commands.map((command) => {
    const taken = takeCommand(house, world, command, rules)
    world = taken.world
    return taken.answer
  })
}

function worldAfter(commands: readonly string[]): World {
  return commands.reduce((world, command) => takeCommand(house, world, command, REFERENCE).world, startWorld(house))
}

describe('the rules of a house', () => {
  it('answer in the words of ALFWorld', () => {
    expect(
      answers([
        'go to fridge 1',
        'open fridge 1',
        'take egg 1 from fridge 1',
        'inventory',
        'go to microwave 1',
        'heat egg 1 with microwave 1',
        'examine egg 1',
        'go to sidetable 1',
        'move egg 1 to sidetable 1',
      ]),
    ).toEqual([
      'You arrive at fridge 1. The fridge 1 is closed.',
      'You open the fridge 1. The fridge 1 is open. In it, you see a egg 2, and a egg 1.',
      'You pick up the egg 1 from the fridge 1.',
      'You are carrying: a egg 1.',
      'You arrive at microwave 1. The microwave 1 is closed.',
      'You heat the egg 1 using the microwave 1.',
      'This is a hot egg 1.',
      'You arrive at sidetable 1. On the sidetable 1, you see a mug 1.',
      'You move the egg 1 to the sidetable 1.',
    ])
  })

  it('have the older wording as an option, which has no help', () => {
    const rules = { ...REFERENCE, wording: 'before-2025' } as const
    const commands = ['go to countertop 1', 'take bread 1 from countertop 1', 'put bread 1 in/on countertop 1', 'help']
    expect(answers(commands, rules)).toEqual([
      'You arrive at loc 2. On the countertop 1, you see a bread 1, and a knife 1.',
      'You pick up the bread 1 from the countertop 1.',
      'You put the bread 1 in/on the countertop 1.',
      'Nothing happens.',
    ])
    expect(answers(['go to countertop 1', 'take bread 1 from countertop 1', 'put bread 1 in/on countertop 1'])[2]).toBe(
      'Nothing happens.',
    )
    expect(admissibleCommands(house, startWorld(house), 'before-2025')).not.toContain('help')
  })

  it.each([
    'take egg 1 from fridge 1',
    'Go to fridge 1',
    'go to  fridge 1',
    'go to fridge 1.',
    'go to fridge 7',
    'open fridge 1',
    'examine egg 1',
    'slice bread 1 with knife 1',
    'move mug 1 to sidetable 1',
    'heat mug 1 with fridge 1',
    'use mug 1',
    'dance',
    '',
  ])('refuse at the start, and change nothing: %j', (command) => {
    const world = startWorld(house)
    const taken = takeCommand(house, world, command, REFERENCE)
    expect(taken).toMatchObject({ answer: 'Nothing happens.', isAdmissible: false, isWon: false })
    expect(taken.world).toBe(world)
  })

  it('say by default what was meant, or that there is no such command', () => {
    expect(answers(['Go to  Fridge 1.', 'take egg 1 from fridge 1'], DEFAULT)).toEqual([
      'Nothing happens. Say it exactly as: go to fridge 1',
      'Nothing happens. No such command can be given here.',
    ])
  })

  it('let `look` see by default what can be seen, and in the reference what was taken from here', () => {
    const commands = ['look', 'go to countertop 1', 'look']
    expect(answers(commands)[0]).toBe('You are in the middle of a room. Looking quickly around you, you see nothing.')
    expect(answers(commands)[2]).toBe('You are facing the countertop 1. Next to it, you see nothing.')
    expect(answers(commands, DEFAULT)[0]).toContain('you see a cabinet 2, a cabinet 1, a countertop 1,')
    expect(answers(commands, DEFAULT)[2]).toBe(
      'You are facing the countertop 1. On the countertop 1, you see a bread 1, and a knife 1.',
    )
  })

  it('reach both receptacles of one place, and no way leads between them', () => {
    const commands = admissibleCommands(house, worldAfter(['go to cabinet 1']), 'current')
    expect(commands).toEqual(expect.arrayContaining(['open cabinet 1', 'open cabinet 2']))
    expect(commands).not.toContain('go to cabinet 2')
  })

  it('count conditions as ALFRED does', () => {
    const fetched = ['go to fridge 1', 'open fridge 1', 'take egg 1 from fridge 1']
    const heated = [...fetched, 'go to microwave 1', 'heat egg 1 with microwave 1']
    const placed = [...heated, 'go to sidetable 1', 'move egg 1 to sidetable 1']
    const cold = [...fetched, 'go to sidetable 1', 'move egg 1 to sidetable 1']
    expect([fetched, heated, cold, placed].map((commands) => goalConditions(house, worldAfter(commands)).met)).toEqual([
      0, 1, 1, 3,
    ])
  })

  it('want one thing that is both in place and hot', () => {
    const commands = [
      ...[
        'go to fridge 1',
        'open fridge 1',
        'take egg 1 from fridge 1',
        'go to sidetable 1',
        'move egg 1 to sidetable 1',
      ],
      ...['go to fridge 1', 'take egg 2 from fridge 1', 'go to microwave 1', 'heat egg 2 with microwave 1'],
    ]
    expect(goalConditions(house, worldAfter(commands))).toEqual({ met: 2, total: 3 })
  })

  it('list exactly the commands that do something, in code-point order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), (draws) => {
        let world = startWorld(house)
        for (const draw of draws) {
          const commands = admissibleCommands(house, world, 'current')
          expect(commands).toEqual([...new Set(commands)].sort())
          const done = commands.filter((command) => takeCommand(house, world, command, REFERENCE).isAdmissible)
          expect(done).toEqual(commands)
          const accepted = ALL.filter((command) => {
            const read = readCommand(house, command, 'current')
            return read !== null && isAdmissible(house, world, read)
          })
          expect(accepted.every((command) => commands.includes(command))).toBe(true)
          expect(accepted.length).toBe(commands.length - 3)
          world = takeCommand(house, world, commands[draw % commands.length] ?? '', REFERENCE).world
        }
      }),
      { numRuns: share(6, 100) },
    )
  })
})

/** Everything that can be said in the house. */
const ALL: readonly string[] = (() => {
  const { receptacles, things } = houseOf(house)
  const names = receptacles.map(({ name }) => name)
  return [
    ...names.flatMap((name) => [`go to ${name}`, `open ${name}`, `close ${name}`, `examine ${name}`]),
    ...things.flatMap(({ name }) => [`examine ${name}`, `use ${name}`, `slice ${name} with knife 1`]),
    ...things.flatMap((thing) =>
      names.flatMap((name) => [
        `take ${thing.name} from ${name}`,
        `move ${thing.name} to ${name}`,
        ...['heat', 'cool', 'clean'].map((verb) => `${verb} ${thing.name} with ${name}`),
      ]),
    ),
  ]
})()

describe('an episode', () => {
  it('is solved by the commands of its ground truth, and pays 1 at the end', async () => {
    const episode = await begin()
    const truth = episode.world.environment.groundTruth?.(episode.task, { resources: episode.world.resources })
    const { commands } = truth as { commands: string[] }
    const steps = play(episode, commands)
    expect(steps.map(({ reward }) => reward)).toEqual(commands.map((_, at) => Number(at === commands.length - 1)))
    expect(steps.at(-1)).toMatchObject({ terminated: true, isActionValid: true })
    expect(episode.grades()).toEqual({ progress: 1, success: 1 })
  })

  it('counts a command that does nothing as invalid, in the reference as valid', async () => {
    expect(play(await begin(), ['dance'])[0]).toMatchObject({ isActionValid: false, reward: 0 })
    expect(play(await begin({ profile: 'reference' }), ['dance'])[0]).toMatchObject({ isActionValid: true, reward: 0 })
  })

  it('shows by default where the agent is, what it carries and its task; the reference the answer alone', async () => {
    const episode = await begin()
    play(episode, ['dance'])
    expect(episode.text()).toMatch(
      /^Nothing happens\. .*\n\nYou are in the middle of a room\. You are not carrying anything\.\nYour task is to: .*\.$/,
    )
    const reference = await begin({ profile: 'reference' })
    play(reference, ['dance'])
    expect(reference.text()).toBe('Nothing happens.')
  })

  it('refuses an action that is not text, and says so', async () => {
    const episode = await begin()
    const { isActionValid } = await episode.step(7)
    expect(isActionValid).toBe(false)
    expect(episode.text()).toContain('a string')
  })

  it('is truncated at the limit of steps', async () => {
    const episode = await begin({ steps: 12 })
    play(
      episode,
      Array.from({ length: 12 }, () => 'look'),
    )
    expect(episode.ending).toBe('truncated')
  })

  it.each([
    [{ profile: 'bare' }, /option profile of household is one of default, reference/],
    [{ family: 'pick' }, /option family of household is one of all, pick_and_place_simple/],
    [{ level: 1.5 }, /option level of household is one of 1, 2, 3/],
    [{ steps: 1 }, /can be solved within 1 steps/],
  ])('is not to be had with %j', async (options, message) => {
    await expect(begin(options)).rejects.toThrow(message)
  })
})

describe("verl-agent's protocol", () => {
  const output = (command: string): string => `<think>so</think><action>${command}</action>`

  it('takes whole outputs, and pays 10', async () => {
    const episode = await begin({ protocol: 'verl-agent', profile: 'reference', reward: 'verl-agent' })
    const truth = episode.world.environment.groundTruth?.(episode.task, { resources: episode.world.resources })
    const { commands } = truth as { commands: string[] }
    const steps = play(episode, commands.map(output))
    expect(steps.at(-1)).toMatchObject({ reward: 10, terminated: true })
  })

  it('shows prompts, with the last turns as they were', async () => {
    const episode = await begin({ protocol: 'verl-agent', profile: 'reference' })
    expect(episode.text()).toContain('Your current observation is: -= Welcome to TextWorld, ALFRED! =-')
    play(episode, ['look', 'inventory', 'look'].map(output))
    expect(episode.text()).toContain('you have already taken 3 step(s). Below are the most recent 2 observations')
    expect(episode.text()).toContain("Action 2: 'inventory']\n[Observation 3: 'You are not carrying anything.'")
    expect(episode.anchors().observation).toMatch(/^You are in the middle of a room\..*nothing\.$/)
  })

  it('executes also what is not valid: without thoughts, or without tags the end of the text', async () => {
    const episode = await begin({ protocol: 'verl-agent', profile: 'reference' })
    const steps = play(episode, ['<action>inventory</action>', `${' '.repeat(30)}look`, output('dance')])
    expect(steps.map(({ isActionValid }) => isActionValid)).toEqual([false, false, true])
    expect(episode.anchors().observation).toBe('Nothing happens.')
  })

  it('never loses the task by default, even without history', async () => {
    const episode = await begin({ protocol: 'verl-agent', historyLength: 0 })
    play(episode, ['look', 'inventory'].map(output))
    expect(episode.text()).toMatch(/Your task is to: /)
    const reference = await begin({ protocol: 'verl-agent', historyLength: 0, profile: 'reference' })
    play(reference, ['inventory'].map(output))
    expect(reference.text()).not.toMatch(/Your task is to: /)
  })
})
