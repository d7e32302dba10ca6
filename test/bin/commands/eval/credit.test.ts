import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { estimatorScaffold } from '../../../../bin/commands/new/estimator.ts'
import { MEASURES } from '../../../../evaluation/creditbench/measures/catalog.ts'
import type { ConditionResult } from '../../../../evaluation/creditbench/run.ts'
import { run, runJson } from '../../../support/command.ts'
import { newFolder } from '../../../support/folder.ts'

interface World {
  readonly name: string
  readonly tasks: number
  readonly varies?: { readonly horizon: readonly number[] }
  readonly isStudied?: boolean
}

/** A folder with a short corridor as a world of the user's own. */
function folderWithWorld(world: World): string {
  const folder = newFolder()
  mkdirSync(join(folder, 'evaluation/worlds'), { recursive: true })
  const options = { world: 'corridor', size: 1, horizon: 10 }
  const whole = { summary: 'a short corridor', environment: 'grid', options, ...world }
  writeFileSync(join(folder, `evaluation/worlds/${world.name}.mjs`), `export default ${JSON.stringify(whole)}`)
  return folder
}

const CREDIT = new URL('../../../../rewards/credit/index.ts', import.meta.url).href

const ARGS = ['eval', 'credit', '--world', 'tiny', '--estimator', 'rloo,gigpo', '--rows', '100'] as const

describe('stepgym eval credit', () => {
  let folder: string
  let results: readonly ConditionResult[]

  beforeAll(async () => {
    folder = folderWithWorld({ name: 'tiny', tasks: 2, varies: { horizon: [10, 14] }, isStudied: true })
    const { code, json } = await runJson([...ARGS, '--out', 'report'], { folder })
    expect(code).toBe(0)
    results = json
  })

  it("measures the estimators that are named, in the user's own world, beside planted ones", () => {
    const [first] = results
    expect(first).toMatchObject({ study: 'worlds', world: 'tiny', groupSize: 8 })
    expect(first?.scores.map(({ label }) => label)).toEqual([
      'truth',
      'noisy-truth',
      'constant',
      'inverted-truth',
      'rloo',
      'gigpo',
      'gigpo (mean)',
    ])
    expect(first?.facts.value).toBeCloseTo(0.3, 3)
  })

  it("has rows for the user's own estimators, by name and by path, and says why one has no scores", async () => {
    const own = folderWithWorld({ name: 'one', tasks: 1 })
    mkdirSync(join(own, 'rewards/advantage'), { recursive: true })
    const text = estimatorScaffold('my-estimator').replaceAll("'stepgym/credit'", `'${CREDIT}'`)
    writeFileSync(join(own, 'rewards/advantage/my-estimator.mjs'), text)
    const needy = text.replaceAll('my-estimator', 'needy').replaceAll("'env'", "'format'")
    writeFileSync(join(own, 'needy.mjs'), needy)
    const args = ['eval', 'credit', '--world', 'one', '--rows', '100', '--estimator', 'my-estimator,./needy.mjs']
    const { code, out } = await run(args, { folder: own })
    expect(code).toBe(0)
    expect(out).toMatch(/^my-estimator +-?\d\.\d\d /m)
    expect(out).toMatch(/^needy: the batch has no signal format of steps: it has env, /m)
    expect(readFileSync(join(own, 'runs/creditbench/creditbench.md'), 'utf8')).toMatch(/^\| my-estimator \|/m)
  }, 20_000)

  it('varies group size, what the world says, and reward noise, one at a time', () => {
    const studies = results.map(({ study, value }) => `${study}: ${value}`)
    expect(studies).toEqual([
      'worlds: null',
      ...['4', '8', '16', '32'].map((size) => `group size: ${size}`),
      'horizon: 10',
      'horizon: 14',
      ...['none', 'flipped 10 %', 'flipped 30 %', 'random', 'inverted'].map((noise) => `reward noise: ${noise}`),
    ])
  })

  it('finds inverted rewards to turn what is learnt from them, and random ones to say nothing', () => {
    const cosineUnder = (value: string): number =>
      results.find((each) => each.value === value)?.scores.find(({ label }) => label === 'rloo')?.measures.cosine
        ?.value ?? Number.NaN
    expect(cosineUnder('none')).toBeGreaterThan(0.1)
    expect(cosineUnder('inverted')).toBeLessThan(-0.1)
    expect(Math.abs(cosineUnder('random'))).toBeLessThan(cosineUnder('none'))
  })

  it('writes a report with every table and picture that it names', () => {
    const page = readFileSync(join(folder, 'report/creditbench.md'), 'utf8')
    expect(page).toContain('npx stepgym eval credit --world tiny --estimator rloo,gigpo --rows 100 --out report')
    for (const { title } of MEASURES) expect(page).toContain(`| ${title} |`)
    const pictures = [...page.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, path = '']) => path)
    expect(pictures.length).toBeGreaterThan(3)
    for (const path of pictures) expect(existsSync(join(folder, 'report', path)), path).toBe(true)
    expect(readdirSync(join(folder, 'report/creditbench'))).toHaveLength(pictures.length)
  })

  it('draws pictures that are whole documents, their texts escaped', () => {
    for (const file of readdirSync(join(folder, 'report/creditbench'))) {
      const picture = readFileSync(join(folder, 'report/creditbench', file), 'utf8')
      expect(picture).toMatch(/^<svg [^>]+>\n<title>[^<]+<\/title>[\s\S]*<\/svg>\n$/)
      const tags = [...picture.matchAll(/<(\/?)(\w+)([^>]*)>/g)]
      const isClosed = (tag: RegExpMatchArray): boolean => tag[3]?.endsWith('/') === true
      const open = tags.filter((tag) => tag[1] === '' && !isClosed(tag)).length
      expect(tags.filter(([, slash]) => slash === '/')).toHaveLength(open)
      expect(picture).not.toMatch(/NaN|undefined|Infinity/)
    }
  })

  it('writes the same figures again', async () => {
    await run([...ARGS, '--out', 'report2'], { folder })
    const pageOf = (name: string): string =>
      readFileSync(join(folder, name, 'creditbench.md'), 'utf8')
        .replaceAll('report2', 'report')
        .replaceAll(/ [\d.]+ \|$/gm, ' ms |')
    expect(pageOf('report2')).toBe(pageOf('report'))
  })

  it('prints the worlds for a reader, in the order of the report', async () => {
    const { code, out } = await run([...ARGS, '--seed', '3'], { folder })
    expect(code).toBe(0)
    expect(out).toMatch(/^tiny: \d+ states a task at most, policy earns 0\.30/)
    expect(out.indexOf('truth *')).toBeLessThan(out.indexOf('rloo'))
    expect(out).toContain(join('runs', 'creditbench', 'creditbench.md'))
  })

  it.each([
    [['--world', 'tiney'], 1, /did you mean tiny/],
    [['--world', 'tiny,tiny'], 1, /asked for twice/],
    [['--estimator', 'rlo'], 1, /did you mean rloo/],
    [['--rows', '0'], 2, /whole number from 1/],
    [['--quick', 'yes'], 2, /too many arguments/],
  ])('refuses %j', async (args, code, message) => {
    const ran = await run(['eval', 'credit', ...args], { folder })
    expect(ran.code).toBe(code)
    expect(ran.err).toMatch(message)
  })

  it('says how many steps it credits at least if fewer were asked for', async () => {
    const least = results.find(({ study }) => study === 'worlds')?.facts.rows ?? Number.NaN
    expect(least).toBeGreaterThan(100)
    const says = `100 steps are fewer than the 10 batches that a condition is measured on at least: credited were ${least.toLocaleString('en-US')} in tiny.`
    expect((await run([...ARGS, '--out', 'report3'], { folder })).out).toContain(says)
    expect(readFileSync(join(folder, 'report3/creditbench.md'), 'utf8')).toContain(says)
    const enough = ARGS.map((each) => (each === '100' ? `${least}` : each))
    expect((await run([...enough, '--out', 'report4'], { folder })).out).not.toContain('are fewer than')
  })

  it.each(['file-desk', 'slow'])('points from %s, which is asynchronous, to values by forks', async (world) => {
    const slow = { name: 'slow', summary: 's', environment: 'file-desk', tasks: 1 }
    writeFileSync(join(folder, 'evaluation/worlds/slow.mjs'), `export default ${JSON.stringify(slow)}`)
    const { code, err } = await run(['eval', 'credit', '--world', world, '--rows', '10'], { folder })
    expect(code).toBe(1)
    expect(err).toMatch(/NOT_ENUMERABLE: file-desk@1 is asynchronous.*stepgym eval values RUN/)
  })

  it('says what a world is where an environment is named', async () => {
    const { code, err } = await run(['eval', 'credit', '--world', 'grid'], { folder })
    expect(code).toBe(1)
    expect(err).toMatch(
      /grid is an environment: .*evaluation\/worlds\/ \(there are corridor, .*stepgym eval values RUN/,
    )
  })

  it('names a world that cannot be solved, and the reason', async () => {
    const world = { name: 'mall', summary: 's', environment: 'webshop', maxStates: 10, tasks: 1 }
    writeFileSync(join(folder, 'evaluation/worlds/mall.mjs'), `export default ${JSON.stringify(world)}`)
    const { code, err } = await run(['eval', 'credit', '--world', 'mall', '--rows', '10'], { folder })
    expect(code).toBe(1)
    expect(err).toMatch(/NOT_ENUMERABLE/)
  })

  it('measures on a policy that was trained, if its weights are given', async () => {
    const folder = folderWithWorld({ name: 'tiny', tasks: 2 })
    const training = ['--iterations', '1', '--groups', '2', '--group-size', '2', '--training', 'evalTasks=1']
    const trained = await run(['train', '--env', 'grid', '--estimator', 'rloo', ...training, '--out', 'learnt'], {
      folder,
    })
    expect(trained.code).toBe(0)
    const policy = ['--policy', 'learnt/policy.safetensors']
    const { code, json } = await runJson([...ARGS, ...policy, '--out', 'report'], { folder })
    expect(code).toBe(0)
    expect(json[0].facts.value).not.toBeCloseTo(0.3, 3)
    const page = readFileSync(join(folder, 'report/creditbench.md'), 'utf8')
    expect(page).toContain('--policy learnt/policy.safetensors')
    expect(page).toContain('trained by `stepgym train`')
    const refused = await run([...ARGS, '--policy', 'none.safetensors'], { folder })
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('none.safetensors')])
  })
})
