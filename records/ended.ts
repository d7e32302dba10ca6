import { createHash, randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** What is kept of a trajectory that has ended, or of a group, of which only the name is. */
export interface Ended {
  readonly firstIndex: number
  readonly nextIndex: number
  isOfGroup(id: string): boolean
}

export interface EndedEntry {
  readonly groupId: string | null
  readonly firstIndex: number
  readonly nextIndex: number
}

/** Names that are never forgotten, however many they become. */
export interface EndedNames {
  add(name: string, entry: EndedEntry): void
  find(name: string): Ended | null
  close(): void
}

/** For readers, who go through a run once. */
export function endedInMemory(): EndedNames {
  const entries = new Map<string, EndedEntry>()
  return {
    add: (name, entry) => entries.set(name, entry),
    find(name) {
      const entry = entries.get(name)
      return entry ? { ...entry, isOfGroup: (id) => id === entry.groupId } : null
    },
    close: () => entries.clear(),
  }
}

const SLOT_BYTES = 32
const NAME_BYTES = 16
const WINDOW_BYTES = 16 * SLOT_BYTES
const FIRST_SLOTS = 4096
const GROWTH = 8
/** Behind the last place that a name can have, for those that found theirs taken. */
const SLACK_SLOTS = 4096

interface Table {
  readonly begin: number
  readonly slots: number
  used: number
}

const end = ({ begin, slots }: Table): number => begin + (slots + SLACK_SLOTS) * SLOT_BYTES

/**
 * For writers, who may run forever: a hash table in a file, of which the process holds nothing. A slot has 128 bits of
 * the name's keyed digest, 64 of the group's, and two counts; a table that is half full is followed by one eight times
 * as large. The file has no name any more once it is open, so that a crash leaves none behind.
 */
export class EndedOnDisk implements EndedNames {
  /** Null once it is closed: the number may be another file's by then. */
  #openFd: number | null
  readonly #key = randomBytes(16)
  readonly #tables: Table[] = [{ begin: 0, slots: FIRST_SLOTS, used: 0 }]
  readonly #window = Buffer.alloc(WINDOW_BYTES)

  constructor(folder: string) {
    const path = join(folder, `ended-${randomBytes(8).toString('hex')}.tmp`)
    this.#openFd = openSync(path, 'wx+')
    unlinkSync(path)
  }

  add(name: string, { groupId, firstIndex, nextIndex }: EndedEntry): void {
    const slot = Buffer.alloc(SLOT_BYTES)
    const digest = this.#digest(name)
    digest.copy(slot, 0, 0, NAME_BYTES)
    if (groupId !== null) this.#digest(groupId).copy(slot, NAME_BYTES, 0, 8)
    slot.writeUInt32LE(firstIndex, 24)
    slot.writeUInt32LE(nextIndex, 28)
    const table = this.#tableWithRoom()
    const place = this.#probe(table, digest)
    writeSync(this.#fd, slot, 0, SLOT_BYTES, place.at)
    table.used++
  }

  find(name: string): Ended | null {
    const digest = this.#digest(name)
    for (const table of this.#tables) {
      const { slot } = this.#probe(table, digest)
      if (slot) return this.#endedOf(slot)
    }
    return null
  }

  close(): void {
    if (this.#openFd !== null) closeSync(this.#openFd)
    this.#openFd = null
  }

  get #fd(): number {
    if (this.#openFd === null) throw new Error('it was closed')
    return this.#openFd
  }

  #endedOf(slot: Buffer): Ended {
    const group = slot.subarray(NAME_BYTES, NAME_BYTES + 8)
    return {
      firstIndex: slot.readUInt32LE(24),
      nextIndex: slot.readUInt32LE(28),
      isOfGroup: (id) => this.#digest(id).subarray(0, 8).equals(group),
    }
  }

  #tableWithRoom(): Table {
    const last = this.#tables.at(-1)
    if (last && last.used < last.slots / 2) return last
    const table = { begin: last ? end(last) : 0, slots: (last?.slots ?? 0) * GROWTH, used: 0 }
    this.#tables.push(table)
    return table
  }

  /** The slot of a name, or where it would go. */
  #probe(table: Table, digest: Buffer): { readonly at: number; readonly slot: Buffer | null } {
    const first = table.begin + (digest.readUIntLE(NAME_BYTES, 6) % table.slots) * SLOT_BYTES
    for (let at = first; at < end(table); at += WINDOW_BYTES) {
      this.#window.fill(0)
      readSync(this.#fd, this.#window, 0, WINDOW_BYTES, at)
      for (let offset = 0; offset < WINDOW_BYTES; offset += SLOT_BYTES) {
        const slot = this.#window.subarray(offset, offset + SLOT_BYTES)
        if (slot[0] === 0) return { at: at + offset, slot: null }
        if (slot.compare(digest, 0, NAME_BYTES, 0, NAME_BYTES) === 0)
          return { at: at + offset, slot: Buffer.from(slot) }
      }
    }
    throw new Error('a table of ended trajectories is full')
  }

  /** 32 bytes, the first of which is not 0, as it is in an empty slot. */
  #digest(name: string): Buffer {
    const digest = createHash('sha256').update(this.#key).update(name).digest()
    digest[0] = (digest[0] ?? 0) | 1
    return digest
  }
}
