/**
 * A process that races others for the lock of a folder, as often as it is asked to: it starts at the moment it is
 * given, says whether it has the lock, and keeps it until the next race.
 */
import { messageOf } from '../../core/data/errors.ts'
import { type FolderLock, lockFolder } from '../../records/lock.ts'

export interface Race {
  readonly folder: string
  /** Time by `Date.now()`. */
  readonly startsAt: number
}

let lock: FolderLock | null = null

process.on('message', ({ folder, startsAt }: Race) => {
  lock?.release()
  lock = null
  while (Date.now() < startsAt);
  try {
    lock = lockFolder(folder)
    process.send?.('owner')
  } catch (thrown) {
    process.send?.(messageOf(thrown))
  }
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
