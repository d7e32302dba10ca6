import { GymError } from '../../../core/data/errors.ts'
import { chain, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import { type Context, defineEnvironment, type ExpertContext } from '../../../core/episode/environment.ts'
import { userModelOf } from '../../../models/chat/user-model.ts'
import { readTurn, TURN_SCHEMA } from './action.ts'
import { type Conversation, ended, takeTurn } from './conversation.ts'
import { DEFAULT_OPTIONS, type DialogueOptions, drawProfiles, expectOptions, RANGES, SPLIT_SIZES } from './options.ts'
import { PlayedPerson } from './played-person.ts'
import type { Reply, Scenario } from './scenario.ts'

/** Opened once a server: what the persons of all tasks are. */
export interface DialogueResources<Profile> {
  readonly options: DialogueOptions
  readonly profiles: readonly Profile[]
  readonly turns: number
  /** Null where the rules speak too. */
  readonly person: PlayedPerson | null
}

/** A conversation with a simulated person that keeps numeric state, as an environment. */
export const dialogueEnvironment = <Profile>(scenario: Scenario<Profile>) =>
  defineEnvironment({
    id: scenario.id,
    summary: scenario.summary,
    maxSteps: scenario.turnsOf(DEFAULT_OPTIONS.difficulty),
    options: DEFAULT_OPTIONS,
    ranges: RANGES,
    action: { parse: readTurn, jsonSchema: TURN_SCHEMA },
    resources: ({ options }) => openResources(scenario, options),
    limit: ({ resources }) => resources.turns,
    kindOf: ({ resources }) => (resources.person ? 'async' : 'sync'),
    tasks: ({ resources }) => draftsOf(scenario, resources),
    reset({ task, resources }): Conversation {
      const { mind, says } = scenario.start(profileAt(resources, task.private))
      return { task: task.private, turn: 0, idle: 0, mind, said: says, ending: null }
    },
    step(before, action, context) {
      const { resources } = context
      const turn = takeTurn(before, action, (words) => answerTo(scenario, before, words, context))
      return chain(turn, ({ state, isActionValid }) => {
        const reward = rewardOf(scenario, resources, before, state)
        return { state, reward, terminated: state.ending !== null, isActionValid, info: endingInfo(state) }
      })
    },
    invalid: (state, message) => ({ ...state, said: `(${message})` }),
    observe: { text: (state, { resources }) => textOf(scenario, resources, state) },
    anchors: { findings: ({ task, mind }, { resources }) => findingsOf(scenario, profileAt(resources, task), mind) },
    actions: ({ task, mind }, { resources }) => [
      ...scenario.messages(profileAt(resources, task), mind),
      'do nothing',
      'leave',
    ],
    grades({ task, mind }, { resources }) {
      const profile = profileAt(resources, task)
      return { progress: scenario.score(profile, mind), ...scenario.dimensions(profile, mind) }
    },
    expert: (state, context) => expertMessage(scenario, state, context),
  })

function openResources<Profile>(scenario: Scenario<Profile>, options: DialogueOptions): DialogueResources<Profile> {
  expectOptions(options)
  const profiles = drawProfiles(options, scenario.draw)
  const model = userModelOf(options.user)
  const person = model && new PlayedPerson(model)
  return { options, profiles, turns: scenario.turnsOf(options.difficulty), person }
}

function profileAt<Profile>({ profiles }: DialogueResources<Profile>, task: number): Profile {
  const profile = profiles[task]
  if (profile !== undefined) return profile
  throw new GymError('TASK_UNKNOWN', `there is no task ${task}`)
}

function answerTo<Profile>(
  scenario: Scenario<Profile>,
  { task, mind }: Conversation,
  words: string,
  context: Context<DialogueResources<Profile>>,
): MaybePromise<Reply> {
  const { person } = context.resources
  const profile = profileAt(context.resources, task)
  return person ? person.hear(scenario, profile, mind, words, context) : scenario.hear(profile, mind, words)
}

/** Ids name the kind of conversation, its difficulty, the split and the position in it. */
function draftsOf<Profile>(scenario: Scenario<Profile>, { options, profiles }: DialogueResources<Profile>) {
  const [name = ''] = scenario.id.replace('dialogue-', '').split('@')
  let next = 0
  return Object.fromEntries(
    Object.entries(SPLIT_SIZES).map(([split, size]) => {
      const first = next
      next += size
      const drafts = profiles.slice(first, next).map((profile, at) => ({
        id: `${name}-${options.difficulty}-${split}-${at}`,
        public: { instruction: scenario.instruction(profile) },
        private: first + at,
      }))
      return [split, drafts]
    }),
  )
}

/** By `outcome`, 0 until the end, and at the last turn that there is. */
function rewardOf<Profile>(
  scenario: Scenario<Profile>,
  resources: DialogueResources<Profile>,
  before: Conversation,
  state: Conversation,
): number {
  const profile = profileAt(resources, state.task)
  const score = scenario.score(profile, state.mind)
  if (resources.options.reward === 'change') return score - scenario.score(profile, before.mind)
  return state.ending !== null || state.turn >= resources.turns ? score : 0
}

const endingInfo = ({ ending }: Conversation) => (ending === null ? {} : { ending })

function textOf<Profile>(
  scenario: Scenario<Profile>,
  resources: DialogueResources<Profile>,
  state: Conversation,
): string {
  const profile = profileAt(resources, state.task)
  const findings = findingsOf(scenario, profile, state.mind)
  const parts = [scenario.instruction(profile), findings, ended(state) ?? `They say: ${state.said}`]
  return parts.filter((part) => part !== '').join('\n\n')
}

const findingsOf = <Profile>(scenario: Scenario<Profile>, profile: Profile, mind: Conversation['mind']): string =>
  scenario
    .findings(profile, mind)
    .map((line) => `- ${line}`)
    .join('\n')

/** With probability `noise` any message, else the best one. */
function expertMessage<Profile>(
  scenario: Scenario<Profile>,
  { task, mind }: Conversation,
  { resources, rng, noise }: ExpertContext<DialogueResources<Profile>>,
): string {
  const profile = profileAt(resources, task)
  return rng.chance(noise) ? rng.choice(scenario.messages(profile, mind)) : scenario.best(profile, mind)
}
