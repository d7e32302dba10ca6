import type { IncomingMessage, ServerResponse } from 'node:http'
import { limitsFor } from '../limits.ts'
import type { OrsEndpoint } from '../protocols/ors/endpoint.ts'
import { sendResult, sendSessionId } from '../protocols/ors/event-stream.ts'
import type { OrsRoute } from '../protocols/ors/request.ts'
import { expectRole } from '../roles.ts'
import type { ByteBudget } from '../transport/byte-budget.ts'
import type { AdmittedRequest } from '../transport/gate.ts'
import { answer, readBody } from '../transport/http.ts'
import { environmentOf, type Served } from './addressed.ts'

/** What requests of the Open Reward Standard are answered with. */
export interface OrsServed extends Served {
  readonly ors: OrsEndpoint
  /** Budget of the bodies that clients are still sending. */
  readonly inbound: ByteBudget
}

/**
 * Answers a request of the Open Reward Standard.
 * @param gone aborted when the client has left
 * @returns When the answer was sent, or its client has left. @throws GymError FORBIDDEN, and as `OrsEndpoint.handle`
 */
export async function answerOrs(
  served: OrsServed,
  route: OrsRoute,
  request: IncomingMessage,
  response: ServerResponse,
  { address, identity, role }: AdmittedRequest,
  gone: AbortSignal,
): Promise<void> {
  const { host, ors, inbound } = served
  const { method, headers, socket } = request
  expectRole(role, ['agent', 'trainer'], 'a session')
  const limits = limitsFor(role, host.limits)
  const [first = ''] = address.segments
  const reply = await ors.handle({
    ...{ route, headers, identity, gone },
    body: method === 'POST' ? await readBody(request, limits, inbound) : {},
    address: socket.remoteAddress,
    named: address.segments.length >= 2 ? first : null,
    environment: () => environmentOf(address, served, headers),
    maxBytes: limits.frameBytesOut,
  })
  if (reply.kind === 'json') answer(response, 200, reply.body)
  else if (reply.kind === 'session') sendSessionId(response, reply.id)
  else await sendResult(response, reply.call)
}
