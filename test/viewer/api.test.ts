import { appendFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { problem, textAction } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import { runEpisode } from '../../core/rollout/rollout.ts'
import { createRun } from '../../records/index.ts'
import { estimators } from '../../registry/index.ts'
import type { Token } from '../../server/roles.ts'
import type {
  ColumnsAnswer,
  CreditAnswer,
  CurvesAnswer,
  FindAnswer,
  GroupAnswer,
  PairsAnswer,
  RunAnswer,
  RunsAnswer,
  TrajectoryAnswer,
} from '../../viewer/answers.ts'
import { listenViewer, type Viewer } from '../../viewer/listen.ts'
import { closeAfterTest } from '../support/cleanup.ts'
import { run, runJson } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'

const folder = newFolder()
const PAGE = { type: 'text/html; charset=utf-8', body: Buffer.from('<p>page') }
const FILES = new Map([['/', PAGE]])
const GRID = ['--env', 'grid', '--set', 'world=slippery', '--set', 'size=3', '--seed', '4', '--agent', 'random']
const ESTIMATORS = 'grpo,rloo,gigpo,hgpo,evidence-closure'

/** Breaks in its first step. */
const failing = defineEnvironment({
  id: 'failing@1',
  maxSteps: 2,
  action: textAction((text) => text || problem('say something')),
  reset: () => ({ at: 0 }),
  step: () => {
    throw new Error('broken')
  },
  observe: { text: () => 'go' },
})

/** A viewer of the recorded run, in this process. */
async function viewing(tokens: readonly Token[] = [], folders: readonly string[] = [join(folder, 'runs', 'a')]) {
  const viewer = await listenViewer({ folders, estimators: estimators({ userFolder: folder }), files: FILES, tokens })
  closeAfterTest(() => viewer.close())
  return viewer
}

const get = (viewer: Viewer, path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${viewer.url}/-/api/${path}`, { headers })

/** The answer to a request that is served. The test says what it is. */
async function json<T>(viewer: Viewer, path: string, headers: Readonly<Record<string, string>> = {}): Promise<T> {
  const response = await get(viewer, path, headers)
  expect(response.status).toBe(200)
  return JSON.parse(await response.text())
}

async function refusal(viewer: Viewer, path: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await get(viewer, path, headers)
  return { status: response.status, ...JSON.parse(await response.text()).error }
}

beforeAll(async () => {
  const rollout = ['rollout', ...GRID, '--groups', '3', '--group-size', '3']
  const recorded = await run([...rollout, '--hook', 'success', '--out', 'runs/a'], { folder })
  expect(recorded).toMatchObject({ code: 0 })
  const valued = await run(['eval', 'values', 'runs/a', '--forks', '16'], { folder })
  expect(valued).toMatchObject({ code: 0 })
})

describe('the data of the viewer', () => {
  it('has the episodes of stepgym show, with the same sums', async () => {
    const { json: shown } = await runJson(['show', 'runs/a', '--limit', '1000'], { folder })
    const columns = await json<ColumnsAnswer>(await viewing(), 'runs/a/columns')
    expect(columns.ids).toEqual(shown.episodes.map(({ id }: { id: string }) => id))
    expect(columns.total).toBe(9)
    type Listed = { totals: { name: string; sum: number | null }[]; ending: string; steps: number }
    shown.episodes.forEach(({ totals, ending, steps }: Listed, at: number) => {
      for (const { name, sum } of totals) expect(columns.signals[name]?.[at]).toBe(sum)
      expect([columns.endings[at], columns.steps[at]]).toEqual([ending, steps])
    })
  })

  it('has runs that have nothing to credit beside the others: without an episode, and with aborted ones alone', async () => {
    const mixed = join(folder, 'mixed')
    cpSync(join(folder, 'runs', 'a'), join(mixed, 'good'), { recursive: true })
    const world = await openWorld(failing)
    createRun(join(mixed, 'empty'), { world, agent: 'none', hooks: hookSet([]), seed: 0 }).close()
    const log = createRun(join(mixed, 'aborted'), { world, agent: 'none', hooks: hookSet([]), seed: 0 })
    const agent = { name: 'none', act: () => ({ action: 'go' }) }
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 0 })
    await runEpisode(episode, { trajectoryId: 't', agent, hooks: hookSet([]), log }).catch(() => null)
    log.close()
    const viewer = await viewing([], [mixed])
    const { runs } = await json<RunsAnswer>(viewer, 'runs')
    expect(runs.map(({ id, episodes }) => [id, episodes]).toSorted()).toEqual([
      ['aborted', 1],
      ['empty', 0],
      ['good', 9],
    ])
    const { estimators: said } = await json<CreditAnswer>(viewer, 'runs/aborted/t/t/credit?estimator=grpo')
    expect(said[0]?.reason).toMatchObject({ code: 'BATCH_INVALID' })
    expect((await json<ColumnsAnswer>(viewer, 'runs/empty/columns')).total).toBe(0)
  })

  it('compares by the anchor of the page where an estimator has that option', async () => {
    const viewer = await viewing()
    const { lenses } = await json<GroupAnswer>(viewer, 'runs/a/g/1?anchor=state&estimator=gigpo,grpo')
    const options = encodeURIComponent('{"anchor":"state"}')
    const { estimators: said } = await json<CreditAnswer>(
      viewer,
      `runs/a/t/1.0/credit?estimator=gigpo&options=${options}`,
    )
    const { members } = await json<GroupAnswer>(viewer, 'runs/a/g/1')
    const at = members.findIndex(({ id }) => id === '1.0')
    expect(lenses.find(({ lens }) => lens === 'gigpo')?.numbers[at]).toEqual(said[0]?.advantages)
    expect(lenses.find(({ lens }) => lens === 'grpo')?.reason).toBeNull()
  })

  it('has curves: means over groups in the order in which they were recorded', async () => {
    const viewer = await viewing()
    const { curves } = await json<CurvesAnswer>(viewer, 'curves')
    const { ids, groups, returns, steps } = await json<ColumnsAnswer>(viewer, 'runs/a/columns')
    const [curve] = curves
    expect(curve).toMatchObject({ id: 'a', kind: 'run', method: 'random', seed: 4, problem: null })
    expect(curve?.points).toHaveLength(3)
    curve?.points.forEach(({ episodes, values }, at) => {
      const own = ids.flatMap((_, episode) => (groups[episode] === `${at}` ? [episode] : []))
      const mean = (of: readonly (number | null)[]) => own.reduce((sum, each) => sum + (of[each] ?? 0), 0) / own.length
      expect(episodes).toBe(3 * (at + 1))
      expect(values.return).toBeCloseTo(mean(returns), 12)
      expect(values['steps of an episode']).toBeCloseTo(mean(steps), 12)
    })
  })

  it('has the curves of trainings, and says of one that cannot be read why', async () => {
    const trainings = newFolder()
    const report = { episodes: 8, environmentSteps: 40, meanReturn: 0.5, success: null, heldOut: { success: 0.25 } }
    const identity = { environment: { id: 'grid@1' }, estimator: { name: 'gigpo' }, seed: 3 }
    const files = {
      good: JSON.stringify({ identity, reports: [report, { ...report, environmentSteps: 90, meanReturn: 0.75 }] }),
      torn: '{"reports":[{',
      strange: '{"reports":[7]}',
    }
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(trainings, name))
      writeFileSync(join(trainings, name, 'curves.json'), text)
    }
    const secret = join(newFolder(), 'secret')
    writeFileSync(secret, 'zqcanaryqz')
    mkdirSync(join(trainings, 'linked'))
    symlinkSync(secret, join(trainings, 'linked', 'curves.json'))
    const answer = await json<CurvesAnswer>(await viewing([], [trainings]), 'curves')
    const [good, linked, strange, torn] = answer.curves
    expect(good).toMatchObject({ kind: 'training', environment: 'grid@1', method: 'gigpo', seed: 3, problem: null })
    expect(good?.points.map(({ steps, values }) => [steps, values.return, values.success])).toEqual([
      [0, 0.5, null],
      [40, 0.75, null],
    ])
    expect(good?.points[0]?.values['held-out success']).toBe(0.25)
    expect(strange?.problem).toContain('reports[0] should be an object')
    expect(torn?.problem).toContain('curves.json')
    expect(linked?.problem).not.toBeNull()
    expect(JSON.stringify(answer)).not.toContain('zqcanaryqz')
  })

  it('has the steps of stepgym show: actions, observations, rewards, advantages and values', async () => {
    const { json: shown } = await runJson(['show', 'runs/a', '0.1', '--estimator', ESTIMATORS], { folder })
    const viewer = await viewing()
    const { steps, texts, end } = await json<TrajectoryAnswer>(viewer, 'runs/a/t/0.1')
    const { estimators: said } = await json<CreditAnswer>(viewer, `runs/a/t/0.1/credit?estimator=${ESTIMATORS}`)
    expect(steps.length).toBe(shown.steps.length)
    expect(end.totals).toEqual(shown.totals)
    steps.forEach((step, at) => {
      const { observation, action, rewards, advantages, values } = shown.steps[at]
      expect([texts[step.saw], step.action, step.rewards]).toEqual([observation, action, rewards])
      expect(step.values?.advantage.value).toBe(values?.advantage.value)
      expect(Object.fromEntries(said.map((each) => [each.estimator, each.advantages[at]]))).toEqual(advantages)
    })
    expect(steps.some(({ values }) => values !== null)).toBe(true)
  })

  it('explains each advantage by terms that add up to it', async () => {
    const viewer = await viewing()
    const { estimators: said } = await json<CreditAnswer>(viewer, `runs/a/t/0.1/credit?estimator=${ESTIMATORS}`)
    for (const { estimator, advantages } of said)
      for (const [index, advantage] of [...advantages.entries()].slice(0, 3)) {
        type Why = { value: number; terms: { value: number }[]; peers: { id: string }[] }
        const why = await json<Why>(viewer, `runs/a/t/0.1/${index}/why?estimator=${estimator}`)
        expect(why.value).toBe(advantage)
        expect(why.terms.reduce((sum, { value }) => sum + value, 0)).toBe(advantage)
        expect(why.peers.map(({ id }) => id)).toContain('0.1')
      }
  })

  it('counts the steps on whose sign an estimator and a sure truth agree', async () => {
    const viewer = await viewing()
    const { estimators: said } = await json<CreditAnswer>(viewer, 'runs/a/credit?estimator=grpo')
    const [grpo] = said
    let [sure, right] = [0, 0]
    const { ids } = await json<ColumnsAnswer>(viewer, 'runs/a/columns')
    for (const id of ids) {
      const { steps } = await json<TrajectoryAnswer>(viewer, `runs/a/t/${id}`)
      const own = (await json<CreditAnswer>(viewer, `runs/a/t/${id}/credit?estimator=grpo`)).estimators[0]
      steps.forEach(({ values }, at) => {
        const [truth, number] = [values?.advantage, own?.advantages[at] ?? null]
        if (!truth || number === null || (truth.low <= 0 && truth.high >= 0)) return
        sure++
        if (number * (truth.value ?? 0) > 0) right++
      })
    }
    expect(grpo).toMatchObject({ sure, right })
    expect(sure).toBeGreaterThan(0)
  })

  it('has strips of a byte a step that keep the sign of what they show', async () => {
    const viewer = await viewing()
    const { steps, strip, ids } = await json<ColumnsAnswer>(viewer, 'runs/a/columns?lens=gigpo')
    const bytes = new Int8Array(Buffer.from(strip.bytes, 'base64'))
    expect(bytes.length).toBe(steps.reduce((sum, count) => sum + count, 0))
    const first = (await json<CreditAnswer>(viewer, `runs/a/t/${ids[0]}/credit?estimator=gigpo`)).estimators[0]
    first?.advantages.forEach((advantage, at) => {
      const byte = bytes[at] ?? 0
      if (advantage === null) expect(byte).toBe(-128)
      else expect(Math.abs(byte * strip.scale - advantage)).toBeLessThanOrEqual(strip.scale)
      expect(Math.sign(byte)).toBe(Math.sign(advantage ?? -1))
    })
  })

  it('has a group by place: each step is a visit of one anchor', async () => {
    const viewer = await viewing()
    const { members, anchors, visits, edges } = await json<GroupAnswer>(viewer, 'runs/a/g/1?anchor=state')
    const steps = members.reduce((sum, { actions }) => sum + actions.length, 0)
    expect([members.length, visits.length]).toEqual([3, steps])
    expect(anchors.reduce((sum, anchor) => sum + anchor.visits, 0)).toBe(steps)
    expect(edges.reduce((sum, { count }) => sum + count, 0)).toBe(steps)
    expect(edges.filter(({ to }) => to === null).reduce((sum, { count }) => sum + count, 0)).toBe(3)
    for (const { states } of anchors) expect(states).toBe(1)
  })

  it('has the numbers of a group by each lens, and the groups beside it', async () => {
    const viewer = await viewing()
    const { group, members, lenses } = await json<GroupAnswer>(viewer, 'runs/a/g/1')
    expect(group).toMatchObject({ previous: '0', next: '2', hasEqualStarts: true })
    expect(lenses.map(({ lens }) => lens)).toEqual(['truth', 'grpo', 'gigpo', 'hgpo', 'evidence-closure', 'env'])
    for (const [at, { id, values }] of members.entries()) {
      const { estimators: said } = await json<CreditAnswer>(viewer, `runs/a/t/${id}/credit`)
      const { steps } = await json<TrajectoryAnswer>(viewer, `runs/a/t/${id}`)
      const [truth, ...others] = lenses.map(({ numbers }) => numbers[at])
      expect(truth).toEqual(values.map((value) => value?.advantage.value))
      expect(others.slice(0, -1)).toEqual(said.map(({ advantages }) => advantages))
      expect(others.at(-1)).toEqual(steps.map(({ rewards }) => rewards[0]?.value))
    }
    const { estimators: whole } = await json<CreditAnswer>(viewer, 'runs/a/credit')
    expect(lenses.slice(1, -1).map(({ rms }) => rms)).toEqual(whole.map(({ rms }) => rms))
  })

  it('says how far estimators agree as stepgym credit does, and how far with the truth', async () => {
    const named = ESTIMATORS.split(',').flatMap((name) => ['--estimator', name])
    const { json: credit } = await runJson(['credit', 'runs/a', ...named], { folder })
    const viewer = await viewing()
    const { pairs } = await json<PairsAnswer>(viewer, `runs/a/pairs?estimator=${ESTIMATORS}`)
    expect(pairs.filter(({ estimators }) => estimators[0] !== 'truth')).toEqual(credit.agreement)
    const grpo = pairs.find(({ estimators: [one, other] }) => one === 'truth' && other === 'grpo')
    const { ids } = await json<ColumnsAnswer>(viewer, 'runs/a/columns')
    let [same, signed] = [0, 0]
    for (const id of ids) {
      const { steps } = await json<TrajectoryAnswer>(viewer, `runs/a/t/${id}`)
      const { estimators: said } = await json<CreditAnswer>(viewer, `runs/a/t/${id}/credit?estimator=grpo`)
      steps.forEach(({ values }, at) => {
        const product = Math.sign(values?.advantage.value ?? 0) * Math.sign(said[0]?.advantages[at] ?? 0)
        if (product !== 0) signed++
        if (product > 0) same++
      })
    }
    expect(grpo?.sameSign).toBeCloseTo(same / signed, 12)
  })

  it('finds steps and episodes as a plain look at all of them does', async () => {
    const viewer = await viewing()
    const { ids } = await json<ColumnsAnswer>(viewer, 'runs/a/columns')
    const all: { id: string; index: number; answer: TrajectoryAnswer; said: number | null }[] = []
    for (const id of ids) {
      const answer = await json<TrajectoryAnswer>(viewer, `runs/a/t/${id}`)
      const { estimators: said } = await json<CreditAnswer>(viewer, `runs/a/t/${id}/credit?estimator=gigpo`)
      for (const [index] of answer.steps.entries())
        all.push({ id, index, answer, said: said[0]?.advantages[index] ?? null })
    }
    const find = async (text: string) => {
      const { rows, total } = await json<FindAnswer>(viewer, `runs/a/find?limit=1000&q=${encodeURIComponent(text)}`)
      expect(rows).toHaveLength(total)
      return rows.map(({ id, index }) => `${id} ${index}`)
    }
    const named = (isWanted: (step: (typeof all)[number]) => boolean) =>
      all.filter(isWanted).map(({ id, index }) => `${id} ${index}`)
    const steps: Readonly<Record<string, (step: (typeof all)[number]) => boolean>> = {
      'at>=2 -action:right': ({ index, answer }) => index >= 2 && !/right/i.test(`${answer.steps[index]?.action}`),
      'gigpo>0.5 group=1': ({ said, answer }) => (said ?? 0) > 0.5 && answer.group === '1',
      'gigpo!=truth': ({ index, answer, said }) => {
        const { value = 0, low = 0, high = 0 } = answer.steps[index]?.values?.advantage ?? {}
        return (low > 0 || high < 0) && (value ?? 0) * (said ?? 0) < 0
      },
      'sure:yes or (env>0 member<2)': ({ index, answer }) => {
        const { values, rewards } = answer.steps[index] ?? {}
        const { low = 0, high = 0 } = values?.advantage ?? {}
        return low > 0 || high < 0 || ((rewards?.[0]?.value ?? 0) > 0 && answer.episode.member < 2)
      },
    }
    for (const [text, isWanted] of Object.entries(steps))
      expect([text, await find(text)]).toEqual([text, named(isWanted)])
    const best = await find('sort:-return sort:member')
    const { returns } = await json<ColumnsAnswer>(viewer, 'runs/a/columns')
    const order = [...ids.keys()].toSorted((a, b) => (returns[b] ?? 0) - (returns[a] ?? 0))
    expect(best.map((row) => returns[ids.indexOf(row.split(' ')[0] ?? '')])).toEqual(order.map((at) => returns[at]))
  })

  it('pages through what it finds, marks words, and says which part of a search excludes most', async () => {
    const viewer = await viewing()
    const page = (text: string, more = '') =>
      json<FindAnswer>(viewer, `runs/a/find?q=${encodeURIComponent(text)}${more}`)
    const first = await page('at>=0', '&limit=4')
    const second = await page('at>=0', `&limit=4&from=${first.next}`)
    expect([first.next, first.rows.length, second.rows[0]]).toEqual([4, 4, (await page('at>=0')).rows[4]])
    const [row] = (await page('action:ri')).rows
    expect(row?.marks.map(([from, to]) => row.excerpt.slice(from, to).toLowerCase())).toEqual(['ri'])
    const nothing = await page('at>=0 action:zzz')
    expect(nothing).toMatchObject({ total: 0, next: null, strictest: { span: [6, 16], total: first.total } })
  })

  it.each([
    ['retrun<1', 'character 1: there is no field "retrun": did you mean return?'],
    ['at>=0 return<a', 'character 7: return is a number: compare it with one, as in return>0.5, or with null'],
    ['ending<3', 'character 1: ending is a text: use ending:part, ending=whole or ending~pattern'],
    ['return~3', 'character 1: return is a number: patterns are for texts'],
    ['action~"(a"', 'character 1: a parenthesis of the pattern is not closed'],
    ['valid:maybe', 'character 1: valid is yes or no: use valid:yes or valid:no'],
  ])('refuses the search %s at its place', async (text, message) => {
    const refused = await refusal(await viewing(), `runs/a/find?q=${encodeURIComponent(text)}`)
    expect(refused).toMatchObject({ status: 422, code: 'FRAME_INVALID', message })
  })

  it('has a search for each finding, which finds as many', async () => {
    const viewer = await viewing()
    const { findings } = await json<RunAnswer>(viewer, 'runs/a')
    const searched = findings.filter(({ query }) => query !== null)
    expect(searched.length).toBeGreaterThan(0)
    for (const { query, count } of searched) {
      const { total } = await json<FindAnswer>(viewer, `runs/a/find?q=${encodeURIComponent(query ?? '')}`)
      expect([query, total]).toEqual([query, count])
    }
  })

  it('has the credit of a closed group as its event has it', async () => {
    const viewer = await viewing()
    const all = await json<{ trajectories: { trajectoryId: string }[] }[]>(viewer, 'runs/a/g/1/credit?estimator=grpo')
    expect(all[0]?.trajectories.map(({ trajectoryId }) => trajectoryId)).toEqual(['1.0', '1.1', '1.2'])
  })

  it('reads a run again when it has changed', async () => {
    const viewer = await viewing()
    const before = await json<RunAnswer>(viewer, 'runs/a')
    const copied = await run(['rollout', ...GRID, '--groups', '1', '--out', 'runs/b'], {
      folder,
    })
    expect(copied.code).toBe(0)
    const other = await viewing([], [join(folder, 'runs')])
    expect((await json<RunAnswer>(other, 'runs/b')).state).toBe('finished')
    appendFileSync(join(folder, 'runs', 'b', 'segments', '000000.jsonl'), '{"type":"ste')
    expect(await json<RunAnswer>(other, 'runs/b')).toMatchObject({ state: 'torn', groups: 1 })
    expect(await json<RunAnswer>(viewer, 'runs/a')).toEqual(before)
  })

  it('does not mix in the values of another run', async () => {
    const viewer = await viewing([], [join(folder, 'runs')])
    writeFileSync(join(folder, 'runs', 'b.values.jsonl'), readFileSync(join(folder, 'runs', 'a.values.jsonl')))
    expect((await json<RunAnswer>(viewer, 'runs/b')).values).toMatchObject({ isStale: true, count: 0 })
    const { ids } = await json<ColumnsAnswer>(viewer, 'runs/b/columns')
    const { steps } = await json<TrajectoryAnswer>(viewer, `runs/b/t/${ids[0]}`)
    expect(steps.every(({ values }) => values === null)).toBe(true)
  })
})

describe('what the viewer does not show', () => {
  const tokens: readonly Token[] = [
    { role: 'trainer', token: 'trainer-token' },
    { role: 'observer', token: 'observer-token' },
    { role: 'agent', token: 'agent-token' },
  ]
  const as = (role: string) => ({ authorization: `Bearer ${role}-token` })

  it('is data for agents, and for readers without a token', async () => {
    const viewer = await viewing(tokens)
    expect(await refusal(viewer, 'runs')).toMatchObject({ status: 401, code: 'UNAUTHORIZED' })
    expect(await refusal(viewer, 'runs', as('agent'))).toMatchObject({ status: 403, code: 'FORBIDDEN' })
    expect((await get(viewer, 'runs', as('observer'))).status).toBe(200)
  })

  it('is the key of the run and the effects, to anyone', async () => {
    const viewer = await viewing(tokens)
    const { runKey } = JSON.parse(readFileSync(join(folder, 'runs/a/manifest.json'), 'utf8'))
    expect(runKey).toMatch(/^\w{16,}$/)
    for (const path of ['runs', 'runs/a', 'runs/a/columns', 'runs/a/t/0.1', 'runs/a/g/0', 'runs/a/credit']) {
      const text = await (await get(viewer, path, as('trainer'))).text()
      expect(text).not.toContain(runKey)
      expect(text).not.toMatch(/"effects"|"private"|"model":/)
    }
  })

  it('is evidence, to observers', async () => {
    const rollout = ['rollout', ...GRID, '--groups', '1', '--out', 'runs/evidence']
    expect((await run(rollout, { folder })).code).toBe(0)
    const viewer = await viewing(tokens, [join(folder, 'runs', 'evidence')])
    const of = async (role: string) => {
      const { ids } = await json<ColumnsAnswer>(viewer, 'runs/evidence/columns', as(role))
      const { steps } = await json<TrajectoryAnswer>(viewer, `runs/evidence/t/${ids[0]}`, as(role))
      return steps.map(({ evidence }) => evidence)
    }
    expect((await of('trainer')).every((evidence) => evidence !== null)).toBe(true)
    expect((await of('observer')).every((evidence) => evidence === null)).toBe(true)
  })

  it('is a file of the machine: addresses lead to pages and data only', async () => {
    const viewer = await viewing()
    for (const path of ['/../package.json', '/-/api/../../etc/passwd', '/%2e%2e/package.json', '/x.js'])
      expect((await fetch(viewer.url + path)).status).toBe(404)
    expect(await refusal(viewer, 'runs/a/t/..%2F..%2Fx')).toMatchObject({ status: 404, code: 'EPISODE_UNKNOWN' })
    expect(await refusal(viewer, 'runs/..%2Fa')).toMatchObject({ status: 404 })
    expect(await refusal(viewer, 'runs/a/columns?lens=./x.mjs')).toMatchObject({ code: 'ESTIMATOR_UNKNOWN' })
  })
})

describe('an answer of the viewer', () => {
  it('is not sent again while it is the same', async () => {
    const viewer = await viewing()
    const first = await get(viewer, 'runs/a')
    const tag = first.headers.get('etag') ?? ''
    expect(tag).toMatch(/^"[\w-]{22}"$/)
    const again = await get(viewer, 'runs/a', { 'if-none-match': tag })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await get(viewer, 'runs/a/columns', { 'if-none-match': tag })).status).toBe(200)
  })

  it('is compressed where the client can read that', async () => {
    const viewer = await viewing()
    const zipped = await get(viewer, 'runs/a/columns', { 'accept-encoding': 'gzip' })
    expect(zipped.headers.get('content-encoding')).toBe('gzip')
    const plain = await get(viewer, 'runs/a/columns', { 'accept-encoding': 'identity' })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(await zipped.text()).toBe(await plain.text())
  })

  it('lets no other script run and no other site read it, pages and errors alike', async () => {
    const viewer = await viewing()
    for (const path of ['/', '/-/api/runs', '/-/api/runs/x', '/nothing']) {
      const { headers } = await fetch(viewer.url + path)
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; .*trusted-types/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
    const foreign = await refusal(viewer, 'runs', { origin: 'https://example.org' })
    expect(foreign).toMatchObject({ status: 403, code: 'ORIGIN_FOREIGN' })
  })

  it('says what is wrong with an address, and what there is', async () => {
    const viewer = await viewing()
    const cases: readonly (readonly [string, number, RegExp])[] = [
      ['runs/x', 404, /no run "x" here: did you mean a\?$/],
      ['runs/a/t/9.9', 404, /no episode "9\.9"/],
      ['runs/a/g/9', 404, /no group "9"/],
      ['runs/a/g/0?anchor=x', 404, /no anchor "x": it has/],
      ['runs/a/columns?lens=grop', 404, /grpo/],
      ['runs/a/credit?estimator=gigpo&options=3', 422, /JSON object/],
      ['runs/a/credit?estimator=gigpo&options=%7B%22gama%22%3A1%7D', 400, /gamma/],
      ['runs/a/t/0.1/x/why?estimator=grpo', 404, /no address/],
      ['nothing', 404, /no address/],
      ['runs/a/find?q=what?%20return>x', 422, /return is a number/],
    ]
    for (const [path, status, message] of cases) {
      const refused = await refusal(viewer, path)
      expect(refused.status).toBe(status)
      expect(refused.message).toMatch(message)
    }
    const posted = await fetch(`${viewer.url}/-/api/runs`, { method: 'POST' })
    expect(posted.status).toBe(404)
  })

  it('is not given for folders that hold no run', async () => {
    await expect(viewing([], [newFolder()])).rejects.toThrow(/is not a run folder and holds none/)
  })
})
