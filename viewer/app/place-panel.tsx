import { linkTo } from './address.ts'
import { ABSENT, actionText, estimatorName, fixed, signed, visible } from './format.ts'
import { actionsAt, type GroupView, numberAt } from './group-view.ts'
import { meanOf } from './place-graph.ts'

/** Text of a place that is shown at once. */
const MOST_TEXT = 20_000

/** The selected place: what was done there and what came of it, which is what estimators by anchor compare; its text. */
export function PlacePanel(view: GroupView) {
  const { answer, lens, place, run } = view
  const anchor = answer.anchors[place]
  if (!anchor) return null
  const { text, states, visits } = anchor
  return (
    <section class="panel">
      <div class="ph">
        <h2>Place {place + 1}</h2>
        <div class="r">
          {visits} {visits === 1 ? 'visit' : 'visits'}
        </div>
      </div>
      <div class="obs">
        {(states ?? 1) > 1 && (
          <p class="tag w">
            merges {states} different states: what was done in one is compared with what was done in another
          </p>
        )}
        <table class="tb">
          <thead>
            <tr>
              <th>action</th>
              <th class="r">times</th>
              <th class="r">return</th>
              <th class="r">{estimatorName(lens.lens)}</th>
            </tr>
          </thead>
          <tbody>
            {actionsAt(answer, place).map(({ action, steps }) => (
              <tr key={action}>
                <td class="mono">
                  <bdi class="clipped" title={actionText(action)}>
                    {actionText(action)}
                  </bdi>
                  <span class="visits">
                    {steps.slice(0, 12).map(({ member, index }) => {
                      const id = answer.members[member]?.id ?? ''
                      return (
                        <a key={`${id} ${index}`} href={linkTo(['r', run, 't', id, `${index}`], { why: lens.lens })}>
                          {id}
                        </a>
                      )
                    })}
                  </span>
                </td>
                <td class="r">{steps.length}</td>
                <td class="r">{fixed(meanOf(steps.map(({ member }) => answer.members[member]?.return ?? null)))}</td>
                <td class="r">{signed(meanOf(steps.map((step) => numberAt(lens, step))))}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p class="cap">What it looks like</p>
        <pre class="page">
          <bdi dir="auto">{visible(text.slice(0, MOST_TEXT)) || ABSENT}</bdi>
          {text.length > MOST_TEXT && `\n… and ${(text.length - MOST_TEXT).toLocaleString('en')} more characters`}
        </pre>
      </div>
    </section>
  )
}
