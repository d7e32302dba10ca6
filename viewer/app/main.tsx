import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { fragmentOf, type Place, placeOf, takeToken } from './address.ts'
import { ComparePage } from './compare-page.tsx'
import { CreditPage } from './credit-page.tsx'
import { GroupPage } from './group-page.tsx'
import { RunPage } from './run-page.tsx'
import { RunsComparePage } from './runs-compare-page.tsx'
import { RunsPage } from './runs-page.tsx'
import { showHiddenText } from './shown.ts'
import { TrajectoryPage } from './trajectory-page.tsx'

/** Changes the address without a page of its own in the history: a selection is no journey. */
const settle = (place: Place): void => {
  history.replaceState(null, '', fragmentOf(place))
  dispatchEvent(new HashChangeEvent('hashchange'))
}

/** Changes the query of the address as it is now. */
function change(more: Place['query']): void {
  const { path, query } = placeOf(location.hash)
  settle({ path, query: { ...query, ...more } })
}

function App() {
  const [place, setPlace] = useState(placeOf(location.hash))
  useEffect(() => {
    const changed = (): void => setPlace(placeOf(location.hash))
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  const { path, query } = place
  const [first, run, kind, id, index = '0'] = path
  if (first === 'r' && run !== undefined && kind === 't' && id !== undefined)
    return <TrajectoryPage run={run} id={id} index={Number(index) || 0} query={query} settle={settle} />
  if (first === 'r' && run !== undefined && kind === 'g' && id !== undefined)
    return <GroupPage run={run} id={id} query={query} change={change} />
  if (first === 'r' && run !== undefined && kind === 'd' && id !== undefined && path[4] !== undefined)
    return <ComparePage run={run} ids={[id, path[4]]} query={query} change={change} />
  if (first === 'r' && run !== undefined && kind === 'credit')
    return <CreditPage run={run} query={query} change={change} />
  if (first === 'r' && run !== undefined) return <RunPage run={run} query={query} change={change} />
  if (first === 'c' && run !== undefined && kind !== undefined)
    return <RunsComparePage runs={[run, kind]} query={query} change={change} />
  return <RunsPage query={query} change={change} />
}

takeToken()
showHiddenText()
const root = document.getElementById('app')
if (root) render(<App />, root)
