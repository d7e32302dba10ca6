import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { typed } from '../../../../bin/commands/play/dialogue.ts'
import { readRun } from '../../../../records/index.ts'
import { type Given, run, runJson, spawned } from '../../../support/command.ts'
import { newFolder } from '../../../support/folder.ts'

const play = (lines: NonNullable<Given['lines']>, args: readonly string[] = ['guess-number'], given: Given = {}) =>
  run(['play', ...args], { lines, ...given })

/** The number that `guess-number` hides, found by halving. */
async function* halving(output: () => string): AsyncGenerator<string> {
  let [low, high] = [1, 100]
  while (true) {
    const middle = Math.floor((low + high) / 2)
    yield `${middle}`
    if (output().includes(`${middle} is correct`)) return
    if (output().includes(`${middle}: higher`)) low = middle + 1
    else high = middle - 1
  }
}

describe('stepgym play', () => {
  it('shows the observation, numbered actions and every reward, step by step', async () => {
    const { code, out } = await play(['50', ':quit'], ['guess-number', '--hook', 'step-cost'])
    expect(code).toBe(0)
    expect(out).toMatch(/^guess-number@1, task default of train: 8 steps at most$/m)
    expect(out).toMatch(/step 0\nguess a number from 1 to 100\n +1 1 /)
    expect(out).toContain('and 76 more: :actions lists all of them')
    expect(out).toMatch(/> 50\nrewards {2}env 0\.000 {2}step-cost -0\.010\n\nstep 1\n50: (higher|lower)/)
    expect(out).toMatch(/aborted: the player quit, after 1 step\ntotals {3}env 0\.000 {2}step-cost -0\.010/)
  })

  it('plays to the end, and reports the result', async () => {
    const folder = newFolder()
    const args = ['guess-number', '--hook', 'success', '--out', 'won']
    const { code, out } = await play(halving, args, { folder })
    expect(code).toBe(0)
    expect(out).toMatch(/terminated, after \d steps\ntotals {3}env 1\.000 {2}success 1\.000/)
    const [recorded] = [...readRun(join(folder, 'won')).trajectories()]
    expect(recorded).toMatchObject({
      isFinished: true,
      start: { agent: 'human' },
      trajectory: { ending: 'terminated' },
    })
    expect(await runJson(['replay', 'won'], { folder })).toMatchObject({ code: 0, json: { divergences: 0 } })
    expect((await run(['show', 'won'], { folder })).out).toMatch(/^won: guess-number@1, human, seed 0/)
  })

  it('starts where the group of that number starts in a rollout with the same seed', async () => {
    const folder = newFolder()
    const grid = ['--set', 'world=sokoban', '--seed', '9']
    await run(['rollout', '--env', 'grid', ...grid, '--agent', 'random', '--groups', '3', '--out', 'run'], { folder })
    const group = [...readRun(join(folder, 'run')).trajectories()].find(({ start }) => start.groupId === '2')
    const { out } = await play([':quit'], ['grid', ...grid, '--task', '2'], { folder })
    expect(out).toContain(group?.start.observation)
  })

  it('takes an end of the input for leaving, and records nothing unless it is asked to', async () => {
    const folder = newFolder()
    const { code, out } = await play(['50'], ['guess-number'], { folder })
    expect(code).toBe(0)
    expect(out).toContain('aborted: the player quit, after 1 step')
    expect(existsSync(join(folder, 'runs'))).toBe(false)
  })

  it('takes steps back, also one that ended the episode', async () => {
    const { out } = await play(['1', ':undo', ':undo', '2', ':quit'], ['guess-number', '--max-steps', '1'])
    expect(out).toMatch(/truncated: maxSteps, after 1 step\ntotals {3}env 0\.000\n:undo takes the last step back/)
    expect(out).toMatch(/> :undo\n\nstep 0\n/)
    expect(out).toContain('nothing was done yet that could be taken back')
    expect(out).toMatch(/> 2\nrewards/)
  })

  it('says what was wrong with an action, and with a command', async () => {
    const { out } = await play(['abc', ':fly', ':udno', '', ':help', ':actions'])
    expect(out).toContain('invalid: guess a whole number from 1 to 100, not abc')
    expect(out).toContain('there is no command :fly')
    expect(out).toContain('there is no command :udno: did you mean :undo?')
    expect(out).toMatch(/ 99 99 +100 100\n/)
    expect(out).toContain('aborted: the player quit, after 1 step')
  })

  it('closes the record if it is interrupted', async () => {
    const folder = newFolder()
    const controller = new AbortController()
    async function* lines() {
      yield '50'
      controller.abort()
    }
    const { code } = await play(lines(), ['guess-number', '--out', 'cut'], { folder, signal: controller.signal })
    expect(code).toBe(130)
    const [recorded] = [...readRun(join(folder, 'cut')).trajectories()]
    expect(recorded).toMatchObject({ isFinished: true, trajectory: { ending: 'aborted' } })
    expect(recorded?.trajectory.steps).toHaveLength(1)
  })

  it.each([
    [['nowhere'], 1, 'ENV_UNKNOWN'],
    [['guess-number', '--task', '7'], 1, 'TASK_UNKNOWN'],
    [['guess-number', '--out', '.'], 1, 'RECORD_FOREIGN'],
    [['guess-number', '--task', 'first'], 2, 'Give a whole number from 0 to 2147483647.'],
    [[], 2, "missing required argument 'env'"],
  ])('refuses %j', async (args, exit, message) => {
    const folder = newFolder()
    await run(['new', 'hook', 'in-the-way'], { folder })
    const { code, err } = await play([], args, { folder })
    expect(code).toBe(exit)
    expect(err).toContain(message)
  })

  it('reads a pipe in a separate process', async () => {
    const { code, out } = await spawned(['play', 'guess-number'], newFolder(), undefined, '50\n:quit\n')
    expect(code).toBe(0)
    expect(out).toContain('aborted: the player quit, after 1 step')
  })
})

describe('a line that is typed', () => {
  const listed = ['north', '3', { go: 'west', far: true }]

  it.each([
    ['north', 'north'],
    [' 1 ', 'north'],
    ['2', '3'],
    ['3', '3'],
    ['{"far":true,"go":"west"}', { go: 'west', far: true }],
    ['4', '4'],
    ['0', '0'],
    ['::quit', ':quit'],
    ['{"go":"east"}', { go: 'east' }],
    ['[1, 2]', [1, 2]],
    ['{ not JSON', '{ not JSON'],
    ['buy now', 'buy now'],
  ])('%j is an action if it is not a command', (line, action) => {
    expect(typed(line, listed)).toEqual({ kind: 'action', action })
  })

  it.each([
    [':quit', { kind: 'quit' }],
    [':undo ', { kind: 'undo' }],
    [':', { kind: 'unknown', name: '' }],
    ['  ', { kind: 'nothing' }],
  ])('%j is not a command', (line, wish) => {
    expect(typed(line, null)).toEqual(wish)
  })
})
