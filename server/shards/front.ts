import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import { labelled, summedMetrics } from '../metrics/sum.ts'
import { expectRole } from '../roles.ts'
import { admitRequest, type GateSettings, readAddress } from '../transport/gate.ts'
import { answer } from '../transport/http.ts'
import type { Answering } from '../transport/server.ts'
import { refuse } from '../transport/upgrade.ts'
import { asGymError, errorBody, wireErrorOf } from '../wire-errors.ts'
import type { Directory } from './directory.ts'
import type { Shard } from './shard.ts'
import { shardOf } from './shard-of.ts'

interface FrontSettings {
  /** Shards of this node, by name. */
  readonly served: ReadonlyMap<string, Shard>
  readonly directory: Directory
  /** Names of all shards. */
  readonly shards: readonly string[]
  readonly gate: GateSettings
}

/** A token before it, the shard, what is asked of that, and the query. */
const ADDRESS = /^((?:\/t\/[^/?]+)?)\/shards(?:\/([^/?]+))?(\/[^?]*)?(\?.*)?$/

/**
 * One port for all shards of a node: `/shards/NAME/...` is the shard's own address, `/shards`, `/shards/NAME` and
 * `/shards?key=KEY` say where shards are, at whichever node; `/metrics` has the figures of this node by shard.
 */
export class ShardFront implements Answering {
  readonly #settings: FrontSettings

  constructor(settings: FrontSettings) {
    this.#settings = settings
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (['/health', '/ready'].includes(request.url ?? '')) answer(response, 200, this.#health())
      else if (this.#isForMetrics(request)) await this.#answerMetrics(response)
      else if (this.#isLookup(request)) answer(response, 200, JSON.stringify(await this.#lookUp(request)))
      else await (await this.#shardOf(request)).service.handle(request, response)
    } catch (thrown) {
      const error = asGymError(thrown)
      answer(response, wireErrorOf(error.code).http, errorBody(error))
    }
  }

  upgrade(request: IncomingMessage, duplex: Duplex, head: Buffer): void {
    const refused = (thrown: unknown): void => refuse(duplex, asGymError(thrown))
    const upgraded = (shard: Shard): void => shard.service.upgrade(request, duplex, head)
    duplex.on('error', () => duplex.destroy())
    this.#shardOf(request).then(upgraded).catch(refused)
  }

  #health(): string {
    return JSON.stringify({ status: 'healthy', shards: [...this.#settings.served.keys()].sort() })
  }

  /** @throws GymError FORBIDDEN, UNAUTHORIZED, ORIGIN_FOREIGN */
  #isForMetrics(request: IncomingMessage): boolean {
    const { method = '', url = '/' } = request
    if (readAddress(url).segments.join('/') !== 'metrics' || !['GET', 'HEAD'].includes(method)) return false
    expectRole(admitRequest(this.#settings.gate, request).role, ['trainer', 'observer'], 'metrics')
    return true
  }

  /** Those of each shard of this node, with its name as a label. */
  async #answerMetrics(response: ServerResponse): Promise<void> {
    const served = [...this.#settings.served].sort(([a], [b]) => Number(a) - Number(b))
    const pages = served.map(async ([name, { service }]) => labelled(await service.metrics.page(), 'shard', name))
    const [type = 'text/plain; version=0.0.4; charset=utf-8'] = served.map(
      ([, each]) => each.service.metrics.contentType,
    )
    answer(response, 200, summedMetrics(await Promise.all(pages)), { 'content-type': type })
  }

  #isLookup({ url = '' }: IncomingMessage): boolean {
    const [, , , rest] = ADDRESS.exec(url) ?? [url, '', '', url]
    return rest === undefined || rest === '/'
  }

  /** @throws GymError SHARD_LOST, UNAUTHORIZED, ORIGIN_FOREIGN, FRAME_INVALID */
  async #lookUp(request: IncomingMessage) {
    const { directory, shards, gate } = this.#settings
    const { query } = admitRequest(gate, request).address
    const [, , named] = ADDRESS.exec(request.url ?? '') ?? []
    const key = query.get('key')
    if (named === undefined && key === null) {
      const owners = await directory.owners()
      return { shards: shards.map((shard) => ({ shard, url: owners.get(shard)?.url ?? null })) }
    }
    const shard = named ?? shardOf(key ?? '', shards)
    return { shard, url: await this.#urlOf(shard) }
  }

  async #urlOf(shard: string): Promise<string> {
    this.#expectShard(shard)
    const owner = await this.#settings.directory.owner(shard)
    if (owner && owner.url !== null) return owner.url
    throw new GymError('SHARD_LOST', `no node serves shard ${shard} now: ask again in a second`)
  }

  /** The request is changed to the address within the shard. @throws GymError SHARD_LOST, FRAME_UNKNOWN */
  async #shardOf(request: IncomingMessage): Promise<Shard> {
    const [, token = '', name, rest = '/', query = ''] = ADDRESS.exec(request.url ?? '') ?? []
    if (name === undefined)
      throw new GymError('FRAME_UNKNOWN', 'environments are below their shard here: GET /shards?key=SESSION says where')
    this.#expectShard(name)
    const shard = this.#settings.served.get(name)
    if (!shard) throw new GymError('SHARD_LOST', `shard ${name} is not here: GET /shards/${name} says where it is`)
    request.url = `${token}${rest}${query}`
    return shard
  }

  #expectShard(name: string): void {
    const { shards } = this.#settings
    if (!shards.includes(name))
      throw new GymError('FRAME_UNKNOWN', `there is no shard ${shown(name)}: they are 0 to ${shards.length - 1}`)
  }
}
