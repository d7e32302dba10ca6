import { INSTALL, installed, OPENENV } from '../wire/kit/openenv.ts'
import { compare } from './kit/compare.ts'
import { ours } from './kit/servers.ts'

/**
 * What the Python client could read if there were no server: the frames of a vector's replies, over and over; beside it
 * the client on our server, with 64 echo episodes.
 */
const PORT = 9320
const EPISODES = 64
const WAYS = [
  { name: 'frames of a vector read without a server', way: 'parsed' },
  { name: 'a vector', way: 'vector' },
  { name: 'one socket', way: 'shared' },
  { name: 'a socket an episode', way: 'sockets' },
]

if (installed()) await compareWithCeiling()
else throw new Error(`${OPENENV} is not installed, whose Python has what the client needs. To have it:\n  ${INSTALL}`)

async function compareWithCeiling(): Promise<void> {
  const { process: server, urlOf } = await ours(PORT)
  try {
    const url = urlOf('echo')
    const ways = WAYS.map((each) => ({ ...each, url, episodes: EPISODES, server }))
    await compare(`echo, ${EPISODES} episodes beside the ceiling`, ways)
  } finally {
    server.kill('SIGKILL')
  }
}
