import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { closeAfterTest } from '../../support/cleanup.ts'
import { type Given, run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { forgeManifest } from '../../support/sealed-lines.ts'

let folder: string

const GRID = ['--env', 'grid', '--set', 'world=corridor', '--set', 'size=1', '--max-steps', '8', '--seed', '3']
const SLIPPERY = ['--env', 'grid', '--set', 'world=slippery', '--set', 'size=3', '--seed', '4']

beforeEach(async () => {
  folder = newFolder()
  await run(['rollout', ...GRID, '--agent', 'random', '--groups', '2', '--group-size', '2', '--out', 'run'], { folder })
})

const inFolder = (args: readonly string[], given: Given = {}) => run(['eval', ...args], { folder, ...given })
const jsonOf = (...args: readonly string[]) => runJson(['eval', ...args], { folder })
const linesOf = (name: string): readonly { readonly [name: string]: unknown }[] =>
  readFileSync(join(folder, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('stepgym eval values', () => {
  it('keeps a line a step beside the run, and shows them', async () => {
    const { code, out } = await inFolder(['values', 'run', '--forks', '4'])
    expect(code).toBe(0)
    expect(out).toMatch(/grid@1: values of the agent random/)
    const [head, ...rows] = linesOf('run.values.jsonl')
    expect(head).toMatchObject({ settings: { agent: { reference: 'random' }, forks: 4, gamma: 1 } })
    expect(out).toContain(`${rows.length} of ${rows.length} steps: run.values.jsonl`)
    // Episodes are in the order in which they were recorded, which is that of the event loop.
    expect(rows[0]).toMatchObject({ index: 0, isCut: false, value: { count: 4 } })
    expect(rows.filter(({ index }) => index === 0).map(({ trajectoryId }) => trajectoryId)).toContain('0.0')
    expect(out).toMatch(/^no step was certainly better or worse than the policy of the agent$/m)
    expect(out).toMatch(new RegExp(`^surely harmful: 0, surely helpful: 0, undecided: ${rows.length} \\(`, 'm'))
  })

  it('prints the surest harmful steps first, then the helpful ones, and only counts the undecided', async () => {
    await run(['rollout', ...SLIPPERY, '--agent', 'random', '--groups', '4', '--out', 'ice'], { folder })
    const { json } = await jsonOf('values', 'ice', '--forks', '32')
    const { out } = await inFolder(['values', 'ice', '--forks', '32'])
    const rows = linesOf('ice.values.jsonl').slice(1)
    const highs = rows.map(({ advantage }) => (advantage as { high: number }).high)
    const lows = rows.map(({ advantage }) => (advantage as { low: number }).low)
    const [harmful, helpful] = [highs.filter((high) => high < 0).length, lows.filter((low) => low > 0).length]
    expect(json).toMatchObject({ harmful, helpful, undecided: rows.length - harmful - helpful, steps: rows.length })
    expect(harmful).toBeGreaterThan(4)
    const [, first = '', second = ''] =
      /harmful, the surest first.*\n([\s\S]*)\n\nhelpful, the surest first.*\n([\s\S]*)\n\nsurely/.exec(out) ?? []
    for (const table of [first, second]) expect(table).toMatch(/^trajectory +step +action +V +Q +A +A lies in$/m)
    const bounds = [...first.matchAll(/(-?\d\.\d\d)$/gm)].map(([, high]) => Number(high))
    expect(bounds.length).toBe(Math.min(12, harmful))
    expect(bounds).toEqual(bounds.toSorted((a, b) => a - b))
    expect(bounds[0]).toBeCloseTo(Math.min(...highs), 2)
    expect(out.split('\n').filter((line) => /^\d\.\d /.test(line)).length).toBeLessThanOrEqual(24)
  })

  it('prints every step of one trajectory in its order', async () => {
    const { json } = await jsonOf('values', 'run', '--forks', '4', '--trajectory', '1.0')
    const { out } = await inFolder(['values', 'run', '--forks', '4', '--trajectory', '1.0'])
    const steps = [...out.matchAll(/^1\.0 +(\d+) /gm)].map(([, index]) => Number(index))
    expect(steps).toEqual(Array.from({ length: json.steps }, (_, index) => index))
  })

  it('continues where a budget ended it, to the same result as without a break', async () => {
    const whole = await jsonOf('values', 'run', '--forks', '4', '--out', 'whole.jsonl')
    const cut = await jsonOf('values', 'run', '--forks', '4', '--budget', '60', '--out', 'parts.jsonl')
    expect(cut).toMatchObject({ code: 0, json: { isBudgetSpent: true, steps: whole.json.steps } })
    expect(cut.json.estimated).toBeLessThan(whole.json.estimated)
    const rest = await jsonOf('values', 'run', '--forks', '4', '--out', 'parts.jsonl')
    expect(rest.json).toMatchObject({ estimated: whole.json.estimated, cut: 0, isBudgetSpent: false })
    expect(rest.json.spent.forks).toBeLessThan(whole.json.spent.forks)
    const final = new Map(linesOf('parts.jsonl').map((row) => [`${row.trajectoryId} ${row.index}`, row]))
    expect([...final.values()].slice(1)).toEqual(linesOf('whole.jsonl').slice(1))
  })

  it('takes one trajectory, and the settings that are given', async () => {
    const args = ['--trajectory', '1.1', '--forks', '2', '--range', '-1,1', '--confidence', '0.8', '--gamma', '0.5']
    const { json } = await jsonOf('values', 'run', ...args, '--agent', 'scripted:actions=["wait"],repeat=true')
    expect(json).toMatchObject({
      agent: 'scripted',
      agentOptions: { actions: ['wait'], repeat: true },
      forks: 2,
      confidence: 0.8,
    })
    const [head, ...rows] = linesOf('run.values.jsonl')
    expect(head).toMatchObject({ settings: { gamma: 0.5, range: { low: -1, high: 1, isTwoValued: false } } })
    expect(new Set(rows.map(({ trajectoryId }) => trajectoryId))).toEqual(new Set(['1.1']))
  })

  it('shows how far it is on a terminal, and nothing but that', async () => {
    // A bar is drawn ten times a second.
    let now = 0
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => (now += 200))
    closeAfterTest(() => clock.mockRestore())
    const { err } = await inFolder(['values', 'run', '--forks', '8', '--trajectory', '0.0'], { isTTY: true })
    expect(err).toMatch(/\[#*-*\] \d+\/\d+ steps, \d+ play-outs/)
    expect((await inFolder(['values', 'run', '--forks', '2', '--out', 'x'])).err).toBe('')
  })

  it('keeps what was done when it is interrupted', async () => {
    const { code, out } = await inFolder(['values', 'run', '--forks', '4'], { signal: AbortSignal.abort() })
    expect(code).toBe(130)
    expect(out).toMatch(/interrupted/)
    expect(linesOf('run.values.jsonl')).toHaveLength(1)
  })

  it('refuses a file of other settings, and leaves it as it is', async () => {
    await inFolder(['values', 'run', '--forks', '2'])
    const before = readFileSync(join(folder, 'run.values.jsonl'), 'utf8')
    const { code, json } = await jsonOf('values', 'run', '--forks', '3')
    expect(code).toBe(1)
    expect(json.error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(/forks was 2/) })
    expect(readFileSync(join(folder, 'run.values.jsonl'), 'utf8')).toBe(before)
  })

  it.each([
    ['no budget', ['--budget', '0']],
    ['no forks', ['--forks', '0']],
    ['no numbers', ['--range', 'low,high']],
    ['a range upside down', ['--range', '1,0']],
    ['three numbers', ['--range', '0,1,2']],
  ])('is an error of usage with %s', async (_, flags) => {
    expect((await inFolder(['values', 'run', ...flags])).code).toBe(2)
    expect(existsSync(join(folder, 'run.values.jsonl'))).toBe(false)
  })

  it('values the agent under the options that the run was recorded with', async () => {
    const agent = 'scripted:actions=["right"]'
    await run(['rollout', ...GRID, '--agent', agent, '--groups', '1', '--group-size', '2', '--out', 'told'], { folder })
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'told', 'manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({ agent: 'scripted', agentOptions: { actions: ['right'] } })
    expect((await inFolder(['values', 'told', '--forks', '2'])).code).toBe(0)
    const [head] = linesOf('told.values.jsonl')
    expect(head).toMatchObject({ settings: { agent: { reference: 'scripted', options: { actions: ['right'] } } } })
    await run(['rescore', 'told', '--hook', 'success', '--out', 'again'], { folder })
    const rescored: unknown = JSON.parse(readFileSync(join(folder, 'again', 'manifest.json'), 'utf8'))
    expect(rescored).toMatchObject({ agentOptions: { actions: ['right'] } })
  })

  it.each([['expert'], ['privileged:noise=0.3']])('finds the solver of %s by the name in the record', async (agent) => {
    const tools = ['--env', 'tools/retail', '--groups', '1', '--group-size', '2']
    await run(['rollout', ...tools, '--agent', agent, '--out', 'solved'], { folder })
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'solved', 'manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({ agent: 'privileged' })
    const { code, json } = await jsonOf('values', 'solved', '--trajectory', '0.0', '--forks', '2')
    expect(code).toBe(0)
    expect(json).toMatchObject({ agent: agent === 'expert' ? 'privileged (noise 0.1)' : 'privileged (noise 0.3)' })
  })

  it('says what to pass if the agent of the run cannot be had', async () => {
    for (const agent of ['my-own-agent', 'scripted']) {
      forgeManifest<{ agent: string }>(join(folder, 'run'), (manifest) => {
        manifest.agent = agent
      })
      const { code, json } = await jsonOf('values', 'run')
      expect(code).toBe(1)
      expect(json.error.code).toBe('AGENT_UNKNOWN')
      expect(json.error.message).toMatch(new RegExp(`recorded with the agent ${agent}.*--agent NAME`))
    }
  })

  it('names a trajectory that is not there, and a world that is another', async () => {
    expect((await jsonOf('values', 'run', '--trajectory', 'x')).json.error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/no trajectory x/),
    })
    expect((await jsonOf('values', 'run', '--env', 'guess-number')).json.error.code).toMatch(
      /RECORD_FOREIGN|CONFIG_INVALID/,
    )
    expect((await jsonOf('values', 'nowhere')).json.error.code).toBe('RECORD_FOREIGN')
  })
})

describe('stepgym eval fatal', () => {
  it('searches the episodes that failed, and keeps what it found', async () => {
    const { code, json } = await jsonOf('fatal', 'run', '--threshold', '0.1', '--confidence', '0.8')
    expect(code).toBe(0)
    expect(json).toMatchObject({ threshold: 0.1, out: 'run.fatal.jsonl', forks: 256 })
    expect(json.trajectories).toHaveLength(4)
    const rows = linesOf('run.fatal.jsonl').slice(1)
    const searched = json.trajectories.filter(({ firstLost }: { firstLost?: number }) => firstLost !== undefined)
    expect(searched.length).toBeGreaterThan(0)
    expect(rows.map(({ judged: _, settings: __, sum: ___, ...row }) => row)).toEqual(searched)
    const again = await jsonOf('fatal', 'run', '--threshold', '0.1', '--confidence', '0.8')
    expect(again.json).toMatchObject({ spent: { forks: 0 }, trajectories: json.trajectories })
  })

  it('counts what was not found, a line for each reason', async () => {
    const { out } = await inFolder(['fatal', 'run', '--budget', '20'])
    expect(out).toMatch(/^no fatal step was found$/m)
    expect(out).toMatch(/^1 episode: stopped when the budget was used up$/m)
    expect(out).toMatch(/^3 episodes: not searched, because the budget was used up before$/m)
    expect(out).not.toContain('did not fail')
    expect(out).toMatch(/the budget was spent/)
  })

  it('shows how far the search came if one trajectory is asked for', async () => {
    const { out } = await inFolder(['fatal', 'run', '--budget', '20', '--trajectory', '0.0'])
    expect(out).toMatch(/^the step is one from .* to \d+$/m)
    expect(out).toMatch(/^states judged: \d+ (alive|lost|undecided) \(\d+ play-outs\)/m)
  })

  it('prints the steps that lost episodes, with their actions and what was lost', async () => {
    await run(['rollout', ...SLIPPERY, '--agent', 'random', '--groups', '4', '--out', 'ice'], { folder })
    const { out } = await inFolder(['fatal', 'ice'])
    expect(out).toMatch(/trajectory +fatal step +action +V before +lies in +V after +lies in\n/)
    expect(out).toMatch(/^\d\.\d +\d+ +(up|down|left|right) +0\.\d{3} +0\.\d\d to \d\.\d\d +/m)
    const { json } = await runJson(['show', 'ice'], { folder })
    const earned = json.episodes.map((each: { readonly totals: [{ readonly sum: number }] }) => each.totals[0].sum)
    const solved = earned.filter((sum: number) => sum > 0).length
    expect(solved).toBeGreaterThan(0)
    expect(out).toMatch(new RegExp(`^${solved} episodes?: did not fail$`, 'm'))
    const { trajectories } = (await jsonOf('fatal', 'ice')).json
    expect(trajectories.filter(({ why }: { readonly why?: string }) => why === 'not-failed')).toHaveLength(solved)
  })

  it('refuses a threshold that nothing can show', async () => {
    expect((await jsonOf('fatal', 'run', '--threshold', '0')).json.error.code).toBe('CONFIG_INVALID')
    expect((await inFolder(['fatal', 'run', '--threshold', 'low'])).code).toBe(2)
  })
})
