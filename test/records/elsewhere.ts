import { readdirSync, renameSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { ownIdentity } from '../../records/process-identity.ts'

/** Names of locks of processes in another container and on another machine, whose numbers say nothing here. */
export const ELSEWHERE = {
  'another container': (): string => {
    const { boot, namespace, startTicks } = ownIdentity()
    return `1-${startTicks}-${boot}-${(namespace ?? 0) + 1}-0123456789abcdef`
  },
  'another machine': (): string => `${process.pid}-1-0123456789abcdef-${ownIdentity().namespace}-0123456789abcdef`,
}

/** Makes a file as old as the lock of a process that has shown nothing for a minute. @returns its time, in ms */
export function lapse(path: string): number {
  const seconds = Date.now() / 1000 - 60
  utimesSync(path, seconds, seconds)
  return statSync(path).mtimeMs
}

/** Makes the holder of a folder's lock one that was paused in another container a minute ago. */
export function pauseElsewhere(folder: string): void {
  const [own = ''] = readdirSync(join(folder, 'lock'))
  const path = join(folder, 'lock', ELSEWHERE['another container']())
  renameSync(join(folder, 'lock', own), path)
  lapse(path)
}
