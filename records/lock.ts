import { randomBytes } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { GymError } from '../core/data/errors.ts'
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts'

export const LOCK = 'lock'

/** Begins the names of locks that are being made; a crash may leave one behind. */
export const LOCK_DRAFT = 'lock-'

/**
 * Makes this process the one writer of a folder; the lock of a process that is gone is taken over.
 *
 * A lock is a folder with one file, whose name says who has it and occurs once. It is made aside and renamed into its
 * place, which succeeds where there is no lock or an empty one. To take over is to delete the file of the dead holder
 * by its name, which harms no lock of anyone else, and then to rename as any other: of several, one succeeds.
 * @returns what gives the folder free again
 * @throws GymError RECORD_FAILED where another writer is at work
 */
export function lockFolder(folder: string): () => void {
  const real = realpathSync(folder)
  const own = `${nameOf(ownIdentity())}-${randomBytes(8).toString('hex')}`
  const draft = join(real, `${LOCK_DRAFT}${own}`)
  const path = join(real, LOCK)
  mkdirSync(draft)
  writeFileSync(join(draft, own), '')
  try {
    take(path, draft, real)
  } catch (thrown) {
    rmSync(draft, { recursive: true, force: true })
    throw thrown
  }
  held.add(own)
  discardDrafts(real)
  return () => release(path, own)
}

/** Locks of this process, which distinguish it from a dead one with its number where the system does not. */
const held = new Set<string>()

const isHolding = (name: string, { pid, startTicks, boot }: ProcessIdentity): boolean =>
  pid === process.pid && startTicks === null ? held.has(name) : isRunning({ pid, startTicks, boot })

/** Each turn ends with a lock, a living holder, or a dead one less. */
const MOST_TURNS = 1000

function take(path: string, draft: string, folder: string): void {
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    if (renamed(draft, path)) return
    removeDead(path, folder)
  }
  throw new GymError('RECORD_FAILED', `${path} cannot be taken: other processes take and give it all the time`)
}

/** True where the lock is in its place now, false where another is. */
function renamed(draft: string, path: string): boolean {
  try {
    // Windows renames onto nothing that is there.
    if (process.platform === 'win32') removeEmpty(path)
    renameSync(draft, path)
    return true
  } catch (thrown) {
    // The lock that was in the way may be gone by now.
    if (IN_THE_WAY.has(codeOf(thrown)) || lstatSync(path, { throwIfNoEntry: false })) return false
    throw thrown
  }
}

/** What a rename fails with where a lock of this format or an older one has the name. */
const IN_THE_WAY: ReadonlySet<unknown> = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR'])

/** @throws GymError RECORD_FAILED where a holder lives, or is nothing that a lock of ours says. */
function removeDead(path: string, folder: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat?.isFile()) removeOlderLock(path, folder)
  else if (stat && !stat.isDirectory()) throw unknownHolder(path)
  for (const name of stat?.isDirectory() ? namesIn(path) : []) {
    const holder = identityOf(name)
    if (holder === null) throw unknownHolder(path)
    if (isHolding(name, holder)) throw atWork(holder.pid, path, folder)
    ignoring(['ENOENT'], () => unlinkSync(join(path, name)))
  }
}

/** Before format 3 a lock was a file with the number of its process. */
function removeOlderLock(path: string, folder: string): void {
  const pid = Number.parseInt(olderLockText(path), 10) || 0
  if (pid !== process.pid && isRunning({ pid, startTicks: null, boot: null })) throw atWork(pid, path, folder)
  // A lock of this format that has taken its place is a folder, and stays.
  ignoring(['ENOENT', 'EISDIR', 'EPERM'], () => unlinkSync(path))
}

/** Empty where it is gone, or is a folder, by now. */
function olderLockText(path: string): string {
  let text = ''
  ignoring(['ENOENT', 'EISDIR', 'EPERM'], () => {
    text = readFileSync(path, 'utf8')
  })
  return text
}

function release(path: string, own: string): void {
  held.delete(own)
  ignoring(['ENOENT', 'ENOTDIR'], () => unlinkSync(join(path, own)))
  removeEmpty(path)
}

const removeEmpty = (path: string): void =>
  ignoring(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EBUSY'], () => rmdirSync(path))

/** Those of processes that died before they had the lock. */
function discardDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    const holder = name.startsWith(LOCK_DRAFT) ? identityOf(name.slice(LOCK_DRAFT.length)) : null
    if (holder && !isRunning(holder)) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

/** `PID-START-BOOT`, with 0 for what the system does not say. */
const nameOf = ({ pid, startTicks, boot }: ProcessIdentity): string => `${pid}-${startTicks ?? 0}-${boot ?? 0}`

const NAME = /^(\d{1,10})-(\d{1,20})-([0-9a-f]{1,32})-[0-9a-f]{16}$/

function identityOf(name: string): ProcessIdentity | null {
  const [, pid, start, boot = '0'] = NAME.exec(name) ?? []
  if (pid === undefined) return null
  const startTicks = Number(start)
  return { pid: Number(pid), startTicks: startTicks === 0 ? null : startTicks, boot: boot === '0' ? null : boot }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function ignoring(codes: readonly string[], work: () => void): void {
  try {
    work()
  } catch (thrown) {
    const code = codeOf(thrown)
    if (typeof code !== 'string' || !codes.includes(code)) throw thrown
  }
}

const codeOf = (thrown: unknown): unknown => (thrown instanceof Error && 'code' in thrown ? thrown.code : undefined)

const atWork = (pid: number, path: string, folder: string): GymError =>
  new GymError(
    'RECORD_FAILED',
    `process ${pid} is writing ${folder}: stop it, or delete ${path} if it writes something else`,
  )

const unknownHolder = (path: string): GymError =>
  new GymError('RECORD_FAILED', `${path} is not a lock of stepgym: delete it if no process writes to the folder`)
