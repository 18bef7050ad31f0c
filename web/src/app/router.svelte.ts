// SPDX-License-Identifier: MIT
import { changeQuery, type QueryChange, readQuery, withQuery } from './address';
import { findRoute } from './routes';

interface Place {
  path: string;
  search: string;
}

function current(): Place {
  return { path: location.pathname, search: location.search };
}

// Where the page is, as the address bar has it. `path` and `query` are
// reactive: who reads them is drawn again when the reader goes back.
class Router {
  #place = $state.raw<Place>(
    typeof location === 'undefined' ? { path: '/', search: '' } : current(),
  );
  #query = $derived(readQuery(this.#place.search));
  // By itself, so that a change of the query is none of the page's.
  #path = $derived(this.#place.path);
  #visit = $state(0);

  get path(): string {
    return this.#path;
  }

  get query(): Readonly<Record<string, string>> {
    return this.#query;
  }

  // Another for each address that the reader goes to, be it on the same page; not
  // for a change that the page itself makes by setQuery().
  get visit(): number {
    return this.#visit;
  }

  // Listens to the address bar and to clicks on links of this origin, which
  // then open without a reload. Call it once.
  start(): void {
    addEventListener('popstate', () => this.#arrive());
    document.addEventListener('click', (event) => this.#follow(event));
  }

  go(address: string, { replace = false } = {}): void {
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    this.#arrive();
    if (!replace) scrollTo(0, 0);
  }

  // Changes some of the query. Replaces the entry in the history by default:
  // going back leaves the page, not each letter that was typed.
  setQuery(change: QueryChange, { replace = true } = {}): void {
    const address = withQuery(this.path, changeQuery(this.query, change));
    if (address === location.pathname + location.search) return;
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    this.#place = current();
  }

  #arrive(): void {
    this.#place = current();
    ++this.#visit;
  }

  #follow(event: MouseEvent): void {
    const plain =
      event.button === 0 &&
      !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    const link = (event.target as Element).closest?.('a');
    if (!plain || event.defaultPrevented || !link) return;
    if (link.target || link.hasAttribute('download')) return;
    const url = new URL(link.href, location.href);
    if (url.origin !== location.origin || !findRoute(url.pathname)) return;
    if (url.hash) return; // a place on this page, which the browser goes to
    event.preventDefault();
    this.go(url.pathname + url.search);
  }
}

export const router = new Router();
