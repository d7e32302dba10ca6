import { launchedVersion } from '../../../browser/shared.ts'
import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment, type Environment } from '../../../core/episode/environment.ts'
import webshop from '../index.ts'
import { admissibleActions } from '../session/available.ts'
import { placeOf } from '../session/state.ts'
import { textView } from '../views/text.ts'
import { ACTIONS, readAction } from './action.ts'
import { expertAction } from './expert.ts'
import { referencedActions } from './intent.ts'
import { DEFAULT_OPTIONS, RANGES } from './options.ts'
import { elementsOf, pageOf } from './page.ts'
import { type BrowserResources, openBrowserResources } from './resources.ts'
import { type BrowserState, keyOf } from './state.ts'
import { started, taken } from './step.ts'
import { accessibilityTree } from './views/accessibility.ts'
import { visibleTextOf } from './views/visible-text.ts'

/**
 * The web shop in a browser. States, tasks and rewards are those of `webshop`; an agent acts on elements of pages, and sees them as an
 * accessibility tree, text, HTML or a picture. The state is all there is: the page follows it, so that episodes fork by value and
 * replay without a browser.
 * @param executable path of the browser, where the operator names one
 */
export const browserShop = (executable?: string): Environment => {
  const environment = defineEnvironment({
    id: 'webshop-browser@1',
    summary: 'buy the product that an instruction describes, on the pages of the web shop in a real browser',
    kind: 'async',
    maxSteps: webshop.maxSteps,
    fork: 'value',
    options: DEFAULT_OPTIONS,
    ranges: RANGES,
    action: textAction(readAction, ACTIONS),
    resources: ({ options }) => openBrowserResources(options, executable),
    digest: ({ digest }) => digest,
    software: async ({ resources }) => ({ browser: await launchedVersion(resources.choice) }),
    tasks: (context) => webshop.tasks?.(context) ?? {},
    reset: async (context): Promise<BrowserState> => started(await webshop.reset(context), context),
    step: taken,
    invalid: (state, problem) => ({ ...state, shop: { ...state.shop, problem } }),
    observe: {
      text: (state, context) => VIEWS[context.resources.browser.observation](state, context.resources),
      accessibility: (state, { resources }) => VIEWS.accessibility(state, resources),
      visible_text: (state, { resources }) => VIEWS.text(state, resources),
      html: (state, { resources }) => VIEWS.html(state, resources),
      screenshot: (state, { resources }) => VIEWS.screenshot(state, resources),
      webshop: ({ shop }, { resources }) => textView(shop, resources.shop),
    },
    anchors: {
      page: ({ shop }, { resources }) => textView({ ...shop, problem: null }, resources.shop),
      place: ({ shop }) => placeOf(shop),
      kind: ({ shop: { page, subPage } }) => subPage ?? page,
    },
    viewKey: keyOf,
    examples: ['search[shoes]'],
    actions: ({ shop }, { resources }) =>
      resources.browser.listed === 'references'
        ? referencedActions(pageOf(shop, resources.shop), shop, resources.shop, resources.options.searches)
        : admissibleActions(shop, resources.shop, resources.options.searches),
    grades: ({ shop }, context) => webshop.grades?.(shop, context) ?? {},
    publicState: ({ shop }) => webshop.publicState?.(shop) ?? {},
    expert: ({ shop }, { resources, rng, noise }) => expertAction(shop, resources.shop, rng, noise),
    configured: ({ chromium }) => browserShop(typeof chromium === 'string' ? chromium : executable),
  })
  return environment
}

const VIEWS: Readonly<
  Record<BrowserResources['browser']['observation'], (state: BrowserState, resources: BrowserResources) => string>
> = {
  accessibility: ({ shop }, resources) => accessibilityTree(elementsOf(pageOf(shop, resources.shop))),
  text: ({ shop }, resources) => visibleTextOf(elementsOf(pageOf(shop, resources.shop))),
  html: ({ shop }, resources) => pageOf(shop, resources.shop).body,
  screenshot: ({ picture }) => picture ?? 'no picture was taken: open the environment with the observation screenshot',
}

/** Environment `webshop-browser`: the web shop in a real browser. */
export default browserShop()
