/** A basket, as an image of its own: it has its colours with it. */
export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M3 9h18l-2.2 11H5.2z" fill="#5A3EC8"/>' +
  '<path d="M8 9l3-6M16 9l-3-6" fill="none" stroke="#5A3EC8" stroke-width="2" stroke-linecap="round"/></svg>\n'
