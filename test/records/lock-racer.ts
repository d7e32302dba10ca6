/**
 * A process that races others for the lock of a folder, as often as it is asked to: it starts at the moment it is
 * given, says whether it has the lock, and keeps it until the next race.
 */
import { messageOf } from '../../core/data/errors.ts'
import { lockFolder } from '../../records/lock.ts'

export interface Race {
  readonly folder: string
  /** Time by `Date.now()`. */
  readonly startsAt: number
}

let unlock = (): void => {}

process.on('message', ({ folder, startsAt }: Race) => {
  unlock()
  unlock = () => {}
  while (Date.now() < startsAt);
  try {
    unlock = lockFolder(folder)
    process.send?.('owner')
  } catch (thrown) {
    process.send?.(messageOf(thrown))
  }
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
