import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { GymServer } from '../../../server/listen.ts'
import { closeAfterTest } from '../cleanup.ts'

export interface McpClient {
  readonly client: Client
  readonly transport: StreamableHTTPClientTransport
  /** What the transport reported beside its replies. */
  readonly errors: readonly Error[]
}

/** The SDK's own client, in a session of its own. */
export async function mcpClient(
  server: GymServer,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<McpClient> {
  const client = new Client({ name: 'test', version: '1' })
  const errors: Error[] = []
  client.onerror = (error) => errors.push(error)
  const transport = new StreamableHTTPClientTransport(new URL(server.url + path), { requestInit: { headers } })
  // The SDK's own types do not agree with each other where optional properties are exact.
  await client.connect(transport as Parameters<Client['connect']>[0])
  closeAfterTest(() => client.close())
  return { client, transport, errors }
}

/** The texts of a result. */
export function textsOf(result: Awaited<ReturnType<Client['callTool']>>): readonly string[] {
  const { content } = result as { readonly content: readonly { readonly text?: string }[] }
  return content.map(({ text = '' }) => text)
}
