import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Numbers of users that no system gives to anyone: above those of containers and directories, below 2^31. */
const FREE = { first: 2_010_000_000, count: 2 ** 27 }
/** The user that owns nothing. */
export const OWNS_NOTHING = 65_534

/**
 * A user for the processes of one worker, where this process is root: what the kernel counts by user, such as files on
 * their way through sockets and pages of pipes, counts for that worker alone. In a user namespace without these numbers
 * all workers have the user that owns nothing.
 */
export const unprivilegedId = (map = idMapHere()): number =>
  hasIds(map) ? FREE.first + randomInt(FREE.count) : OWNS_NOTHING

/** Whether users have the free numbers, by lines of first number, first number outside, and count. */
const hasIds = (map: string): boolean =>
  map.split('\n').some((line) => {
    const [first = NaN, , count = NaN] = line.trim().split(/\s+/).map(Number)
    return first <= FREE.first && FREE.first + FREE.count <= first + count
  })

function idMapHere(): string {
  try {
    return readFileSync('/proc/self/uid_map', 'utf8')
  } catch {
    return ''
  }
}
