import { spawnSync } from 'node:child_process'
import { type Finding, well } from './finding.ts'

const OLDEST = '2.9'

/** The broker that several servers share, if it is installed here. Optional: it may run on another machine. */
export function busFinding(program = 'nats-server'): Finding {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 5000 })
  const [, version] = /v?(\d+\.\d+\.\d+)/.exec(stdout ?? '') ?? []
  if (status !== 0 || version === undefined) return well('message bus', 'no nats-server here (for serve --bus)')
  const isOld = version.localeCompare(OLDEST, 'en', { numeric: true }) < 0
  const advice = isOld ? `install nats-server ${OLDEST} or newer, for serve --bus` : null
  return { what: 'message bus', found: `nats-server ${version}`, advice }
}
