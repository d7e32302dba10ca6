import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { HttpServer } from './servers.ts'

/** A connection to a server at an address, and how its session there is ended. */
export interface HttpConnection {
  readonly transport: Transport
  endSession(): Promise<void>
}

/**
 * @param maxBytes of one response of the server
 * @param onBroken called if the answer to a request breaks off, or is larger than that
 */
export function httpConnection(
  { url, headers }: HttpServer,
  maxBytes: number,
  onBroken: (error: Error) => void,
): HttpConnection {
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { ...headers } },
    fetch: async (address, init) => {
      const isRequest = init?.method === 'POST'
      return limited(await fetch(address, init), maxBytes, isRequest ? onBroken : () => {})
    },
    reconnectionOptions: {
      maxRetries: 0,
      initialReconnectionDelay: 1,
      maxReconnectionDelay: 1,
      reconnectionDelayGrowFactor: 1,
    },
  })
  // The types of the SDK disagree where optional properties are exact; at run time it is a transport.
  return { transport: transport as Transport, endSession: () => transport.terminateSession() }
}

const WITHOUT_BODY: readonly number[] = [101, 103, 204, 205, 304]

function limited(response: Response, maxBytes: number, onBroken: (error: Error) => void): Response {
  const { body, status, statusText, headers } = response
  if (body === null || WITHOUT_BODY.includes(status)) return response
  let bytes = 0
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length
      if (bytes > maxBytes) controller.error(new Error(`the server sent more than ${maxBytes} bytes in one response`))
      else controller.enqueue(chunk)
    },
  })
  // A reader that wants no more gives no error as its reason.
  body.pipeTo(limit.writable).catch((error: unknown) => {
    if (error instanceof Error) onBroken(error)
  })
  return new Response(limit.readable, { status, statusText, headers })
}
