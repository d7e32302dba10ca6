import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'

/** What is on the machine outside the sandbox, for attacks to try to reach. */
export interface Outside {
  /** Path of a file that holds the secret, which an environment variable holds too. */
  readonly file: string
  readonly secret: string
  /** TCP port on 127.0.0.1, a socket in the file system, and an abstract one. */
  readonly port: number
  readonly socket: string
  readonly abstract: string
  /** Connections that reached any of the three. */
  readonly connections: number
  close(): Promise<void>
}

const VARIABLE = 'STEPGYM_ATTACK_SECRET'

/** Sets up a secret and three servers. */
export async function openOutside(): Promise<Outside> {
  const secret = randomUUID()
  const folder = mkdtempSync(join(tmpdir(), 'stepgym-attack-'))
  const [file, socket, abstract] = [join(folder, 'secret'), join(folder, 'socket'), `stepgym-${secret}`]
  writeFileSync(file, secret, { mode: 0o644 })
  process.env[VARIABLE] = secret
  let connections = 0
  const listen = (where: object): Promise<Server> => listening(where, secret, () => connections++)
  const servers = [await listen({ host: '127.0.0.1', port: 0 }), await listen({ path: socket })]
  if (platform() === 'linux') servers.push(await listen({ path: `\0${abstract}` }))
  const address = servers[0]?.address()
  return {
    file,
    secret,
    socket,
    abstract,
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get connections() {
      return connections
    },
    async close() {
      delete process.env[VARIABLE]
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
      rmSync(folder, { recursive: true })
    },
  }
}

/** A server that shows the secret to every connection. */
function listening(where: object, secret: string, seen: () => void): Promise<Server> {
  const server = createServer((connection) => {
    seen()
    connection
      .on('error', () => {})
      .resume()
      .end(secret)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => resolve(server))
  })
}

/** Processes under one, as Linux lists them; null elsewhere. */
export function descendantsOf(pid: number | undefined): number | null {
  if (platform() !== 'linux' || pid === undefined) return null
  const parents = new Map(readdirSync('/proc').flatMap((name) => parentOf(name)))
  const isUnder = (each: number): boolean => each === pid || (parents.has(each) && isUnder(parents.get(each) ?? 0))
  return [...parents.keys()].filter((each) => each !== pid && isUnder(each)).length
}

function parentOf(name: string): readonly (readonly [pid: number, parent: number])[] {
  if (!/^\d+$/.test(name)) return []
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
    return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]]
  } catch {
    // It has just ended.
    return []
  }
}
