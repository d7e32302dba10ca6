import { GymError } from '../../core/data/errors.ts'
import type { Host } from '../hosting/host.ts'

/**
 * Liveness: whether what is played can be recorded. Where it cannot, a restart is what helps.
 * @throws GymError RECORD_FAILED
 */
export function healthOf({ unrecorded }: Host): string {
  if (unrecorded.length === 0) return '{"status":"healthy"}'
  throw unwritable(unrecorded.join(', '))
}

/** For the liveness of one environment. @throws GymError RECORD_FAILED */
export function expectRecorded({ unrecorded }: Host, name: string): void {
  if (unrecorded.includes(name)) throw unwritable(name)
}

/**
 * Readiness: whether another session would be served at once.
 * @throws GymError RECORD_FAILED, SERVER_STOPPING, CAPACITY_REACHED
 */
export function readinessOf(host: Host): string {
  healthOf(host)
  if (host.isStopping) throw new GymError('SERVER_STOPPING', 'the server is stopping')
  if (host.hasRoom) return '{"status":"ready"}'
  throw new GymError('CAPACITY_REACHED', 'the server is full: sessions must wait, or episodes are refused')
}

const unwritable = (names: string): GymError =>
  new GymError('RECORD_FAILED', `episodes of ${names} cannot be recorded: see the log of the server`)
