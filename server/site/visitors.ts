import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { GymError } from '../../core/data/errors.ts'
import type { SessionPermit } from '../hosting/admission.ts'
import type { EnvironmentHost } from '../hosting/environment-host.ts'
import type { Host } from '../hosting/host.ts'
import type { ServedEpisode } from '../hosting/served-episode.ts'
import { SessionMap } from '../hosting/session-map.ts'
import { type Identity, type Owner, ownerOf, type Role } from '../roles.ts'

/** Reason of an episode whose visitor sent nothing for long. */
const IDLE = 'idle'

/** A step that was taken, as its form had it, so that a form that is sent twice is one step. */
interface LastForm {
  readonly step: number
  readonly text: string
}

/** The task of an episode; what it leaves open is drawn. */
export interface ChosenTask {
  readonly split?: string
  readonly index?: number
}

/** A person in a browser: a session of the server, with one episode at a time. */
export class Visitor {
  readonly role: Role
  readonly owner: Owner
  readonly #permit: SessionPermit
  #served: ServedEpisode | null = null
  #lastForm: LastForm | null = null
  #starting: Promise<unknown> = Promise.resolve()
  /** Null while the session is open. */
  #endReason: string | null = null

  constructor(role: Role, owner: Owner, permit: SessionPermit) {
    this.role = role
    this.owner = owner
    this.#permit = permit
  }

  /** The episode that was started last; it may have ended. */
  get episode(): ServedEpisode | null {
    return this.#served
  }

  /** Starts an episode, after those that are being started; one that is open is truncated. @throws GymError as `EnvironmentHost.reset` */
  start(host: EnvironmentHost, task: ChosenTask): Promise<ServedEpisode> {
    const started = this.#starting.then(() => this.#start(host, task))
    this.#starting = started.catch(() => {})
    return started
  }

  async #start(host: EnvironmentHost, task: ChosenTask): Promise<ServedEpisode> {
    const { role, owner } = this
    const replaced = this.#served && ({ served: this.#served, ending: 'truncated', reason: LEFT } as const)
    const served = await host.reset({ ...task, role, owner, agentName: HUMAN, clientName: HUMAN }, replaced)
    this.#served = served
    this.#lastForm = null
    if (this.#endReason !== null) this.end(this.#endReason)
    return served
  }

  /** Takes a step. @param form all that was sent @throws GymError as `ServedEpisode.step` */
  async step(served: ServedEpisode, action: unknown, form: string): Promise<void> {
    const { index } = served.runner.episode
    await served.step(action)
    this.#lastForm = { step: index, text: form }
  }

  /** Whether a form is the one whose step was taken last. */
  isRepeated(step: number, form: string): boolean {
    return this.#lastForm?.step === step && this.#lastForm.text === form
  }

  /** Ends an open episode at the visitor's wish: it is truncated, and judged as it is. */
  async leave(): Promise<void> {
    const served = this.#served
    served?.interrupt('truncated', LEFT)
    await served?.end()
  }

  /** Ends the session. A visitor who sends nothing for long has left; a server that stops has failed the visitor. */
  end(reason: string): void {
    this.#endReason = reason
    this.#served?.interrupt(reason === IDLE ? 'truncated' : 'aborted', reason)
    this.#permit.release()
  }
}

const HUMAN = 'human'
const LEFT = 'the visitor left'

/** Sessions of visitors, by environment and a secret that only their browser has. */
export class Visitors {
  readonly #host: Host
  readonly #sessions: SessionMap<Visitor>
  /** Key of the marks in forms: those of another server, and of the time before a restart, are refused. */
  readonly #key = randomBytes(32)

  constructor(host: Host) {
    this.#host = host
    this.#sessions = new SessionMap({ idleMs: host.limits.idleMs, end: (visitor, reason) => visitor.end(reason) })
  }

  get size(): number {
    return this.#sessions.size
  }

  find(environment: string, secret: string): Visitor | null {
    return this.#sessions.find(keyOf(environment, secret), HOLDER) ?? null
  }

  /**
   * Opens a session.
   * @param gone aborted when the client has left
   * @throws GymError CAPACITY_REACHED, EPISODE_ABORTED for a client that has left while it waited
   */
  async open(
    environment: string,
    secret: string,
    {
      identity,
      address,
      gone,
    }: { readonly identity: Identity; readonly address: string | undefined; readonly gone: AbortSignal },
  ): Promise<Visitor> {
    const owner = ownerOf(identity, address)
    const permit = await this.#host.admission.enter(gone, owner)
    if (gone.aborted) {
      permit.release()
      throw new GymError('EPISODE_ABORTED', 'the client left while it waited')
    }
    // The first of two forms that were sent at the same time opens the session.
    const opened = this.find(environment, secret)
    if (opened) permit.release()
    const visitor = opened ?? new Visitor(identity.role, owner, permit)
    if (!opened) this.#sessions.add(keyOf(environment, secret), visitor, HOLDER)
    return visitor
  }

  /** Mark of the forms that were made for a browser: no other site can know it. */
  formMark(secret: string): string {
    return createHmac('sha256', this.#key).update(secret).digest('base64url')
  }

  isFormMark(secret: string, mark: string): boolean {
    return timingSafeEqual(digestOf(mark), digestOf(this.formMark(secret)))
  }

  stop(reason: string): void {
    this.#sessions.stop(reason)
  }
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The secret says who a visitor is: all sessions have one holder. */
const HOLDER: Identity = { role: 'agent', digest: digestOf('visitors') }

/** By a digest, so that how long a search takes tells nothing about other secrets. */
const keyOf = (environment: string, secret: string): string =>
  `${environment}/${digestOf(secret).toString('base64url')}`
