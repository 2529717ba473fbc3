// What the person wants to see, and how it stands in the address bar. No DOM in here.

const USUAL = { state: 'open', search: '', sort: 'created' };

/** The filters that an address carries (`?state=done&search=milk`); the usual ones where it says nothing. */
export function filtersFrom(addressQuery) {
  const given = new URLSearchParams(addressQuery);
  return Object.fromEntries(Object.entries(USUAL).map(([name, usual]) => [name, given.get(name) ?? usual]));
}

/** The query for the address bar: only what differs from the usual, so that a plain address stays plain. */
export function addressFor(filters) {
  const unusual = Object.entries(filters).filter(([name, value]) => value !== USUAL[name]);
  return unusual.length > 0 ? `?${new URLSearchParams(unusual)}` : '';
}

/** The query for the API. */
export function apiQueryFor(filters) {
  return `?${new URLSearchParams(filters)}`;
}

/** What to say when there is nothing to show. */
export function emptyWords({ state, search }) {
  if (search.trim() !== '') return `No task matches “${search.trim()}”.`;
  return { done: 'Nothing is done yet.', overdue: 'Nothing is overdue.' }[state] ?? 'Nothing to do. Enjoy the day.';
}
