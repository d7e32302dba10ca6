import { chain, type MaybePromise } from '../../core/later.ts'
import type { GroupRequest } from '../../core/protocol.ts'
import type { Seat } from '../arena/seat.ts'
import { allOrNone } from './all-or-none.ts'
import { choiceOf, wantedBy } from './play.ts'
import type { NativeSession } from './session.ts'
import { episodeView, fieldsOf } from './views.ts'

/**
 * Starts all members of a group; where one cannot be started, the group ends as aborted.
 * @throws GymError as `Realm.reset`
 */
export function startMembers(session: NativeSession, request: GroupRequest): MaybePromise<string> {
  const { realm } = session
  const id = `${session.nextId()}-group`
  const choice = choiceOf({ ...request, id })
  const start = (member: number): MaybePromise<Seat> =>
    chain(realm.reset(wantedBy(request, session.nextId(), choice, member)), (seat) => session.begun(seat))
  const undo = (seat: Seat): void => {
    realm.group(id)?.stop('aborted', 'a member could not be started')
    seat.interrupt('aborted', 'another member could not be started')
  }
  return chain(allOrNone(request.size, start, undo), (seats) => {
    const startTag = seats[0]?.group?.startTag ?? ''
    return fieldsOf({ group: id, size: request.size, startTag, episodes: seats.map(episodeView) })
  })
}
