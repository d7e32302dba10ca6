import type { IncomingMessage, ServerResponse } from 'node:http'
import { GymError } from '../../core/data/errors.ts'
import type { Site } from '../../core/episode/site.ts'
import type { Host } from '../hosting/host.ts'
import type { SiteEntry } from '../pages.ts'
import { expectRole, type Identity } from '../roles.ts'
import type { ByteBudget } from '../transport/byte-budget.ts'
import { admitBrowser, type GateSettings } from '../transport/gate.ts'
import { answer, drain, readForm } from '../transport/http.ts'
import { asGymError, wireErrorOf } from '../wire-errors.ts'
import { readSiteAddress, type SiteAddress } from './address.ts'
import { cookieOf, newSecret, secretIn } from './cookie.ts'
import { errorPage, FORM_MARK, homePage, type SiteFacts, signInPage } from './pages.ts'
import { fileReply, pageReply, type SiteReply, seeOther, withCookie } from './reply.ts'
import { act, look, splitsFor, taskOf, type Visit } from './visit.ts'
import { type Visitor, Visitors } from './visitors.ts'

/** Bytes of a form. */
const FORM_BYTES = 65_536

/** A request for a site, with what is known of its browser. */
interface Call extends SiteAddress {
  readonly site: Site
  readonly facts: SiteFacts
  /** What the browser sent, or a new one. */
  readonly secret: string
  readonly request: IncomingMessage
  readonly gone: AbortSignal
}

/**
 * Sites of environments: people play in a browser, each with a session and recorded episodes of their own. A browser is
 * known by a cookie, never by an address.
 */
export class SiteEndpoint {
  readonly #host: Host
  readonly #gate: GateSettings
  readonly #inbound: ByteBudget
  readonly #visitors: Visitors

  constructor(host: Host, gate: GateSettings, inbound: ByteBudget) {
    this.#host = host
    this.#gate = gate
    this.#inbound = inbound
    this.#visitors = new Visitors(host)
  }

  /** Sessions of visitors. */
  get size(): number {
    return this.#visitors.size
  }

  /** Sites that there are; an environment that cannot be loaded has none. */
  async list(): Promise<readonly SiteEntry[]> {
    const found = await Promise.all(this.#host.names.map((name) => this.#entryOf(name)))
    return found.flatMap((entry) => entry ?? [])
  }

  async #entryOf(name: string): Promise<SiteEntry | null> {
    const site = await this.#host.siteOf(name).catch(() => null)
    return site && { title: site.title, summary: site.summary, home: `/${name}` }
  }

  /** Answers a request for a site. @returns False for any other request, which is left as it is. Never throws. */
  async handle(request: IncomingMessage, response: ServerResponse, gone: AbortSignal): Promise<boolean> {
    const address = addressIn(request)
    const site = address && (await this.#host.siteOf(address.name).catch(() => null))
    if (!site) return false
    const call = this.#callOf({ ...address, site, request, gone })
    const { status, headers, body } = await this.#reply(call)
    answer(response, status, body, headers)
    drain(request, this.#host.limits)
    return true
  }

  stop(reason: string): void {
    this.#visitors.stop(reason)
  }

  #callOf(call: Omit<Call, 'secret' | 'facts'>): Call {
    const { site, name, request } = call
    const secret = secretIn(request.headers) ?? newSecret()
    const mark = this.#visitors.formMark(secret)
    return { ...call, secret, facts: { title: site.title, summary: site.summary, home: `/${name}`, mark } }
  }

  async #reply(call: Call): Promise<SiteReply> {
    const { facts, request, name, secret } = call
    try {
      admitBrowser(this.#gate, request)
      const reply = await this.#served(call)
      const needsCookie = secretIn(request.headers) === null && reply.headers['set-cookie'] === undefined
      return needsCookie ? withCookie(reply, cookieOf(name, secret, request.headers)) : reply
    } catch (thrown) {
      const error = asGymError(thrown)
      return pageReply(wireErrorOf(error.code).http, errorPage(facts, error), facts.home)
    }
  }

  /** @throws GymError */
  async #served(call: Call): Promise<SiteReply> {
    const { route, site } = call
    switch (route.kind) {
      case 'style':
        return fileReply('text/css', site.style)
      case 'icon':
        return fileReply('image/svg+xml', site.icon)
      case 'home':
        return this.#home(call)
      case 'look':
        return look(this.#visitOf(call), route)
      default:
        return this.#posted(call, await this.#formOf(call))
    }
  }

  async #home(call: Call): Promise<SiteReply> {
    const { facts, name } = call
    const visitor = this.#visitorOf(call)
    const role = visitor?.role ?? this.#identityOf(visitor)?.role
    if (role === undefined) return pageReply(200, signInPage(facts), facts.home)
    const splits = splitsFor(role, await this.#host.environmentHost(name))
    return pageReply(200, homePage(facts, splits, visitor?.episode ?? null), facts.home)
  }

  /** @param form the body, as it was sent @throws GymError */
  async #posted(call: Call, form: string): Promise<SiteReply> {
    const { route, facts, name } = call
    const { [FORM_MARK]: _, ...fields } = Object.fromEntries(new URLSearchParams(form))
    if (route.kind === 'act') return act(this.#visitOf(call), route, fields, form)
    if (route.kind === 'sign-in') return this.#signIn(call, fields.token ?? '')
    const visitor = this.#visitorOf(call)
    if (route.kind === 'leave') {
      await visitor?.leave()
      return seeOther(facts.home)
    }
    const identity = this.#identityOf(visitor)
    const player = visitor ?? (identity && (await this.#open(call, call.secret, identity)))
    if (!player) return pageReply(401, signInPage(facts), facts.home)
    const { id } = await player.start(await this.#host.environmentHost(name), taskOf(fields))
    return seeOther(`${facts.home}/visits/${encodeURIComponent(id)}/0`)
  }

  /** The browser gets another secret, so that one that another person knows is never signed in. */
  async #signIn(call: Call, token: string): Promise<SiteReply> {
    const { facts, name, request } = call
    const secret = newSecret()
    await this.#open(call, secret, this.#gate.keyring.identify(token.trim()))
    return withCookie(seeOther(facts.home), cookieOf(name, secret, request.headers))
  }

  #open({ name, request, gone }: Call, secret: string, identity: Identity): Promise<Visitor> {
    expectRole(identity.role, ['agent', 'trainer'], 'playing by hand')
    return this.#visitors.open(name, secret, { identity, address: request.socket.remoteAddress, gone })
  }

  /** @throws GymError FORBIDDEN for a form that is not from here */
  async #formOf({ request, secret }: Call): Promise<string> {
    const form = await readForm(request, FORM_BYTES, this.#inbound)
    const mark = new URLSearchParams(form).get(FORM_MARK) ?? ''
    if (secretIn(request.headers) !== null && this.#visitors.isFormMark(secret, mark)) return form
    const why = 'this form is out of date, or cookies are off: load its page again, and allow cookies'
    throw new GymError('FORBIDDEN', why)
  }

  #visitorOf({ name, secret }: Call): Visitor | null {
    return this.#visitors.find(name, secret)
  }

  /** Who a browser without a session is; null where the server has tokens. */
  #identityOf(visitor: Visitor | null): Identity | null {
    return visitor === null && this.#gate.keyring.isEmpty ? this.#gate.keyring.identify(null) : null
  }

  #visitOf(call: Call): Visit {
    return { site: call.site, facts: call.facts, visitor: this.#visitorOf(call) }
  }
}

/** Null for an address that cannot be read, too: who answers it says why. */
function addressIn(request: IncomingMessage): SiteAddress | null {
  try {
    return readSiteAddress(request)
  } catch {
    return null
  }
}
