import { click, documentOf, type Family, shows } from './family.ts'

const MONTHS = 'January February March April May June July August September October November December'.split(' ')

/** A calendar that shows one month at a time: the right one is up to six months away. */
export const calendar: Family = (rng) => {
  const [year, month] = [rng.int(2020, 2035), rng.int(0, 11)]
  const away = rng.int(-6, 6)
  const wanted = new Date(Date.UTC(year, month + away, rng.int(1, 28)))
  const date = `${wanted.getUTCDate()} ${MONTHS[wanted.getUTCMonth()]} ${wanted.getUTCFullYear()}`
  const turn = click('button', away < 0 ? 'Previous month' : 'Next month')
  return {
    instruction: `Choose ${date} in the calendar.`,
    judge: shows(`Chosen: ${date}.`),
    path: [...Array.from({ length: Math.abs(away) }, () => turn), click('button', `${wanted.getUTCDate()}`)],
    page: () => documentOf('Calendar', BODY, scriptFor(year, month)),
  }
}

const BODY = `<p><button id="before">Previous month</button> <strong id="month" aria-live="polite"></strong> <button id="after">Next month</button></p>
<div id="days"></div>`

const scriptFor = (year: number, month: number): string => `const MONTHS = ${JSON.stringify(MONTHS)}
let [year, month] = [${year}, ${month}]
const days = document.getElementById('days')
function show() {
  document.getElementById('month').textContent = MONTHS[month] + ' ' + year
  const count = new Date(year, month + 1, 0).getDate()
  days.replaceChildren(...Array.from({ length: count }, (_, index) => {
    const button = document.createElement('button')
    button.textContent = index + 1
    button.onclick = () => say('Chosen: ' + (index + 1) + ' ' + MONTHS[month] + ' ' + year + '.')
    return button
  }))
}
function turn(by) {
  const first = new Date(year, month + by, 1)
  year = first.getFullYear()
  month = first.getMonth()
  show()
}
document.getElementById('before').onclick = () => turn(-1)
document.getElementById('after').onclick = () => turn(1)
show()`
