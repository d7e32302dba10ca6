import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Step } from '../../../core/data/types.ts'
import { createRun } from '../../../records/index.ts'
import { estimators } from '../../../registry/index.ts'
import { type AppFile, appFiles } from '../../../viewer/http/app-files.ts'
import { listenViewer } from '../../../viewer/listen.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const BROWSER = process.env.TEST_CHROMIUM ?? '/usr/bin/chromium'
const folder = newFolder()
const pages = join(folder, 'pages')
let files: ReadonlyMap<string, AppFile>

/** A program, and what it printed. */
function printed(command: string, args: readonly string[]): Promise<{ out: string; err: string }> {
  const child = spawn(command, args, { cwd: ROOT })
  const written = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.err += text
  })
  return new Promise((resolve, reject) => child.on('error', reject).on('close', () => resolve(written)))
}

/** The document that a browser makes of a page, once it has loaded all; with what the page wrote to the console. */
async function opened(url: string, ...more: readonly string[]): Promise<{ html: string; console: string }> {
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--enable-logging=stderr',
    '--virtual-time-budget=20000',
  ]
  const { out, err } = await printed(BROWSER, [...flags, ...more, '--dump-dom', url])
  return {
    html: out,
    console: err
      .split('\n')
      .filter((line) => line.includes('CONSOLE'))
      .join('\n'),
  }
}

async function viewing(name: string): Promise<string> {
  const viewer = await listenViewer({ folders: [join(folder, name)], estimators: estimators(), files })
  closeAfterTest(() => viewer.close())
  return viewer.url
}

beforeAll(async () => {
  await printed('npx', ['vite', 'build', '--config', 'viewer/app/vite.config.mjs', '--outDir', pages])
  files = appFiles(pages)
  const grid = ['--env', 'grid', '--set', 'world=slippery', '--set', 'size=3', '--seed', '4', '--agent', 'random']
  const rollout = ['rollout', ...grid, '--groups', '3', '--group-size', '4', '--hook', 'success', '--out', 'a']
  expect(await run(rollout, { folder })).toMatchObject({ code: 0 })
  expect(await run(['eval', 'values', 'a', '--forks', '16'], { folder })).toMatchObject({ code: 0 })
}, 120_000)

describe.skipIf(!existsSync(BROWSER))('the pages of the viewer in a browser', () => {
  it('show a run: every episode, its figures, and nothing on the console', async () => {
    const { html, console } = await opened(`${await viewing('a')}/#/r/a`)
    expect(console).toBe('')
    expect(html.match(/class="cell"/g)).toHaveLength(12)
    const { json } = await runJson(['show', 'a'], { folder })
    const means = json.groups.map(({ mean }: { mean: number }) => mean)
    const mean = means.reduce((sum: number, each: number) => sum + each, 0) / means.length
    expect(html).toContain(`<div class="tv">${mean.toFixed(3).replace('-', '−')}<span>`)
  }, 60_000)

  it('show an episode: its actions, the advantages of stepgym show, and why', async () => {
    const { json } = await runJson(['show', 'a', '1.2', '--estimator', 'gigpo'], { folder })
    const { html, console } = await opened(`${await viewing('a')}/#/r/a/t/1.2/1?why=gigpo`)
    expect(console).toBe('')
    const advantage: number = json.steps[1].advantages.gigpo
    expect(html).toContain(`<title>GiGPO ${advantage}</title>`)
    expect(html).toMatch(new RegExp(`<div class="eq sum" title="${`${advantage}`.replace('.', '\\.')}"`))
    expect(html.match(/aria-current="true"/g)).toHaveLength(1)
    expect(html).toMatch(/<button type="button" aria-current="true"><span class="i">1<\/span>/)
  }, 60_000)

  it('list the runs, and say what is wrong with an address', async () => {
    const url = await viewing('a')
    expect((await opened(url)).html).toContain('href="#/r/a"')
    const { html } = await opened(`${url}/#/r/a/t/9.9/0`)
    expect(html).toMatch(/role="alert"><b>EPISODE_UNKNOWN<\/b>/)
  }, 60_000)

  it('take the token out of the address, and are nothing without it', async () => {
    const token = 'a-token-of-this-test'
    const options = { folders: [join(folder, 'a')], estimators: estimators(), files }
    const viewer = await listenViewer({ ...options, tokens: [{ role: 'trainer', token }], hosts: [] })
    closeAfterTest(() => viewer.close())
    const { html } = await opened(`${viewer.url}/#/r/a?token=${token}`)
    expect(html).toContain('class="wall"')
    expect(html).not.toContain(token)
    expect((await opened(`${viewer.url}/#/r/a`)).html).toContain('UNAUTHORIZED')
  }, 60_000)

  it('show hostile text as text: nothing runs, nothing loads, nothing is hidden', async () => {
    hostileRun(join(folder, 'hostile'))
    const { html, console } = await opened(`${await viewing('hostile')}/#/r/hostile/t/h/0`)
    expect(console).toBe('')
    expect(html).toContain('&lt;img src=x onerror=document.title="owned"&gt;')
    expect(html).toContain('⟦202E⟧')
    expect(html).not.toMatch(/<img|<title>owned/)
    expect(html.match(/<script/g)).toHaveLength(1)
  }, 60_000)

  it('have pictures for a look, wide and narrow', async () => {
    const url = await viewing('a')
    const shots = join(ROOT, '.compiled', 'viewer-pictures')
    mkdirSync(shots, { recursive: true })
    for (const width of [1440, 500]) {
      const shot = join(shots, `episode-${width}.png`)
      await opened(`${url}/#/r/a/t/1.2/1`, `--window-size=${width},1500`, `--screenshot=${shot}`)
      expect(existsSync(shot)).toBe(true)
    }
  }, 120_000)
})

/** A run with one episode whose texts try to be something else than text. */
function hostileRun(path: string): void {
  const world = { options: {}, digest: 'd', environment: { id: 'hostile@1' } }
  const hooks = { turn: [], outcome: [], process: [], group: [] }
  const log = createRun(path, { world, agent: '<b>agent</b>', hooks })
  const text =
    '<img src=x onerror=document.title="owned"> </script><script>document.title="owned"</script> \u202Egnp.exe'
  const anchors = { text, state: 's' }
  const origin = { environment: 'hostile@1', taskId: 't', seed: 1, member: 0, forkPath: '' }
  const start = { ...origin, trajectoryId: 'h', groupId: null, agent: '<b>agent</b>', split: 'train', maxSteps: 3 }
  log.episodeStarted({ ...start, observation: text, anchors, resetEffects: [], past: [] })
  const seen = { observation: text, anchors, nextObservation: text, nextAnchors: anchors }
  const step: Step = {
    ...{ trajectoryId: 'h', index: 0, action: text, forkPath: '', effects: [], ...seen },
    ...{ isActionValid: true, terminated: true, truncated: false, info: {} },
    rewards: [{ name: 'env', version: 1, latencyMs: 0, value: null, reason: 'not-judged', detail: text }],
  }
  log.stepTaken(step)
  const end = { ending: 'terminated', endingReason: null, rewards: [] } as const
  log.episodeEnded({ ...origin, ...end, id: 'h', groupId: null, steps: [step] })
  log.close()
}
