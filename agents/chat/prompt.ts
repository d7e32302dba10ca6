import type { Json } from '../../core/data/types.ts'
import type { AgentSetting } from '../../core/rollout/agent.ts'
import { ACT, type Form, isObject } from './form.ts'

const INSTRUCTIONS: Readonly<Record<Exclude<Form['kind'], 'tools'>, string>> = {
  call: `You act in an environment. In each turn call the tool ${ACT} once, with the next action as its arguments.`,
  text: 'You act in an environment. Answer each observation with the next action alone, written exactly as the environment takes it. If you think aloud first, put the action between <action> and </action>.',
}

/** Name of the tool that ends a task without a user. */
const SUBMIT = 'submit'

function instructionsOf(form: Form, setting: AgentSetting | undefined): string {
  if (form.kind !== 'tools') return INSTRUCTIONS[form.kind]
  if (form.tools.some((tool) => isObject(tool) && isObject(tool.function) && tool.function.name === SUBMIT))
    return `You solve a task by calling tools. In each turn call one or more of them. Call ${SUBMIT} when you have finished.`
  const task = setting?.task
  const obey = isObject(task) && typeof task.policy === 'string' ? ' Obey the policy.' : ''
  return `You help a user by calling tools and by writing to the user. In each turn either call tools, or write one message; the user sees your messages and nothing else.${obey} When everything is done, tell the user so.`
}

/** Longest list of admissible actions that is shown. */
const MOST_ACTIONS = 100

/** The system message: what to do, what the operator adds, and the public part of the task. */
export function systemPrompt(form: Form, own: string, setting: AgentSetting | undefined): string {
  return [own === '' ? instructionsOf(form, setting) : own, ...briefOf(form, setting), ...schemaOf(form, setting)].join(
    '\n\n',
  )
}

/** Tools are given to the API; a policy is text of its own. */
function briefOf({ kind }: Form, setting: AgentSetting | undefined): readonly string[] {
  const task = setting?.task ?? null
  if (!isObject(task)) return task === null ? [] : [`Task: ${JSON.stringify(task)}`]
  const { tools, policy, ...others } = task
  const rest: Json = kind === 'tools' || tools === undefined ? others : { ...others, tools }
  return [
    ...(typeof policy === 'string' ? [`Policy:\n${policy}`] : []),
    ...(Object.keys(rest).length > 0 ? [`Task: ${JSON.stringify(rest)}`] : []),
  ]
}

function schemaOf({ kind }: Form, setting: AgentSetting | undefined): readonly string[] {
  const schema = setting?.actionSchema
  const description = isObject(schema as Json) ? (schema as { readonly description?: unknown }).description : undefined
  return kind === 'text' && typeof description === 'string' ? [`An action is ${description}`] : []
}

/** The admissible actions, where they are listed. */
export function actionsText(actions: readonly Json[] | null): string {
  if (actions === null || actions.length === 0) return ''
  const shown = actions
    .slice(0, MOST_ACTIONS)
    .map((action) => (typeof action === 'string' ? action : JSON.stringify(action)))
  const more = actions.length > MOST_ACTIONS ? `\n(and ${actions.length - MOST_ACTIONS} more)` : ''
  return `\n\nAdmissible actions:\n${shown.join('\n')}${more}`
}
