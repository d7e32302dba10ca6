import type { GroupView } from './group-view.ts'
import { Cell, MemberHead } from './place-table.tsx'

/** Columns that are drawn at once. */
const MOST_STEPS = 120

/** A group by step: a row a member, a column a step. */
export function StepTable(view: GroupView) {
  const { answer } = view
  const longest = Math.max(0, ...answer.members.map(({ actions }) => actions.length))
  const steps = [...Array(Math.min(MOST_STEPS, longest)).keys()]
  return (
    <section class="panel across wide">
      <table class="places by-step">
        <thead>
          <tr>
            <th class="corner">member</th>
            {steps.map((index) => (
              <th key={index} scope="col" class="no">
                {index}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answer.members.map((line, member) => (
            <tr key={line.id} class={member === view.member ? 'on' : ''}>
              <MemberHead {...view} line={line} column={member} isRow />
              {steps.map((index) => (
                <td key={index}>{index < line.actions.length && <Cell {...view} step={{ member, index }} />}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {longest > MOST_STEPS && (
        <p class="state">
          the first {MOST_STEPS} of {longest} steps
        </p>
      )}
    </section>
  )
}
