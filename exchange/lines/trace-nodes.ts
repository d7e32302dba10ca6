import type { JsonObject, TokenEvidence } from '../../core/data/types.ts'

/** A node while its trace is written. */
interface Node {
  readonly parent: number | null
  readonly message: JsonObject
  readonly sampled: boolean
  readonly token_ids: readonly number[]
  readonly mask: readonly boolean[]
  readonly logprobs: readonly number[]
  readonly advantages: readonly number[] | null
}

/**
 * The nodes of a trace, in the order of their messages. Tokens along a path are those that the model saw: where a prompt
 * does not continue the tokens before it, a path of its own begins, with the messages so far as its context.
 */
export class TraceNodes {
  readonly #tools: readonly JsonObject[]
  readonly #nodes: Node[] = []
  /** Position of the node that each step sampled. */
  readonly sampled: number[] = []
  /** Nodes of the present path, and its tokens. */
  #path: number[] = []
  #tokens: number[] = []

  /** @param tools of every path, on its first node */
  constructor(tools: readonly JsonObject[]) {
    this.#tools = tools
  }

  get list(): readonly JsonObject[] {
    return this.#nodes.map((node) => ({
      ...node,
      ...(node.parent === null && this.#tools.length > 0 && { tools: this.#tools }),
    }))
  }

  /** A message that the model was shown. Its tokens are known when the model answers. */
  show(message: JsonObject): void {
    this.#add({ ...BARE, message })
  }

  /** @param advantages one per token, null where there are none */
  sample(
    message: JsonObject,
    evidence: TokenEvidence | null,
    advantages: readonly number[] | null,
    isLearnt = true,
  ): void {
    if (evidence) this.#prompt(evidence.promptTokenIds)
    const ids = evidence?.actionTokenIds ?? []
    const logProbs = evidence?.logProbs ?? []
    this.sampled.push(this.#nodes.length)
    this.#tokens.push(...ids)
    this.#add({
      message,
      sampled: true,
      token_ids: ids,
      mask: ids.map(() => isLearnt),
      logprobs: logProbs.every(Number.isFinite) ? logProbs : [],
      advantages,
    })
  }

  #add(node: Omit<Node, 'parent'>): void {
    this.#path.push(this.#nodes.length)
    this.#nodes.push({ parent: this.#path.at(-2) ?? null, ...node })
  }

  /** The tokens of a prompt that are new are those of the last message that was shown. */
  #prompt(ids: readonly number[]): void {
    if (!this.#continues(ids)) this.#branch()
    const added = ids.slice(this.#tokens.length)
    this.#tokens.push(...added)
    const last = this.#path.at(-1)
    const node = last === undefined ? undefined : this.#nodes[last]
    if (last === undefined || !node || node.sampled) this.#add({ ...BARE, ...maskedOf(added), message: NOTHING })
    else this.#nodes[last] = { ...node, ...maskedOf(added) }
  }

  #continues(ids: readonly number[]): boolean {
    return this.#tokens.length <= ids.length && this.#tokens.every((id, at) => id === ids[at])
  }

  /** Another path with the same messages: what the model said before is its context now. */
  #branch(): void {
    const path = this.#path
    this.#path = []
    this.#tokens = []
    for (const at of path) {
      const message = this.#nodes[at]?.message
      if (message) this.#add({ ...BARE, message })
    }
  }
}

const BARE = { sampled: false, token_ids: [], mask: [], logprobs: [], advantages: null } as const
const NOTHING: JsonObject = { role: 'user', content: '' }

const maskedOf = (ids: readonly number[]): Pick<Node, 'token_ids' | 'mask'> => ({
  token_ids: ids,
  mask: ids.map(() => false),
})
