import { INSTALL, installed, OPENENV } from '../wire/kit/openenv.ts'
import { compare } from './kit/compare.ts'
import type { Way } from './kit/player.ts'
import { ours, theirs } from './kit/servers.ts'

/**
 * 2,048 sessions that are open at once from one Python process, each in a closed loop, with an equal echo: openenv's
 * client on the real OpenEnv server, and the client `stepgym` on ours. The greatest waits are those of `p99`.
 */
const SESSIONS = 2_048
const FIRST_PORT = 9324
/** Each session takes several steps a round. */
const LENGTH = { seconds: 4, rounds: 3 }

/** Each on a server of its own, so that the sessions of the others do not load it. */
const WAYS = [
  { name: OPENENV, way: 'openenv_sockets', serve: (port: number) => theirs('echo', port) },
  { name: 'its client on our server', way: 'openenv_sockets', serve: ours },
  { name: 'stepgym, a socket an episode', way: 'sockets', serve: ours },
  { name: 'stepgym, one socket', way: 'shared', serve: ours },
]

if (installed()) await compareSessions()
else console.log(`skipped: ${OPENENV} is not installed. To have it:\n  ${INSTALL}`)

async function compareSessions(): Promise<void> {
  const ways: Way[] = []
  try {
    for (const [at, { name, way, serve }] of WAYS.entries()) {
      const { process: server, urlOf } = await serve(FIRST_PORT + at)
      ways.push({ name, way, url: urlOf('echo'), episodes: SESSIONS, server })
    }
    await compare(`echo, ${SESSIONS} sessions`, ways, LENGTH)
  } finally {
    for (const { server } of ways) server.kill('SIGKILL')
  }
}
