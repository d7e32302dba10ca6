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
import { LEASE_MS, Lease, leaseAge } from './lease.ts'
import { isRunning, isVisible, ownIdentity, type ProcessIdentity } from './process-identity.ts'

export const LOCK = 'lock'

/** Begins the names of locks that are being made; a crash may leave one behind. */
export const LOCK_DRAFT = 'lock-'

/** The right to write a folder, which one process has at a time. */
export interface FolderLock {
  /** Whether it was taken from a process that cannot be seen from here: paused, it may still believe to have it. */
  readonly isTakenOver: boolean
  /** Whether no other writer has taken it: what is written while this is false is not part of the folder. */
  isHeld(): boolean
  /** Gives the folder free. */
  release(): void
}

/**
 * Makes this process the one writer of a folder; the lock of a process that is gone is taken over.
 *
 * A lock is a folder with one file, whose name says who has it and occurs once. It is made aside and renamed into its
 * place, which succeeds where there is no lock or an empty one. To take over is to delete the file of the dead holder
 * by its name, which harms no lock of anyone else, and then to rename as any other: of several, one succeeds. Of a
 * holder on another machine or in another container only its sign of life can be seen (`Lease`).
 * @throws GymError RECORD_FAILED where another writer is at work
 */
export function lockFolder(folder: string): FolderLock {
  const real = realpathSync(folder)
  const own = `${nameOf(ownIdentity())}-${randomBytes(8).toString('hex')}`
  const draft = join(real, `${LOCK_DRAFT}${own}`)
  const path = join(real, LOCK)
  mkdirSync(draft)
  writeFileSync(join(draft, own), '')
  try {
    const isTakenOver = take({ path, folder: real, draft, file: join(draft, own) })
    const lock = new HeldLock(path, own, isTakenOver)
    discardDrafts(real, join(path, own))
    return lock
  } catch (thrown) {
    rmSync(draft, { recursive: true, force: true })
    throw thrown
  }
}

class HeldLock implements FolderLock {
  readonly isTakenOver: boolean
  readonly #path: string
  readonly #own: string
  readonly #lease: Lease

  constructor(path: string, own: string, isTakenOver: boolean) {
    this.#path = path
    this.#own = own
    this.isTakenOver = isTakenOver
    held.add(own)
    this.#lease = new Lease(join(path, own))
  }

  isHeld(): boolean {
    return this.#lease.isHeld()
  }

  release(): void {
    held.delete(this.#own)
    this.#lease.end()
    ignoring(['ENOENT', 'ENOTDIR'], () => unlinkSync(join(this.#path, this.#own)))
    removeEmpty(this.#path)
  }
}

/** Locks of this process, which distinguish it from a dead one with its number where the system does not. */
const held = new Set<string>()

/** Where a lock is to be, and the one that is to be there. */
interface Taking {
  readonly path: string
  readonly folder: string
  readonly draft: string
  /** The file in the draft. */
  readonly file: string
}

/** Each turn ends with a lock, a living holder, or a dead one less. */
const MOST_TURNS = 1000

/** @returns whether a holder lost it that cannot be seen from here */
function take(taking: Taking): boolean {
  let isTakenOver = false
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    if (renamed(taking.draft, taking.path)) return isTakenOver
    if (removeDead(taking)) isTakenOver = true
  }
  throw new GymError('RECORD_FAILED', `${taking.path} cannot be taken: other processes take and give it all the time`)
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

/**
 * @returns whether one was removed that cannot be seen from here
 * @throws GymError RECORD_FAILED where a holder lives, or is nothing that a lock of ours says.
 */
function removeDead({ path, folder, file }: Taking): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat?.isFile()) removeOlderLock(path, folder)
  else if (stat && !stat.isDirectory()) throw unknownHolder(path)
  let isTakenOver = false
  for (const name of stat?.isDirectory() ? namesIn(path) : []) {
    const holder = identityOf(name)
    if (holder === null) throw unknownHolder(path)
    expectDead(name, holder, { path, folder, file })
    ignoring(['ENOENT'], () => {
      unlinkSync(join(path, name))
      isTakenOver ||= !isVisible(holder)
    })
  }
  return isTakenOver
}

/** @throws GymError RECORD_FAILED where the holder lives, or may live. */
function expectDead(name: string, holder: ProcessIdentity, { path, folder, file }: Omit<Taking, 'draft'>): void {
  if (isVisible(holder)) {
    if (isHolding(name, holder)) throw atWork(holder.pid, path, folder)
    return
  }
  const age = ageOf(join(path, name), file)
  if (age < LEASE_MS) throw atWorkElsewhere(holder.pid, age, folder)
}

/** As if it had lapsed, where it is gone. */
function ageOf(path: string, own: string): number {
  let age = LEASE_MS
  ignoring(['ENOENT'], () => {
    age = leaseAge(path, own)
  })
  return age
}

const isHolding = (name: string, holder: ProcessIdentity): boolean =>
  holder.pid === process.pid && holder.startTicks === null ? held.has(name) : isRunning(holder)

/** Before format 3 a lock was a file with the number of its process. */
function removeOlderLock(path: string, folder: string): void {
  const pid = Number.parseInt(olderLockText(path), 10) || 0
  if (pid !== process.pid && isRunning({ pid, startTicks: null })) throw atWork(pid, path, folder)
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

const removeEmpty = (path: string): void =>
  ignoring(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EBUSY'], () => rmdirSync(path))

/** Those of processes that died before they had the lock. */
function discardDrafts(folder: string, own: string): void {
  for (const name of readdirSync(folder)) {
    const holder = name.startsWith(LOCK_DRAFT) ? identityOf(name.slice(LOCK_DRAFT.length)) : null
    if (holder === null) continue
    const isDead = isVisible(holder) ? !isRunning(holder) : ageOf(join(folder, name), own) >= LEASE_MS
    if (isDead) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

/** `PID-START-BOOT-NAMESPACE`, with 0 for what the system does not say. */
const nameOf = ({ pid, startTicks, boot, namespace }: ProcessIdentity): string =>
  `${pid}-${startTicks ?? 0}-${boot ?? 0}-${namespace ?? 0}`

/** Without a namespace in runs that an older version wrote. */
const NAME = /^(\d{1,10})-(\d{1,20})-([0-9a-f]{1,32})(?:-(\d{1,20}))?-[0-9a-f]{16}$/

function identityOf(name: string): ProcessIdentity | null {
  const [, pid, start, boot, namespace = '0'] = NAME.exec(name) ?? []
  if (pid === undefined || boot === undefined) return null
  const known = (text: string | undefined): number | null => Number(text) || null
  return { pid: Number(pid), startTicks: known(start), boot: boot === '0' ? null : boot, namespace: known(namespace) }
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

const atWorkElsewhere = (pid: number, age: number, folder: string): GymError =>
  new GymError(
    'RECORD_FAILED',
    `process ${pid} of another machine or container is writing ${folder} (last sign of life ${Math.max(0, Math.round(age))} ms ago): stop it, or try again ${LEASE_MS / 1000} s after its end`,
  )

const unknownHolder = (path: string): GymError =>
  new GymError('RECORD_FAILED', `${path} is not a lock of stepgym: delete it if no process writes to the folder`)
