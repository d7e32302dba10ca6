import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lockFolder } from '../../records/lock.ts'
import { isRunning, isVisible, ownIdentity } from '../../records/process-identity.ts'
import { compiledPath } from '../support/compiled.ts'
import { newFolder } from '../support/folder.ts'
import { until } from '../support/server/client.ts'
import { ELSEWHERE, lapse, pauseElsewhere } from './elsewhere.ts'
import type { Race } from './lock-racer.ts'
import { failing } from './stories.ts'

const ROUNDS = 150
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

async function racer(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [compiledPath('test/records/lock-racer.ts')], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  children.push(child)
  await once(child, 'message')
  return child
}

async function raced(child: ChildProcess, race: Race): Promise<string> {
  const answer = once(child, 'message')
  child.send(race)
  return String((await answer)[0])
}

const race = (racers: readonly ChildProcess[], folder: string): Promise<readonly string[]> => {
  const startsAt = Date.now() + 3
  return Promise.all(racers.map((child) => raced(child, { folder, startsAt })))
}

/** A process that had a lock and was killed: what it left is copied into other folders. */
async function deadHolder(): Promise<string> {
  const folder = newFolder()
  const child = await racer()
  expect(await race([child], folder)).toEqual(['owner'])
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
  return readdirSync(join(folder, 'lock')).join()
}

type Leave = (folder: string) => void

function leaveLock(name: string): Leave {
  return (folder) => {
    mkdirSync(join(folder, 'lock'))
    writeFileSync(join(folder, 'lock', name), '')
  }
}

describe('a lock that a dead process left', () => {
  it('is taken over by exactly one of several processes, in every race', async () => {
    const name = await deadHolder()
    const leavings: readonly Leave[] = [
      leaveLock(name),
      (folder) => writeFileSync(join(folder, 'lock'), '999999999\n'),
      (folder) => mkdirSync(join(folder, 'lock')),
      (folder) => mkdirSync(join(folder, `lock-${name}`)),
    ]
    const racers = await Promise.all([racer(), racer(), racer()])
    for (let round = 0; round < ROUNDS; round++) {
      const folder = newFolder()
      leavings[round % leavings.length]?.(folder)
      const answers = await race(racers, folder)
      expect(answers.filter((answer) => answer === 'owner')).toHaveLength(1)
      for (const answer of answers) expect(answer).toMatch(/^owner$|^process \d+ is writing .*: stop it, or delete /)
      expect(readdirSync(folder)).toEqual(['lock'])
    }
  })

  it('is taken over once more if its owner is killed in its turn', async () => {
    const folder = newFolder()
    const others = await Promise.all([racer(), racer()])
    for (let round = 0; round < 3; round++) {
      const all = [await racer(), ...others]
      const answers = await race(all, folder)
      expect(answers.filter((answer) => answer === 'owner')).toHaveLength(1)
      const owner = all[answers.indexOf('owner')]
      const exit = owner && once(owner, 'exit')
      owner?.kill('SIGKILL')
      await exit
      if (owner && others.includes(owner)) others[others.indexOf(owner)] = await racer()
    }
    lockFolder(folder).release()
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  })
})

describe('a lock', () => {
  it('keeps other opening attempts of the same process out, and is free once it is given back', () => {
    const folder = newFolder()
    const lock = lockFolder(folder)
    expect(failing(() => lockFolder(folder))).toMatchObject({
      code: 'RECORD_FAILED',
      message: expect.stringContaining(`process ${process.pid} is writing`),
    })
    lock.release()
    lock.release()
    lockFolder(folder).release()
    expect(readdirSync(folder)).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')('is not of a process that only has the number of its holder', () => {
    const own = ownIdentity()
    const { startTicks, boot } = own
    expect(isRunning(own)).toBe(true)
    expect(isRunning({ ...own, startTicks: Number(startTicks) - 1 })).toBe(false)
    expect(isVisible(own)).toBe(true)
    const folder = newFolder()
    leaveLock(`${process.pid}-${Number(startTicks) - 1}-${boot}-0123456789abcdef`)(folder)
    lockFolder(folder).release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('is left alone if it is nothing that stepgym makes', () => {
    const leavings: readonly Leave[] = [
      leaveLock('mine'),
      (folder) => symlinkSync(newFolder(), join(folder, 'lock')),
      (folder) => symlinkSync('/nowhere', join(folder, 'lock')),
    ]
    for (const leave of leavings) {
      const folder = newFolder()
      leave(folder)
      const { code, message } = failing(() => lockFolder(folder))
      expect([code, message]).toEqual([
        'RECORD_FAILED',
        expect.stringContaining('is not a lock of stepgym: delete it if'),
      ])
      expect(readdirSync(folder)).toEqual(['lock'])
    }
  })
})

describe.skipIf(process.platform !== 'linux')('a lock of a process that cannot be seen', () => {
  it.each(Object.entries(ELSEWHERE))('in %s keeps others out as long as it shows that it lives', (_, name) => {
    const folder = newFolder()
    leaveLock(name())(folder)
    const { code, message } = failing(() => lockFolder(folder))
    expect([code, message]).toEqual(['RECORD_FAILED', expect.stringMatching(/another machine or container.*try again/)])
    expect(readdirSync(join(folder, 'lock'))).toEqual([name()])
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  it.each(Object.entries(ELSEWHERE))('in %s is taken over where it has shown nothing for long', (_, name) => {
    const folder = newFolder()
    leaveLock(name())(folder)
    lapse(join(folder, 'lock', name()))
    const lock = lockFolder(folder)
    expect([lock.isHeld(), lock.isTakenOver]).toEqual([true, true])
    lock.release()
    expect([lock.isHeld(), readdirSync(folder)]).toEqual([false, []])
  })

  it('is known to be lost by its holder', () => {
    const folder = newFolder()
    const paused = lockFolder(folder)
    expect([paused.isHeld(), paused.isTakenOver]).toEqual([true, false])
    pauseElsewhere(folder)
    const lock = lockFolder(folder)
    expect([paused.isHeld(), lock.isHeld()]).toEqual([false, true])
    paused.release()
    expect(lock.isHeld()).toBe(true)
    lock.release()
  })

  it('shows that it lives by being written', async () => {
    const folder = newFolder()
    const lock = lockFolder(folder)
    const [own = ''] = readdirSync(join(folder, 'lock'))
    const path = join(folder, 'lock', own)
    const long = lapse(path)
    await until(() => statSync(path).mtimeMs > long)
    lock.release()
    expect(existsSync(path)).toBe(false)
  })
})
