import { counted } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { Message } from '../dialogue.ts'
import {
  endingField,
  listField,
  nameField,
  objectField,
  rewardField,
  seedField,
  signalsField,
  textField,
} from './fields.ts'
import { type ImportedTurn, type NotKept, RowProblem, type Transcript } from './transcript.ts'

const ROLES: readonly Json[] = ['system', 'developer', 'user', 'assistant', 'tool']

/**
 * A row of OpenAI's chat format, with what `stepgym export` wrote beside the messages.
 * @throws RowProblem
 */
export function chatTranscript(row: JsonObject, notKept: NotKept): Transcript {
  notKept.others(row, ['messages', 'tools', 'stepgym'])
  if (row.messages === undefined && row.conversations !== undefined)
    throw new RowProblem('there are conversations in place of messages: import the file with --format sharegpt')
  const messages = listField(row.messages, 'messages').map(messageOf)
  const tools = row.tools === undefined || row.tools === null ? [] : listField(row.tools, 'tools')
  const metadata = row.stepgym === undefined ? {} : objectField(row.stepgym, 'stepgym')
  const first = messages.findIndex(({ role }) => role === 'assistant')
  if (first < 0) throw new RowProblem('there is no message of the assistant, so nothing was done: remove the line')
  return {
    ...described(metadata),
    opening: messages.slice(0, first),
    tools,
    turns: turnsOf(messages.slice(first), metadata),
  }
}

function messageOf(value: Json, at: number): Message {
  const message = objectField(value, `messages[${at}]`)
  if (!ROLES.includes(message.role ?? null))
    throw new RowProblem(
      `the role of messages[${at}] should be ${ROLES.join(', ')}: it is ${JSON.stringify(message.role ?? null)?.slice(0, 80)}`,
    )
  return message
}

/** What is known of a conversation beside its messages. @throws RowProblem */
export function described(metadata: JsonObject): Omit<Transcript, 'opening' | 'tools' | 'turns'> {
  const { trajectory, group, task, split, seed, agent, ending, outcomes } = metadata
  const isAlone = typeof group === 'string' && group.startsWith('alone/')
  return {
    id: trajectory === undefined ? null : nameField(trajectory, 'stepgym.trajectory'),
    group: group === undefined ? undefined : isAlone ? null : nameField(group, 'stepgym.group'),
    task: task === undefined ? undefined : textField(task, 'stepgym.task'),
    split: split === undefined ? 'train' : textField(split, 'stepgym.split'),
    seed: seedField(seed),
    agent: agent === undefined ? 'imported' : textField(agent, 'stepgym.agent'),
    ending: endingField(ending),
    outcomes: signalsField(outcomes, 'stepgym.outcomes'),
  }
}

/**
 * A turn for each message of the assistant, with the messages up to the next one. A weight of 0 marks an action that did
 * not count.
 */
function turnsOf(messages: readonly Message[], { steps }: JsonObject): readonly ImportedTurn[] {
  const turns: { readonly said: Message; readonly shown: Message[] }[] = []
  for (const message of messages) {
    if (message.role === 'assistant') turns.push({ said: message, shown: [] })
    else turns.at(-1)?.shown.push(message)
  }
  const notes = steps === undefined ? null : listField(steps, 'stepgym.steps')
  if (notes && notes.length !== turns.length)
    throw new RowProblem(
      `stepgym.steps has ${counted(notes.length, 'step')}, and the assistant has ${counted(turns.length, 'message')}`,
    )
  return turns.map(({ said: { weight, ...said }, shown }, at) => {
    const note = notes ? objectField(notes[at], `stepgym.steps[${at}]`) : {}
    return {
      action: note.action ?? actionOf(said),
      said: note.action === undefined ? null : said,
      shown,
      ...noted({ isActionValid: weight !== 0, ...note }, at),
    }
  })
}

/** What is known of a step beside its messages. @throws RowProblem */
export function noted(note: JsonObject, at: number): Omit<ImportedTurn, 'said' | 'shown' | 'action'> {
  const { isActionValid = true, info = {} } = note
  const { env = null, ...signals } = signalsField(note.signals, `signals of step ${at}`)
  if (typeof isActionValid !== 'boolean') throw new RowProblem(`isActionValid of step ${at} should be true or false`)
  return {
    reward: rewardField(env, `the reward of step ${at}`),
    isActionValid,
    info: objectField(info, `info of step ${at}`),
    signals,
  }
}

/** The text of a message that has nothing else; otherwise all of it but the role. */
function actionOf({ role: _role, ...said }: Message): Json {
  const { content, ...others } = said
  if (typeof content === 'string' && Object.keys(others).length === 0) return content
  return content === null || content === undefined ? others : said
}
