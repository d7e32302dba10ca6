import { INSTALL, installed, OPENENV } from '../wire/kit/openenv.ts'
import { compare } from './kit/compare.ts'
import type { Way } from './kit/player.ts'
import { ours, theirs } from './kit/servers.ts'

/**
 * Steps per second from Python: openenv's client on the real OpenEnv server and on ours, and the client `stepgym`, with
 * an equal echo and an equal page of 2 KB; beside them what the client could read if there were no server. An episode
 * has 32 steps; the resets between them are in the time.
 */
const PORTS = { ours: 9321, echo: 9322, page: 9323 } as const
const EPISODES = 64

if (installed()) await compareAll()
else console.log(`skipped: ${OPENENV} is not installed. To have it:\n  ${INSTALL}`)

async function compareAll(): Promise<void> {
  const server = await ours(PORTS.ours)
  try {
    for (const environment of ['echo', 'page'] as const) {
      const other = await theirs(environment, PORTS[environment])
      const way = (name: string, way: string, episodes: number, served = server): Way => ({
        name,
        way,
        url: served.urlOf(environment),
        episodes,
        server: served.process,
      })
      try {
        await compare(`${environment}, one episode`, [
          way(`${OPENENV}, blocking`, 'openenv_blocking', 1, other),
          way('its client on our server', 'openenv_blocking', 1),
          way('stepgym, blocking', 'blocking', 1),
          way('stepgym, asyncio', 'sockets', 1),
          way('frames read without a server', 'parsed', 1),
        ])
        await compare(`${environment}, ${EPISODES} episodes`, [
          way(`${OPENENV}, a socket an episode`, 'openenv_sockets', EPISODES, other),
          way('its client on our server', 'openenv_sockets', EPISODES),
          way('stepgym, a socket an episode', 'sockets', EPISODES),
          way('stepgym, one socket', 'shared', EPISODES),
          way('stepgym, a vector', 'vector', EPISODES),
          way('frames of the vector read without a server', 'parsed', EPISODES),
        ])
      } finally {
        other.process.kill('SIGKILL')
      }
    }
  } finally {
    server.process.kill('SIGKILL')
  }
}
