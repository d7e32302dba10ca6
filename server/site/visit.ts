import { GymError } from '../../core/data/errors.ts'
import { asked } from '../../core/data/user-code.ts'
import type { Site, SiteFrame } from '../../core/episode/site.ts'
import type { EnvironmentHost } from '../hosting/environment-host.ts'
import type { ServedEpisode } from '../hosting/served-episode.ts'
import type { Role } from '../roles.ts'
import { addressOf, FORM_MARK, type OpenSplit, type SiteFacts, stalePage } from './pages.ts'
import { pageReply, type SiteReply, seeOther } from './reply.ts'
import type { ChosenTask, Visitor } from './visitors.ts'

/** A visitor at a site. */
export interface Visit {
  readonly site: Site
  readonly facts: SiteFacts
  /** Null where the browser has no session. */
  readonly visitor: Visitor | null
}

/** Which page of which episode a request is about. */
export interface VisitAddress {
  readonly id: string
  /** Steps that had been taken when the page was made; null for the page that the episode is on now. */
  readonly step: number | null
}

/** The page that an episode is on; of an earlier page only that it is out of date. @throws GymError */
export function look(visit: Visit, address: VisitAddress): SiteReply {
  const { site, facts } = visit
  const served = episodeOf(visit, address)
  if (!served) return stale(visit, null, 0)
  const { episode } = served.runner
  if (address.step === null) return seeOther(addressOf(facts, served))
  if (address.step !== episode.index) return stale(visit, served, address.step)
  const frame = frameOf(visit, served)
  return pageReply(
    200,
    asked('site.page', () => site.page(episode.state, frame, episode.world)),
    facts.home,
  )
}

/**
 * Takes the step of a form. A form of an earlier page does nothing, and one that was sent twice is one step.
 * @param form the whole body
 * @throws GymError FRAME_INVALID for a form that the page does not have, and as `ServedEpisode.step`
 */
export async function act(
  visit: Visit,
  address: VisitAddress,
  fields: Readonly<Record<string, string>>,
  form: string,
): Promise<SiteReply> {
  const { site, facts, visitor } = visit
  const served = episodeOf(visit, address)
  const step = address.step ?? 0
  if (!visitor || !served) return stale(visit, null, step)
  const { episode } = served.runner
  if (served.hasEnded || visitor.isRepeated(step, form)) return seeOther(addressOf(facts, served))
  if (step !== episode.index) return stale(visit, served, step)
  const action = asked('site.action', () => site.action(episode.state, fields, episode.world))
  if (action === null) throw new GymError('FRAME_INVALID', 'the page has no such button: load it again')
  await visitor.step(served, action, form)
  return seeOther(addressOf(facts, served))
}

/** Another's episode is as unknown as one that is not there. */
function episodeOf({ visitor }: Visit, { id }: VisitAddress): ServedEpisode | null {
  const served = visitor?.episode ?? null
  return served?.id === id ? served : null
}

const stale = ({ facts }: Visit, served: ServedEpisode | null, step: number): SiteReply =>
  pageReply(409, stalePage(facts, served, step), facts.home)

function frameOf({ facts, visitor }: Visit, served: ServedEpisode): SiteFrame {
  const { episode } = served.runner
  const { index: step, ending } = episode
  return {
    action: addressOf(facts, served),
    fields: { [FORM_MARK]: facts.mark },
    home: facts.home,
    step,
    maxSteps: episode.settings.maxSteps ?? episode.world.environment.maxSteps,
    ending,
    grades: visitor?.role === 'trainer' && ending !== null && ending !== 'aborted' ? episode.grades() : null,
  }
}

/** The splits that a visitor may play. */
export const splitsFor = (role: Role, { world, agentSplits }: EnvironmentHost): readonly OpenSplit[] =>
  (role === 'agent' ? agentSplits : world.tasks.splits).map((name) => ({ name, size: world.tasks.size(name) }))

/** The task that a form names; any where it names none. @throws GymError FRAME_INVALID */
export function taskOf({ split, index }: Readonly<Record<string, string>>): ChosenTask {
  if (index !== undefined && !/^\d{1,15}$/.test(index))
    throw new GymError('FRAME_INVALID', 'the task is a whole number from 0')
  return { ...(split !== undefined && { split }), ...(index !== undefined && { index: Number(index) }) }
}
