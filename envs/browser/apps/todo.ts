import { click, documentOf, type Family, some, type } from './family.ts'

const THINGS = [
  'water the plants',
  'call the bank',
  'buy bread',
  'repair the bike',
  'book a table',
  'read the report',
  'wash the car',
]

/** A list of things to do, which is changed in place: the judge looks at the list itself. */
export const todo: Family = (rng) => {
  const [added = '', finished = '', dropped = '', ...others] = some(rng, THINGS, 6)
  const items = rng.shuffle([finished, dropped, ...others])
  const wanted = [...items.filter((item) => item !== dropped), added].map((name) => ({ name, done: name === finished }))
  return {
    instruction: `Add "${added}" to the list, mark "${finished}" as done, and delete "${dropped}".`,
    judge: { predicate: `JSON.stringify(${LIST}) === ${JSON.stringify(JSON.stringify(wanted))}` },
    path: [
      type('New item', added),
      click('button', 'Add'),
      click('checkbox', finished),
      click('button', `Delete ${dropped}`),
    ],
    page: () => documentOf('To do', BODY, scriptFor(items)),
  }
}

const LIST = `[...document.querySelectorAll('li')].map((item) => ({
  name: item.querySelector('label').textContent.trim(), done: item.querySelector('input').checked }))`

const BODY = `<form><label>New item <input name="what"></label> <button>Add</button></form>
<ul></ul>`

const scriptFor = (items: readonly string[]): string => `const list = document.querySelector('ul')
function add(name) {
  const [item, label, box, remove] = ['li', 'label', 'input', 'button'].map((tag) => document.createElement(tag))
  box.type = 'checkbox'
  label.append(box, ' ' + name)
  remove.textContent = 'Delete ' + name
  remove.onclick = () => item.remove()
  item.append(label, remove)
  list.append(item)
}
document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault()
  const { what } = event.target.elements
  if (what.value.trim() !== '') add(what.value.trim())
  what.value = ''
})
for (const name of ${JSON.stringify(items)}) add(name)`
