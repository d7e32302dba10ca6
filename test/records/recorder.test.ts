import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Step } from '../../core/data/types.ts'
import { fork } from '../../core/episode/fork.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { runEpisode } from '../../core/rollout/rollout.ts'
import { readRun } from '../../records/reader.ts'
import { createRun, openRun } from '../../records/recorder.ts'
import { newFolder } from '../support/folder.ts'
import { linesOf, NO_HOOKS, openWalk, segmentOf, setupOf, wanderer } from './scene.ts'
import { failing, rolledOut, rollOut, task, world } from './stories.ts'

describe('the recorder', () => {
  it('writes rollouts that read back as the groups and trajectories they were', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    const groups = [await rolledOut(log, 'g0'), await rolledOut(log, 'g1', '18446744073709551615')]
    const alone = await rollOut(log, 'alone')
    log.close()
    const run = readRun(folder)
    expect([...run.groups()].map(({ group }) => group)).toStrictEqual(groups)
    const all = new Map([...run.trajectories()].map(({ trajectory }) => [trajectory.id, trajectory]))
    expect(all.get('alone')).toStrictEqual(alone)
    for (const each of groups.flatMap(({ trajectories }) => trajectories)) expect(all.get(each.id)).toStrictEqual(each)
    expect(all.size).toBe(7)
    expect(all.get('g1.0')?.seed).toBe('18446744073709551615')
  })

  it('writes a seed in its one exact form, however it was given', () => {
    for (const [given, written] of [
      ['7', 7],
      ['18446744073709551615', '18446744073709551615'],
    ] as const) {
      const folder = newFolder()
      createRun(folder, { ...setupOf(world), seed: given }).close()
      expect(readRun(folder).manifest.seed).toBe(written)
      openRun(folder, { ...setupOf(world), seed: given }).close()
    }
    const folder = newFolder()
    expect(failing(() => createRun(folder, { ...setupOf(world), seed: '-1' }))).toBeDefined()
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([])
  })

  it('has the entry in the file before it returns', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    const episode = await startEpisode(world, { task, seed: 1 })
    let seen = 0
    const onStep = ({ index }: Step): void => {
      expect(linesOf(folder)).toHaveLength(index + 2)
      seen++
    }
    await runEpisode(episode, { trajectoryId: 't', agent: wanderer, hooks: NO_HOOKS, log }, onStep)
    expect(seen).toBeGreaterThan(2)
    log.close()
  })

  it('repeats nothing: not where a step began, not prompts, not the anchor that is the observation, no defaults', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    const { steps } = await rollOut(log, 't')
    log.close()
    const [, ...lines] = linesOf(folder).map((line) => JSON.parse(line))
    const [first, second] = lines
    expect(first).not.toHaveProperty('observation')
    expect(first).not.toHaveProperty('anchors')
    expect(first.nextAnchors ?? {}).not.toHaveProperty('text')
    expect(second.evidence).toMatchObject({ promptKept: 3, promptTokenIds: [20] })
    expect(steps[1]?.evidence).toMatchObject({ promptTokenIds: [1, 2, 10, 20] })
    for (const line of lines) {
      expect(line).not.toHaveProperty('forkPath')
      expect(line.terminated).not.toBe(false)
      expect(line.isActionValid).not.toBe(true)
      expect(line.effects).not.toEqual([])
      expect(line.info).not.toEqual({})
    }
  })

  it('records a fork with the moves it shares with its parent', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world))
    const parent = await startEpisode(world, { task, seed: 8 })
    for (const action of ['right', 'wait']) await parent.step(action)
    const twin = await fork(parent)
    const trajectory = await runEpisode(twin, { trajectoryId: 'twin', agent: wanderer, hooks: NO_HOOKS, log })
    log.close()
    const [only] = [...readRun(folder).trajectories()]
    expect(only?.trajectory).toStrictEqual(trajectory)
    expect(only?.trajectory.steps[0]?.index).toBe(2)
    expect(only?.start.past.map(({ action }) => action)).toEqual(['right', 'wait'])
    expect(only?.start.past.map(({ effects }) => effects.length)).toEqual([1, 0])
  })

  it('says in its manifest what the run was made with', () => {
    const folder = newFolder()
    createRun(folder, { ...setupOf(world), recipe: { weights: { env: 1 } }, limits: { tokens: 9 } }).close()
    const { sum, ...manifest } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
    expect(sum).toMatch(/^[0-9a-f]{8}$/)
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(manifest).toMatchObject({
      ...{
        format: 'stepgym-run',
        formatVersion: 3,
        checkedFrom: 0,
        stepgym: version,
        node: process.version,
        agent: 'wanderer',
      },
      ...{ environment: { id: 'walk@1', options: { goal: 3 }, digest: world.digest }, rescoredFrom: null },
      ...{ recipe: { weights: { env: 1 } }, seed: '18446744073709551615', limits: { tokens: 9 }, runKey: 'key' },
    })
    expect(manifest.hooks[0]).toEqual({ name: 'step-cost', version: 2, scope: 'turn', options: {} })
    expect(new Date(manifest.created).toISOString()).toBe(manifest.created)
    expect(readRun(folder).manifest).toEqual(manifest)
  })

  it('gives every run its own key, which it keeps when it is continued', () => {
    const { runKey: _, ...setup } = setupOf(world)
    const [one, other] = [newFolder(), newFolder()].map((folder) => createRun(folder, setup))
    expect(one?.manifest.runKey).toMatch(/^[0-9a-f]{32}$/)
    expect(one?.manifest.runKey).not.toBe(other?.manifest.runKey)
    one?.close()
    other?.close()
    const again = openRun(one?.folder ?? '', setup)
    expect(again.manifest).toEqual(one?.manifest)
    again.close()
  })

  it('begins another segment if one is full, never within an entry', async () => {
    const folder = newFolder()
    const log = createRun(folder, setupOf(world), { maxSegmentBytes: 2000 })
    const group = await rolledOut(log, 'g')
    log.close()
    const names = readdirSync(join(folder, 'segments'))
    expect(names.length).toBeGreaterThan(2)
    for (const [number] of names.entries()) {
      const path = segmentOf(folder, number)
      expect(readFileSync(path, 'utf8').endsWith('}\n')).toBe(true)
      expect(statSync(path).size <= 2000 || linesOf(folder, number).length <= 2).toBe(true)
    }
    expect([...readRun(folder).groups()][0]?.group).toStrictEqual(group)
  })

  it('continues in the last segment, up to its limit', async () => {
    const folder = newFolder()
    createRun(folder, setupOf(world), { maxSegmentBytes: 4000 }).close()
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const log = openRun(folder, setupOf(world), { maxSegmentBytes: 4000, fsync: true })
      await rollOut(log, id)
      log.close()
    }
    expect(readdirSync(join(folder, 'segments')).length).toBeGreaterThan(1)
    expect([...readRun(folder).trajectories()].map(({ start }) => start.trajectoryId).join('')).toBe('abcdef')
  })
})

describe('a folder to record into', () => {
  it('is refused for a new run if it holds anything, and left as it is', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'thesis.txt'), 'mine')
    for (const open of [createRun, openRun])
      expect(failing(() => open(folder, setupOf(world))).code).toBe('RECORD_FOREIGN')
    expect(readdirSync(folder)).toEqual(['thesis.txt'])
  })

  it('is refused for a new run if it holds a run', () => {
    const folder = newFolder()
    createRun(folder, setupOf(world)).close()
    expect(failing(() => createRun(folder, setupOf(world)))).toMatchObject({
      code: 'RECORD_FOREIGN',
      message: expect.stringMatching(/holds a run, .* needs a folder that is empty/),
    })
  })

  it('may hold what a creation left that crashed', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'manifest.json.tmp'), '{"form')
    writeFileSync(join(folder, 'lock'), '')
    createRun(folder, setupOf(world)).close()
    expect(readdirSync(folder).sort()).toEqual(['manifest.json', 'segments'])
  })

  it('is continued only with the same settings, and names those that differ', async () => {
    const folder = newFolder()
    createRun(folder, setupOf(world)).close()
    const other = (setup: object): string => failing(() => openRun(folder, { ...setupOf(world), ...setup })).message
    expect(other({ hooks: NO_HOOKS })).toMatch(/another hooks: continue it/)
    expect(other({ agent: 'x', seed: 4 })).toMatch(/another agent, seed/)
    expect(other({ runKey: 'x' })).toMatch(/another runKey/)
    expect(other({ world: await openWalk({ goal: 4 }) })).toMatch(/with another goal; open walk@1 with the options/)
    const stranger = { environment: { id: 'swim@1' }, options: {}, digest: 'x' }
    expect(other({ world: stranger })).toMatch(/in walk@1, and this is swim@1/)
    expect(other({ world: { ...world, digest: 'x' } })).toMatch(/not the data it was opened with/)
    expect(failing(() => openRun(folder, setupOf(world, NO_HOOKS))).code).toBe('RECORD_FOREIGN')
  })

  it('has one writer at a time; the lock of a process that is gone is taken over', () => {
    const folder = newFolder()
    const first = createRun(folder, setupOf(world))
    expect(failing(() => openRun(folder, setupOf(world)))).toMatchObject({
      code: 'RECORD_FAILED',
      message: expect.stringContaining(`process ${process.pid} is writing`),
    })
    first.close()
    first.close()
    for (const pid of [999_999_999, process.pid, 'nobody']) {
      writeFileSync(join(folder, 'lock'), `${pid}\n`)
      expect(() => openRun(folder, setupOf(world)).close()).not.toThrow()
      expect(existsSync(join(folder, 'lock'))).toBe(false)
    }
    writeFileSync(join(folder, 'lock'), `${process.ppid}\n`)
    expect(failing(() => openRun(folder, setupOf(world))).message).toContain(`process ${process.ppid} is writing`)
  })

  it.skipIf(process.platform !== 'linux')('is free where its writer was killed and not waited for', async () => {
    const folder = newFolder()
    createRun(folder, setupOf(world)).close()
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'])
    try {
      const pid = Number(String((await once(parent.stdout, 'data'))[0]))
      // A shell would wait for it; what replaces the shell does not.
      while (readFileSync(`/proc/${parent.pid}/comm`, 'utf8') !== 'sleep\n') await sleep(5)
      process.kill(pid, 'SIGKILL')
      while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z')) await sleep(5)
      writeFileSync(join(folder, 'lock'), `${pid}\n`)
      openRun(folder, setupOf(world)).close()
      expect(existsSync(join(folder, 'lock'))).toBe(false)
    } finally {
      parent.kill('SIGKILL')
    }
  })

  it('gives the lock back if opening fails', () => {
    const folder = newFolder()
    createRun(folder, setupOf(world)).close()
    writeFileSync(segmentOf(folder), 'x\n')
    expect(failing(() => openRun(folder, setupOf(world))).code).toBe('RECORD_CORRUPT')
    writeFileSync(segmentOf(folder), '')
    openRun(folder, setupOf(world)).close()
  })
})
