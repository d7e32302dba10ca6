import { invalidGroup } from './group-rules.ts'

/** Place of a server among several that share one address: each has its own sessions, groups and record. */
export interface WorkerPlace {
  readonly index: number
  /** Worker that has the session, episode or group of a name: all of them say the same. */
  homeOf(name: string): number
  /** `http://HOST:PORT` of another; null while it is being replaced. */
  urlOf(worker: number): string | null
}

/** A new name whose home is this server. @param make draws a name */
export function nameAtHome(place: WorkerPlace | undefined, make: () => string): string {
  let name = make()
  while (place && place.homeOf(name) !== place.index) name = make()
  return name
}

/** @throws GymError GROUP_INVALID for a group that another server has, of those that share an address */
export function expectGroupAtHome(place: WorkerPlace | undefined, id: string): void {
  if (!place || place.homeOf(id) === place.index) return
  throw invalidGroup(id, `another process has it: join it by a socket of its own, at an address with ?group=${id}`)
}
