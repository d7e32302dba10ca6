import type { GymServer } from '../../../server/listen.ts'

/** An event of a stream. */
export interface StreamEvent {
  readonly event: string
  readonly data: string
}

/** Reads events as the SDK of the Open Reward Standard does: by lines, without whitespace at the start of a value. */
export function eventsOf(text: string): readonly StreamEvent[] {
  return text.split('\n\n').flatMap((block) => {
    const fields = block.split('\n').filter((line) => line !== '' && !line.startsWith(':'))
    const fieldOf = (name: string): string =>
      fields
        .filter((line) => line.startsWith(`${name}:`))
        .map((line) => line.slice(name.length + 1).trimStart())
        .join('\n')
    return fields.length === 0 ? [] : [{ event: fieldOf('event'), data: fieldOf('data') }]
  })
}

/** What a call answered. */
export interface CallResult {
  readonly ok: boolean
  readonly error?: string
  readonly reason?: string
  readonly output?: {
    readonly blocks: readonly { readonly text: string }[]
    readonly metadata: Readonly<Record<string, unknown>>
    readonly reward: number | null
    readonly finished: boolean
  }
}

export interface Answered {
  readonly status: number
  readonly body: unknown
}

/** A bare client of the Open Reward Standard: what it sends and reads is all there is on the wire. */
export class OrsClient {
  readonly #server: GymServer
  readonly #headers: Readonly<Record<string, string>>

  constructor(server: GymServer, headers: Readonly<Record<string, string>> = {}) {
    this.#server = server
    this.#headers = headers
  }

  async ask(method: 'GET' | 'POST', path: string, body: unknown = {}, more: RequestInit = {}): Promise<Response> {
    const sent = method === 'POST' ? { body: JSON.stringify(body) } : {}
    return fetch(this.#server.url + path, { method, headers: this.#headers, ...sent, ...more })
  }

  async json(method: 'GET' | 'POST', path: string, body: unknown = {}): Promise<Answered> {
    const response = await this.ask(method, path, body)
    return { status: response.status, body: await response.json() }
  }

  /** Another session, created with a body. */
  async open(creation: object): Promise<OrsSession> {
    const [opened] = eventsOf(await (await this.ask('POST', '/create_session')).text())
    const session = this.session(opened?.data ?? '')
    const { status, body } = await session.json('POST', '/create', creation)
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
    return session
  }

  session(id: string): OrsSession {
    return new OrsSession(this.#server, { ...this.#headers, 'x-session-id': id })
  }
}

/** A session of one, by the header of its requests. */
export class OrsSession extends OrsClient {
  call(name: string, input: unknown, more: object = {}): Promise<CallResult> {
    return this.resultOf({ name, input, ...more })
  }

  /** The result of a call. @throws Error where the stream has an error, or ends early */
  async resultOf(body: object): Promise<CallResult> {
    const response = await this.ask('POST', '/call', body)
    const text = await response.text()
    if (response.status !== 200) throw new Error(`${response.status} ${text}`)
    const events = eventsOf(text)
    if (events.at(-1)?.event !== 'end') throw new Error(JSON.stringify(events.at(-1)))
    return JSON.parse(
      events
        .slice(1)
        .map(({ data }) => data)
        .join(''),
    )
  }

  /** Makes a call, reads the id that comes first, and leaves, which the server has noticed then. */
  async begin(name: string, input: unknown): Promise<string> {
    const leaving = new AbortController()
    const response = await this.ask('POST', '/call', { name, input }, { signal: leaving.signal })
    const read = await response.body?.getReader().read()
    leaving.abort()
    // Connections end in their order: what is answered after them came later.
    for (let asked = 0; asked < 3; asked++) await (await this.ask('GET', '/health')).text()
    return eventsOf(new TextDecoder().decode(read?.value))[0]?.data ?? ''
  }
}
