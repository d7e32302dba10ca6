import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GymError } from '../core/data/errors.ts'

export const LOCK = 'lock'

/** Folders that this process writes: its own number in a lock may also be that of a dead process before it. */
const held = new Set<string>()

/**
 * Makes this process the one writer of a folder; the lock of a process that is gone is taken over.
 * @returns what gives the folder free again
 * @throws GymError RECORD_FAILED where another writer is at work
 */
export function lockFolder(folder: string): () => void {
  const real = realpathSync(folder)
  const path = join(real, LOCK)
  if (!tryLock(path)) takeOver(path, real)
  held.add(real)
  return () => {
    if (held.delete(real)) rmSync(path, { force: true })
  }
}

function takeOver(path: string, folder: string): void {
  const holder = holderOf(path)
  const isAtWork = holder === process.pid ? held.has(folder) : isAlive(holder)
  if (!isAtWork) rmSync(path, { force: true })
  if (!isAtWork && tryLock(path)) return
  throw new GymError(
    'RECORD_FAILED',
    `process ${holder} is writing ${folder}: stop it, or delete ${path} if it writes something else`,
  )
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, `${process.pid}\n`, { flag: 'wx' })
    return true
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return false
    throw thrown
  }
}

/** 0 where the lock names nobody, as when its process died before it wrote its number. */
function holderOf(path: string): number {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10) || 0
  } catch {
    return 0
  }
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM'
  }
}

/** A killed process keeps its number until its parent asks after it, and some parents take their time. */
function isZombie(pid: number): boolean {
  try {
    return /\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const codeOf = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined
