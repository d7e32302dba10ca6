import type { GymServer } from '../../../server/listen.ts'

/** An answer over HTTP. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Posts a body as JSON. */
export async function post(
  server: Pick<GymServer, 'url'>,
  path: string,
  body: object,
  token?: string,
): Promise<Answer> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}
