import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { estimators } from '../../registry/index.ts'
import type { ExportedRuns, TrajectoryAnswer } from '../../viewer/answers.ts'
import { exportRuns } from '../../viewer/export/export.ts'
import { listenViewer } from '../../viewer/listen.ts'
import { closeAfterTest } from '../support/cleanup.ts'
import { run } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'

const folder = newFolder()
const file = (body: string) => ({ type: 'text/plain', body: Buffer.from(body) })
const SCRIPT = 'const a = "</script><!--"'
const FILES = new Map([
  ['/', file('<p>page')],
  ['/-/index.js', file(SCRIPT)],
  ['/-/index.css', file('body{color:red}')],
])

const exported = (more: Partial<Parameters<typeof exportRuns>[0]> = {}) =>
  exportRuns({
    ...{ folders: [join(folder, 'a')], estimators: estimators({ userFolder: folder }), files: FILES },
    ...more,
  })

/** The two that most tests look at, each made once. */
const plain = once(() => exported())
const full = once(() => exported({ hasEvidence: true }))

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Elements of a page by id, or by name where there is no id. */
function elementsOf(html: string): ReadonlyMap<string, string> {
  const all = html.matchAll(/<(script|style)(?: type="[^"]*")?(?: id="([^"]*)")?>(.*?)<\/\1>/gs)
  return new Map([...all].map(([, name = '', id, text = '']) => [id ?? name, text]))
}

const runsIn = (html: string): ExportedRuns => JSON.parse(elementsOf(html).get('runs') ?? '')

function packsIn(html: string): readonly Readonly<Record<string, unknown>>[] {
  const packs = [...elementsOf(html)].filter(([id]) => id.startsWith('pack-'))
  return packs.map(([, text]) => JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString()))
}

beforeAll(async () => {
  const grid = ['--env', 'grid', '--set', 'size=3', '--agent', 'random', '--max-steps', '4']
  const rollout = ['rollout', ...grid, '--groups', '2', '--group-size', '2', '--out', 'a']
  expect(await run(rollout, { folder })).toMatchObject({ code: 0 })
})

describe('a run exported to one file', () => {
  it('holds the answers that the viewer gives, below the addresses that its pages ask for', async () => {
    const { html, held, left, runs } = await full()
    expect([runs, held, left]).toEqual([['a'], 2, []])
    const viewer = await listenViewer({
      folders: [join(folder, 'a')],
      estimators: estimators({ userFolder: folder }),
      files: FILES,
    })
    closeAfterTest(() => viewer.close())
    const { answers, packs: index } = runsIn(html)
    const packs = packsIn(html)
    const all = Object.entries(Object.assign({}, answers, ...packs))
    expect(all.length).toBeGreaterThan(30)
    for (const [path, answer] of all)
      expect([path, answer]).toEqual([path, await (await fetch(`${viewer.url}/-/api/${path}`)).json()])
    for (const [prefix, number] of Object.entries(index)) expect(packs[number]).toHaveProperty([prefix])
    expect(Object.keys(index)).toContain('runs/a/t/1.1')
  })

  it('lets its own script and style run by their hashes, and nothing else', async () => {
    const { html } = await plain()
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? ''
    const elements = elementsOf(html)
    const hash = (name: string): string =>
      createHash('sha256')
        .update(elements.get(name) ?? '')
        .digest('base64')
    expect(policy).toContain(`script-src 'sha256-${hash('script')}'`)
    expect(policy).toContain(`style-src 'sha256-${hash('style')}'`)
    expect(policy).toMatch(/^default-src 'none'; .*require-trusted-types-for 'script'$/)
    expect(policy).not.toMatch(/unsafe|https?:|connect-src/)
  })

  it('ends no element by what it holds', async () => {
    const { html } = await plain()
    expect([...elementsOf(html).keys()]).toEqual(['style', 'runs', 'pack-0', 'pack-1', 'script'])
    expect(html.match(/<\/script>/g)).toHaveLength(4)
    expect(elementsOf(html).get('script')).toBe(SCRIPT.replaceAll('<', '\\x3c'))
    expect(elementsOf(html).get('runs')).not.toContain('<')
  })

  it('has log-probabilities only if they are asked for, and never the key of the run', async () => {
    const evidence = async (hasEvidence: boolean) => {
      const { html } = await (hasEvidence ? full() : plain())
      const episodes = packsIn(html).map((pack) => pack['runs/a/t/0.0']) as (TrajectoryAnswer | undefined)[]
      expect(JSON.stringify([runsIn(html), packsIn(html)])).not.toMatch(/runKey|"effects"|"private"/)
      return episodes.flatMap((answer) => answer?.steps ?? []).map((step) => step.evidence !== null)
    }
    expect(new Set(await evidence(true))).toEqual(new Set([true]))
    expect(new Set(await evidence(false))).toEqual(new Set([false]))
  })

  it('says after each group how many are done', async () => {
    const said: (readonly number[])[] = []
    await exported({ onGroup: (done, total) => said.push([done, total]) })
    expect(said).toEqual(said.map((_, at) => [at + 1, said.length]))
    expect(said.length).toBeGreaterThan(1)
  })

  it('leaves out groups that do not fit, and says which', async () => {
    const whole = Buffer.byteLength((await plain()).html)
    const { html, left, held } = await exported({ maxBytes: whole - 400 })
    expect([left, held]).toEqual([['group 1'], 1])
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(whole - 400)
    expect(runsIn(html).left).toBe('it holds 1 of 2 groups, as many as fit in its size: group 1 are left out')
    await expect(exported({ maxBytes: 1000 })).rejects.toThrow(/no group fits in a file of 1000 bytes/)
  })

  it('is written by stepgym view, to a page only', async () => {
    const refused = await run(['view', 'a', '--export', 'a.json'], { folder })
    expect(refused).toMatchObject({ code: 2 })
    expect(refused.err).toContain('the path of a file that ends in .html')
  })
})
