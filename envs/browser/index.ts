import { launchedVersion, sharedBrowser } from '../../browser/shared.ts'
import { textAction } from '../../core/episode/action.ts'
import { defineEnvironment, type Environment } from '../../core/episode/environment.ts'
import { ACTIONS, readPageAction } from './action.ts'
import { expertAction } from './expert.ts'
import { listOf } from './marks.ts'
import { DEFAULTS, RANGES } from './options.ts'
import { openResources, type PageResources, taskAt } from './resources.ts'
import { PageSession } from './session.ts'
import { pageAnchor, textOf } from './state.ts'
import { started, taken } from './step.ts'

/**
 * Environment `browser`: tasks on any web pages, in a real browser. An episode has a page of its own, which is not part of the state: it
 * forks by doing the actions again on another page, and compares. A judge looks at the page after each action.
 * @param executable path of the browser, where the operator names one
 */
export const pageEnvironment = (executable?: string): Environment => {
  const environment = defineEnvironment({
    id: 'browser@1',
    summary:
      'do what is asked on web pages, in a real browser: forms, menus, calendars, searches, or pages of your own',
    kind: 'async',
    fork: 'replay',
    maxSteps: DEFAULTS.steps,
    options: DEFAULTS,
    ranges: RANGES,
    action: textAction(readPageAction, ACTIONS),
    resources: ({ options }): PageResources => openResources(options, executable),
    digest: ({ digest }) => digest,
    software: async ({ resources }) => ({ browser: await launchedVersion(resources.choice) }),
    limit: ({ resources }) => resources.options.steps,
    tasks: ({ resources }) => splitsOf(resources),
    open: ({ resources }): Promise<PageSession> => openSession(resources),
    close: (live) => live.close(),
    reset: (context) => started(context.task.private, context),
    step: taken,
    invalid: (state, problem) => ({ ...state, problem }),
    observe: {
      text: textOf,
      accessibility: ({ tree }) => tree,
      url: ({ url }) => url,
      marks: ({ marks }) => listOf(marks),
    },
    anchors: { page: pageAnchor },
    examples: ['press(Tab)', 'back()'],
    grades: ({ task, followed, isOver }, { resources }) =>
      gradesOf(taskAt(resources, task).path.length, followed, isOver),
    groundTruth: (task, { resources }) => ({ path: taskAt(resources, task.private).path.map((step) => ({ ...step })) }),
    publicState: ({ url, title }) => ({ url, title }),
    expert: (state, { resources, rng, noise }) => expertAction(state, taskAt(resources, state.task), rng, noise),
    configured: ({ chromium }) => pageEnvironment(typeof chromium === 'string' ? chromium : executable),
  })
  return environment
}

/** Environment `browser`: tasks on any web pages. */
export default pageEnvironment()

async function openSession({ choice, origins, options }: PageResources): Promise<PageSession> {
  return PageSession.open(await sharedBrowser(choice), { origins, options })
}

function splitsOf({ tasks }: PageResources) {
  const drafts = tasks.map(({ id, split, instruction }, number) => ({
    split,
    draft: { id, public: { instruction }, private: number },
  }))
  return Object.fromEntries(
    [...new Set(tasks.map(({ split }) => split))].map((name) => [
      name,
      drafts.filter(({ split }) => split === name).map(({ draft }) => draft),
    ]),
  )
}

/** `progress`: share of the shortest way; null where it is not known. `shortest`: its steps. */
function gradesOf(length: number, followed: number, isOver: boolean) {
  return {
    progress: length === 0 ? null : followed / length,
    shortest: length === 0 ? null : length,
    over: Number(isOver),
  }
}
