import type { Evidence, Json, JsonObject } from '../../core/data/types.ts'
import type { Message } from '../dialogue.ts'
import { evidenceIn } from './atif.ts'
import { chatTranscript } from './chat.ts'
import { isObject, listField, objectField, textField } from './fields.ts'
import { type NotKept, RowProblem, type Transcript } from './transcript.ts'

const TRACE = [
  'version',
  'id',
  'task',
  'agent',
  'tools',
  'nodes',
  'calls',
  'rewards',
  'metrics',
  'info',
  'stop_condition',
]
const STATUS = [
  'is_completed',
  'ok',
  'is_timeout',
  'errors',
  'timing',
  'verifiers',
  'num_input_tokens',
  'num_output_tokens',
  'num_total_tokens',
]
const NODE = ['parent', 'message', 'sampled', 'token_ids', 'mask', 'logprobs', 'tools', 'timestamp', 'semantic_parents']
const VERSION = 1

/**
 * A trace of verifiers: the messages of its last path. Tokens are kept where `stepgym export` has said how they were
 * sampled.
 * @throws RowProblem
 */
export function verifiersTranscript(row: JsonObject, notKept: NotKept): Transcript {
  const { version = VERSION, id, task, tools = [], metrics = {}, info = {}, stop_condition: stop } = row
  if (version !== VERSION) throw new RowProblem(`version should be ${VERSION}: it is ${JSON.stringify(version)}`)
  notKept.others(row, [...TRACE, ...STATUS])
  const nodes = nodesOf(listField(row.nodes, 'nodes'), notKept)
  const { key } = task === undefined ? { key: null } : objectField(task, 'task')
  const { stepgym = {} } = objectField(info, 'info')
  const metadata = objectField(stepgym, 'info.stepgym')
  const transcript = chatTranscript(
    {
      messages: pathTo(nodes.at(-1)).map(({ message }) => message),
      tools: listField(tools, 'tools').map(toolOf),
      stepgym: {
        ...(typeof id === 'string' && { trajectory: id }),
        ...(typeof key === 'string' && { task: key }),
        ending: TRUNCATIONS.includes(stop ?? null) ? 'truncated' : 'terminated',
        outcomes: { ...objectField(metrics, 'metrics'), ...scoresIn(row.rewards) },
        ...metadata,
      },
    },
    notKept,
  )
  const evidence = evidenceOf(nodes, metadata, notKept)
  return { ...transcript, turns: transcript.turns.map((turn, at) => withEvidence(turn, evidence[at])) }
}

const TRUNCATIONS: readonly Json[] = ['max_turns', 'max_input_tokens', 'max_output_tokens', 'max_total_tokens']

const withEvidence = <Turn extends object>(turn: Turn, evidence: Evidence | null | undefined): Turn =>
  evidence ? { ...turn, evidence } : turn

/** A message of the graph, with the tokens that it adds. */
interface Node {
  readonly parent: Node | null
  readonly message: Message
  readonly isSampled: boolean
  readonly tokens: readonly Json[]
  readonly mask: readonly Json[]
  readonly logProbs: readonly Json[]
}

/** @throws RowProblem, also where a node does not come after its parent: there is no path then */
function nodesOf(values: readonly Json[], notKept: NotKept): readonly Node[] {
  const nodes: Node[] = []
  for (const [at, value] of values.entries()) {
    const node = objectField(value, `nodes[${at}]`)
    notKept.others(node, NODE, 'nodes.')
    const { parent = null, message, sampled = false, token_ids: tokens = [], mask = [], logprobs = [] } = node
    const before = parent === null ? null : typeof parent === 'number' ? nodes[parent] : undefined
    if (before === undefined) throw new RowProblem(`the parent of nodes[${at}] should be a node before it`)
    nodes.push({
      parent: before,
      message: messageOf(objectField(message, `the message of nodes[${at}]`)),
      isSampled: sampled === true,
      tokens: listField(tokens, `token_ids of nodes[${at}]`),
      mask: listField(mask, `mask of nodes[${at}]`),
      logProbs: listField(logprobs, `logprobs of nodes[${at}]`),
    })
  }
  return nodes
}

function toolOf(value: Json): JsonObject {
  const { type: _type, ...tool } = objectField(value, 'a tool')
  return { type: 'function', function: tool }
}

/** Calls in OpenAI's form. @throws RowProblem */
function messageOf({ tool_calls: calls = null, ...message }: JsonObject): Message {
  const known = Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null))
  const content = message.content === undefined ? {} : { content: message.content }
  if (calls === null) return { ...known, ...content }
  return { ...known, ...content, tool_calls: listField(calls, 'tool_calls').map(callOf) }
}

function callOf(call: Json): JsonObject {
  const { id, name, arguments: args } = objectField(call, 'a call')
  return {
    id: textField(id, 'the id of a call'),
    type: 'function',
    function: { name: textField(name, 'the name of a call'), arguments: textField(args, 'the arguments of a call') },
  }
}

/** From the first message to a node. */
function pathTo(node: Node | undefined): readonly Node[] {
  const path: Node[] = []
  for (let at = node ?? null; at !== null; at = at.parent) path.unshift(at)
  return path
}

/** The values of rewards, without their weights. */
function scoresIn(rewards: Json | undefined): JsonObject {
  const entries = Object.entries(objectField(rewards ?? {}, 'rewards'))
  return Object.fromEntries(entries.map(([name, reward]) => [name, isObject(reward) ? (reward.score ?? null) : null]))
}

/** Evidence of the messages that the model has sampled, in their order. */
function evidenceOf(
  nodes: readonly Node[],
  { steps = [] }: JsonObject,
  notKept: NotKept,
): readonly (Evidence | null)[] {
  const notes = listField(steps, 'info.stepgym.steps')
  return nodes
    .filter(({ isSampled }) => isSampled)
    .map((node, at) => {
      if (node.tokens.length === 0) return null
      const note = notes[at]
      const sampling = isObject(note) ? note.sampling : undefined
      if (isObject(sampling)) return evidenceIn({ kind: 'token', ...sampling, ...tokensOf(node) })
      notKept.add('nodes.token_ids, since nothing says how they were sampled')
      return null
    })
}

/** Prompt, sampled tokens and log-probabilities of a node; its scaffold is the end of the prompt. */
function tokensOf(node: Node): JsonObject {
  const before = pathTo(node.parent ?? undefined).flatMap(({ tokens }) => tokens)
  const isSampled = (at: number): boolean => node.mask[at] === true
  return {
    promptTokenIds: [...before, ...node.tokens.filter((_, at) => !isSampled(at))],
    actionTokenIds: node.tokens.filter((_, at) => isSampled(at)),
    logProbs: node.logProbs,
  }
}
