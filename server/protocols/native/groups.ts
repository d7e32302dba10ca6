import { chain, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import type { GroupRequest } from '../../../core/protocol/index.ts'
import type { ServedEpisode } from '../../hosting/served-episode.ts'
import { allOrNone } from './all-or-none.ts'
import { choiceOf, wantedBy } from './play.ts'
import type { NativeSession } from './session.ts'
import { episodeView, fieldsOf } from './views.ts'

/**
 * Starts all members of a group; where one cannot be started, the group ends as aborted.
 * @throws GymError as `EnvironmentHost.reset`
 */
export function startMembers(session: NativeSession, request: GroupRequest): MaybePromise<string> {
  const { host: environmentHost } = session
  const id = `${session.nextId()}-group`
  const choice = choiceOf({ ...request, id })
  const start = (member: number): MaybePromise<ServedEpisode> =>
    chain(environmentHost.reset(wantedBy(request, session.nextId(), choice, member)), (served) => session.begun(served))
  const undo = (served: ServedEpisode): void => {
    environmentHost.group(id)?.stop('aborted', 'a member could not be started')
    served.interrupt('aborted', 'another member could not be started')
  }
  return chain(allOrNone(request.size, start, undo), (servedEpisodes) => {
    const startTag = servedEpisodes[0]?.group?.startTag ?? ''
    return fieldsOf({ group: id, size: request.size, startTag, episodes: servedEpisodes.map(episodeView) })
  })
}
