import { canonicalJson } from '../data/hash.ts'
import { parseJson } from '../data/json.ts'
import { seal } from '../data/plain.ts'
import { Rng } from '../data/rng.ts'
import { counted } from '../data/shown.ts'
import type { Evidence, JsonObject } from '../data/types.ts'
import type { Environment } from '../episode/environment.ts'
import type { Episode } from '../episode/episode.ts'
import { agentKeyOf } from '../episode/lineage.ts'
import { startEpisode } from '../episode/start.ts'
import { ownToolsOf } from '../episode/tools.ts'
import { openWorld, type World } from '../episode/world.ts'
import type { Agent, AgentContext, Choice } from '../rollout/agent.ts'
import { taskSettings } from './drive.ts'
import { type CheckResult, type CheckSettings, checkRules, expect, NotApplicable, type Rule } from './report.ts'

interface Subject {
  readonly agent: Agent
  readonly world: World
}

/**
 * The contract of agents, as rules, in an environment of the caller's choice. Yields one result a rule; never throws
 * for a broken rule.
 */
export async function* checkAgent(
  agent: Agent,
  environment: Environment,
  options: JsonObject = {},
  settings: CheckSettings = {},
): AsyncGenerator<CheckResult> {
  yield* checkRules(RULES, { agent, world: await openWorld(environment, options) }, settings)
}

const RULES: readonly Rule<Subject>[] = [
  { rule: 'answers with plain actions', check: checkActions },
  { rule: 'is a function of its input: called again, it answers the same', check: checkFunction },
  { rule: 'keeps episodes separate: concurrent episodes equal single ones', check: checkIsolation },
  { rule: 'gives evidence that agrees with its action', check: checkEvidence },
]

const SEEDS = [1, 2, 3] as const
const MAX_STEPS = 15

async function checkActions({ agent, world }: Subject): Promise<string> {
  const choices = await played(agent, world, 1)
  for (const { action } of choices) {
    const text: string | undefined = JSON.stringify(action)
    expect(
      text !== undefined && canonicalJson(parseJson(text)) === canonicalJson(action),
      () => 'an action is not plain JSON',
    )
  }
  return counted(choices.length, 'action')
}

async function checkFunction({ agent, world }: Subject): Promise<undefined> {
  const episode = await startEpisode(world, taskSettings(world, 2))
  const turns: AgentContext['history'][number][] = []
  for (let step = 0; step < MAX_STEPS && episode.ending === null; step++) {
    const { observation, history, choice } = await asked(agent, episode, turns)
    const again = await asked(agent, episode, turns)
    expect(
      canonicalJson(choice) === canonicalJson(again.choice),
      () => `at step ${step} it answered ${canonicalJson(choice)}, then ${canonicalJson(again.choice)}`,
    )
    const { isActionValid } = await episode.step(choice.action)
    expect(history.length === turns.length, () => 'it changed the history')
    turns.push({ observation, action: choice.action, isActionValid })
  }
  await episode.close()
}

async function checkIsolation({ agent, world }: Subject): Promise<undefined> {
  const alone = []
  for (const seed of SEEDS) alone.push(await played(agent, world, seed))
  const together = await Promise.all(SEEDS.map((seed) => played(agent, world, seed)))
  expect(canonicalJson(alone) === canonicalJson(together), () => 'concurrent episodes influence each other')
}

async function checkEvidence({ agent, world }: Subject): Promise<string> {
  const choices = (await Promise.all(SEEDS.map((seed) => played(agent, world, seed)))).flat()
  const given = choices.filter(({ evidence }) => evidence !== undefined)
  if (given.length === 0) throw new NotApplicable('it gives no evidence')
  for (const { action, evidence } of given) if (evidence) expectSound(evidence, canonicalJson(action))
  return `${given.length} of ${choices.length} choices`
}

const TOLERANCE = 1e-6

function expectSound(evidence: Evidence, action: string): void {
  if (evidence.kind === 'token') {
    const { actionTokenIds, logProbs } = evidence
    expect(
      actionTokenIds.length === logProbs.length,
      () =>
        `${counted(logProbs.length, 'log-probability', 'log-probabilities')} for ${counted(actionTokenIds.length, 'token')}`,
    )
    expect(
      logProbs.every((logProb) => logProb <= TOLERANCE),
      () => 'a log-probability is above 0',
    )
    return
  }
  const { actions, index, logProb, logProbs } = evidence
  expect(canonicalJson(actions[index] ?? null) === action, () => `actions[${index}] is not the action taken`)
  expect(logProb <= TOLERANCE, () => `its log-probability is ${logProb}`)
  if (!logProbs) return
  const mass = logProbs.reduce((sum, each) => sum + Math.exp(each), 0)
  expect(
    Math.abs(mass - 1) < TOLERANCE && logProbs.length === actions.length,
    () => `probabilities of ${counted(logProbs.length, 'action')} sum to ${mass}`,
  )
  expect(Math.abs((logProbs[index] ?? 0) - logProb) < TOLERANCE, () => 'logProb is not logProbs[index]')
}

async function played(agent: Agent, world: World, seed: number): Promise<readonly Choice[]> {
  const episode = await startEpisode(world, taskSettings(world, seed))
  const turns: AgentContext['history'][number][] = []
  const choices: Choice[] = []
  for (let step = 0; step < MAX_STEPS && episode.ending === null; step++) {
    const { observation, choice } = await asked(agent, episode, turns)
    const { isActionValid } = await episode.step(choice.action)
    turns.push({ observation, action: choice.action, isActionValid })
    choices.push(choice)
  }
  await episode.close()
  return choices
}

interface Asked {
  readonly observation: string
  readonly history: AgentContext['history']
  readonly choice: Choice
}

/** Asks with a frozen copy of the history, so that an agent which changes it fails. */
async function asked(agent: Agent, episode: Episode, turns: AgentContext['history']): Promise<Asked> {
  const observation = episode.text()
  const history = seal(turns.map((turn) => ({ ...turn })))
  const rng = new Rng(agentKeyOf(episode.lineage), episode.index)
  const signal = new AbortController().signal
  const listTools = () => ownToolsOf(episode)
  const choice = await agent.act({ observation, history, actions: episode.actions(), listTools, rng, signal })
  return { observation, history, choice }
}
