import { click, documentOf, type Family, select, shows, type } from './family.ts'

const CITIES = ['Bergen', 'Lisbon', 'Osaka', 'Quito', 'Riga']
const ROOMS = ['single', 'double', 'suite']

/** A form in three steps, each under an address of its own; the last one asks for a confirmation. */
export const wizard: Family = (rng, address) => {
  const [city, room, nights] = [rng.choice(CITIES), rng.choice(ROOMS), rng.int(1, 9)]
  return {
    instruction: `Book ${nights} nights in ${city}, in a room of the kind ${room}.`,
    judge: { url: `${address}#booked`, ...shows(`Booked: ${city}, ${nights} nights, ${room}.`) },
    path: [
      select('City', city),
      click('button', 'Continue'),
      type('Nights', `${nights}`),
      click('radio', room),
      click('button', 'Continue'),
      click('button', 'Book'),
    ],
    page: () => documentOf('Booking', BODY, SCRIPT),
  }
}

const BODY = `<form>
<fieldset data-step="city"><legend>Where</legend><label>City <select name="city"><option value="">choose</option>${CITIES.map(
  (city) => `<option>${city}</option>`,
).join('')}</select></label></fieldset>
<fieldset data-step="stay" hidden><legend>Stay</legend><label>Nights <input name="nights" inputmode="numeric"></label>
${ROOMS.map((room) => `<label><input type="radio" name="room" value="${room}"> ${room}</label>`).join(' ')}</fieldset>
<fieldset data-step="confirm" hidden><legend>Confirm</legend><p id="summary"></p></fieldset>
<button type="button" id="return" hidden>Return</button> <button id="next">Continue</button>
</form>`

const SCRIPT = `const [form, next, before] = ['form', '#next', '#return'].map((name) => document.querySelector(name))
const steps = [...form.querySelectorAll('[data-step]')]
let at = 0
const chosen = () => Object.fromEntries(new FormData(form))
const lacks = () => at === 0 ? !chosen().city : at === 1 && (!/^[1-9]\\d*$/.test(chosen().nights) || !chosen().room)
function show(step) {
  at = step
  steps.forEach((each, index) => { each.hidden = index !== at })
  before.hidden = at === 0
  next.textContent = at === 2 ? 'Book' : 'Continue'
  const { city, nights, room } = chosen()
  document.getElementById('summary').textContent = city + ', ' + nights + ' nights, ' + room
  location.hash = steps[at].dataset.step
}
form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (lacks()) return say('Something is missing.')
  say('')
  if (at < 2) return show(at + 1)
  location.hash = 'booked'
  say('Booked: ' + document.getElementById('summary').textContent + '.')
  form.remove()
})
before.onclick = () => show(at - 1)`
