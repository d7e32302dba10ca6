import { canonicalJson } from '../../core/data/hash.ts'
import type { Evidence, Json } from '../../core/data/types.ts'
import type { Episode } from '../../core/episode/episode.ts'
import { closeQuietly } from '../../core/episode/live.ts'
import type { Agent, Choice, Turn } from '../../core/rollout/agent.ts'
import { AgentDriver, type AgentStop, isStop } from '../../core/rollout/agent-driver.ts'
import { PlayOutSituation } from '../oracle/play-out.ts'

/** How an answer is forced. */
export interface Forcing {
  readonly agent: Agent
  /** Appended to what the agent reads, such as a request to answer now; empty for nothing. */
  readonly say: string
  /** Actions that are taken in the agent's place: the first that is admissible. */
  readonly take: readonly Json[]
  /** Steps that it has for the answer, from 1. */
  readonly within: number
}

/** What came of forcing an answer once. */
export interface Probe {
  /** Sum of the environment's rewards, those of the prefix included; null where one is not known. */
  readonly score: number | null
  /** Why the score is null. */
  readonly reason: string | null
  /** Whether the episode ended by itself within the steps. */
  readonly hasAnswered: boolean
  /** The last action, as canonical JSON; null where none was taken. */
  readonly answer: string | null
  /** Mean probability of a token of the last action (geometric), or that of the action; null without evidence. */
  readonly confidence: number | null
  /** Whether an action was taken in the agent's place. */
  readonly wasTaken: boolean
  /** Environment steps that were taken. */
  readonly steps: number
}

/** Where the prefix ends. */
export interface Prefix {
  readonly history: readonly Turn[]
  /** Sum of the rewards so far; null where one is not known. */
  readonly score: number | null
}

/** Why an episode is ended that has used its steps up. */
const LIMIT = 'probe'

/**
 * Forces an answer: at most `within` steps from where a fork stands, the last of which is at the limit of the episode.
 * @param episode a fork that no other caller plays; it is closed
 */
export async function forcedAnswer(episode: Episode, prefix: Prefix, forcing: Forcing): Promise<Probe> {
  const probing = new Probing(episode, prefix, forcing)
  try {
    await probing.play()
    return probing.outcome()
  } finally {
    await closeQuietly(() => episode.close())
  }
}

class Probing {
  readonly #episode: Episode
  readonly #forcing: Forcing
  readonly #driver: AgentDriver
  readonly #situation: PlayOutSituation
  readonly #begin: number
  #score: number | null
  #reason: string | null = null
  #last: Choice | null = null
  #wasTaken = false

  constructor(episode: Episode, { history, score }: Prefix, forcing: Forcing) {
    this.#episode = episode
    this.#forcing = forcing
    // No limit of time: what is measured must not depend on the machine.
    const agentMs = Number.POSITIVE_INFINITY
    this.#driver = new AgentDriver({ agent: forcing.agent, agentMs, signal: episode.settings.signal })
    this.#situation = new PlayOutSituation(episode, history)
    this.#begin = episode.index
    this.#score = score
  }

  async play(): Promise<void> {
    while (this.#episode.ending === null && this.#left > 0) {
      const choice = await this.#choice()
      if (isStop(choice)) return this.#fail(choice.reason)
      if (this.#left === 1) this.#episode.endWithNextStep(LIMIT)
      this.#last = choice
      const { action, isActionValid, reward, index } = await this.#episode.step(choice.action)
      if (reward === null) this.#fail(`the environment left step ${index} unjudged`)
      else if (this.#score !== null) this.#score += reward
      this.#situation.remember(action, isActionValid)
    }
  }

  get #left(): number {
    return this.#forcing.within - (this.#episode.index - this.#begin)
  }

  async #choice(): Promise<Choice | AgentStop> {
    const { take, say } = this.#forcing
    const shown = this.#episode.text()
    const taken = admissible(take, this.#episode.actions())
    this.#situation.observation = say === '' ? shown : `${shown}\n\n${say}`
    if (taken === undefined) return this.#driver.choose(this.#situation)
    this.#wasTaken = true
    return { action: taken }
  }

  #fail(reason: string): void {
    this.#score = null
    this.#reason ??= reason
  }

  outcome(): Probe {
    const { ending, endingReason, index } = this.#episode
    if (ending === 'aborted') this.#fail(endingReason ?? 'the episode was aborted')
    return {
      score: this.#score,
      reason: this.#score === null ? (this.#reason ?? 'a reward of the prefix is not known') : null,
      hasAnswered: ending === 'terminated',
      ...answerOf(this.#last),
      wasTaken: this.#wasTaken,
      steps: index - this.#begin,
    }
  }
}

/** The first that is listed as admissible, or the first where nothing is listed; undefined leaves it to the agent. */
function admissible(take: readonly Json[], listed: readonly Json[] | null): Json | undefined {
  const known = listed && new Set(listed.map(canonicalJson))
  return take.find((each) => known === null || known.has(canonicalJson(each)))
}

/** What a choice says as an answer, and how sure it is of it. */
export const answerOf = (choice: Choice | null): Pick<Probe, 'answer' | 'confidence'> => ({
  answer: choice && canonicalJson(choice.action),
  confidence: choice && confidenceIn(choice.evidence),
})

function confidenceIn(evidence: Evidence | undefined): number | null {
  if (evidence === undefined) return null
  const logProbs = evidence.kind === 'token' ? evidence.logProbs : [evidence.logProb]
  return logProbs.length === 0 ? null : Math.exp(logProbs.reduce((sum, each) => sum + each, 0) / logProbs.length)
}
