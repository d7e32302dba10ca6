import { click, documentOf, type Family, select, shows, type } from './family.ts'

const NAMES = ['Ada Long', 'Ben Okoro', 'Chen Wei', 'Dana Silva', 'Eli Novak', 'Fay Moreau']
const COLOURS = ['black', 'blue', 'green', 'red', 'white']
const DELIVERIES = ['standard', 'express', 'pick-up']

/** A form with text fields, a list, a box and choices. */
export const form: Family = (rng) => {
  const name = rng.choice(NAMES)
  const email = `${name.toLowerCase().replace(' ', '.')}${rng.int(1, 99)}@example.org`
  const [colour, delivery, isNews] = [rng.choice(COLOURS), rng.choice(DELIVERIES), rng.chance(0.5)]
  const news = isNews ? 'with the newsletter' : 'without the newsletter'
  return {
    instruction: `Order for ${name} (${email}): colour ${colour}, delivery ${delivery}, ${news}. Send the form.`,
    judge: shows(`Sent: ${name}; ${email}; ${colour}; ${delivery}; ${news}.`),
    path: [
      type('Name', name),
      type('E-mail', email),
      select('Colour', colour),
      click('radio', delivery),
      ...(isNews ? [click('checkbox', 'Newsletter')] : []),
      click('button', 'Send'),
    ],
    page: () => documentOf('Order', BODY, SCRIPT),
  }
}

const BODY = `<form>
<p><label>Name <input name="name" required></label></p>
<p><label>E-mail <input name="email" type="email" required></label></p>
<p><label>Colour <select name="colour"><option>choose</option>${COLOURS.map((colour) => `<option>${colour}</option>`).join('')}</select></label></p>
<p>${DELIVERIES.map((delivery) => `<label><input type="radio" name="delivery" value="${delivery}"> ${delivery}</label>`).join(' ')}</p>
<p><label><input type="checkbox" name="news"> Newsletter</label></p>
<button>Send</button>
</form>`

const SCRIPT = `document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault()
  const { name, email, colour, delivery, news } = Object.fromEntries(new FormData(event.target))
  const letter = news ? 'with the newsletter' : 'without the newsletter'
  say('Sent: ' + [name, email, colour, delivery, letter].join('; ') + '.')
})`
