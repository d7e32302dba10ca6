/* Opens a connection to the server that its argument describes, and ends without closing it. */
import { McpConnection } from '../../../envs/tools/mcp/connection.ts'
import { readServers } from '../../../envs/tools/mcp/servers.ts'

const server = readServers(JSON.parse(process.argv[2] ?? '{}')).get('left')
if (!server) throw new Error('no server')
const connection = await McpConnection.open(server, { startMs: 20_000, callMs: 1000, resultCharacters: 100 })
await connection.listTools()
process.exit(0)
