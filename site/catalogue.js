// Search, filters, keys and copy buttons of the catalogue. A classic script: browsers load no modules from files.
// Everything it shows is on the page already; it only hides, sorts and moves.
(() => {
  const byId = (id) => document.getElementById(id);
  const root = document.body.dataset.root ?? '';
  const isTyping = (target) => target instanceof Element && target.closest('input:not([type=radio]), select, textarea');

  function say(text) {
    const place = byId('said');
    if (place) place.textContent = text;
  }

  // Copy

  for (const command of document.querySelectorAll('.command')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    const text = command.querySelector('code')?.textContent ?? '';
    button.setAttribute('aria-label', `Copy: ${text}`);
    button.addEventListener('click', async () => {
      const copied = await copy(text, command);
      button.textContent = copied ? 'Copied' : 'Selected';
      say(copied ? 'Copied' : 'Selected; copy it with the keyboard');
    });
    command.append(button);
  }

  async function copy(text, command) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      getSelection()?.selectAllChildren(command.querySelector('code'));
      return false;
    }
  }

  // A link into something that is closed opens it.

  function openTarget() {
    const target = location.hash.length > 1 ? byId(decodeURIComponent(location.hash.slice(1))) : null;
    const closed = target?.closest('details:not([open])');
    if (closed) {
      closed.open = true;
      target.scrollIntoView();
    }
  }

  const search = byId('search');
  if (!search) {
    addEventListener('hashchange', openTarget);
    openTarget();
    addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key !== '/') return;
      event.preventDefault();
      location.href = `${root}index.html#find`;
    });
    return;
  }

  // The first page

  const list = byId('entries');
  const sort = byId('sort');
  const groups = ['kind', 'category', 'state'];
  const data = new Map((globalThis.jobwireCatalogue ?? []).map((row) => [row.id, row]));
  const rows = [...list.children].map((element) => ({element, ...data.get(element.dataset.id)}));
  const chosen = (group) => document.querySelector(`input[name=${group}]:checked`)?.value ?? '';
  byId('finder').hidden = false;

  const orders = {
    name: () => 0,
    events: (a, b) => b.events - a.events,
    actions: (a, b) => b.actions - a.actions,
    version: (a, b) => b.version.localeCompare(a.version, 'en', {numeric: true}),
  };

  /** How well a row fits all words; 0 when one of them is nowhere. */
  function weight(row, words) {
    let sum = 0;
    for (const word of words) {
      const title = row.title.toLowerCase();
      const found =
        title === word || row.id === word
          ? 100
          : title.startsWith(word)
            ? 60
            : title.includes(word) || row.id.includes(word)
              ? 40
              : row.words.includes(word)
                ? 15
                : row.summary.toLowerCase().includes(word)
                  ? 10
                  : 0;
      if (found === 0) return 0;
      sum += found;
    }
    return sum || 1;
  }

  function show() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [kind, category, state] = groups.map(chosen);
    const weighed = rows.map((row, place) => ({row, place, weight: weight(row, words)}));
    const order = orders[sort.value] ?? orders.name;
    weighed.sort((a, b) => (words.length > 0 ? b.weight - a.weight : 0) || order(a.row, b.row) || a.place - b.place);
    let count = 0;
    for (const {row, weight: fits} of weighed) {
      const shown =
        fits > 0 &&
        (!kind || row.roles.includes(kind)) &&
        (!category || row.categories.includes(category)) &&
        (!state || row.state === state);
      row.element.hidden = !shown;
      if (shown) count++;
      list.append(row.element);
    }
    byId('empty').hidden = count > 0;
    const text = count === rows.length ? `${count} entries` : `${count} of ${rows.length} entries`;
    byId('count').textContent = text;
    remember();
    return text;
  }

  // What is chosen stands in the address, so that a list can be linked to and the back button finds it again.

  function remember() {
    const state = new URLSearchParams();
    if (search.value) state.set('q', search.value);
    for (const group of groups) if (chosen(group)) state.set(group, chosen(group));
    if (sort.value !== 'name') state.set('sort', sort.value);
    const hash = state.size > 0 ? `#${state}` : location.href.split('#')[0];
    history.replaceState(null, '', hash);
  }

  function recall() {
    const find = location.hash === '#find';
    const state = new URLSearchParams(location.hash.slice(1));
    search.value = state.get('q') ?? '';
    for (const group of groups) {
      const radio = byId(`${group}-${state.get(group) || 'all'}`) ?? byId(`${group}-all`);
      if (radio) radio.checked = true;
    }
    sort.value = Object.hasOwn(orders, state.get('sort') ?? '') ? state.get('sort') : 'name';
    show();
    if (find) search.focus();
  }

  let announcing = 0;
  function showAndSay() {
    const text = show();
    clearTimeout(announcing);
    announcing = setTimeout(() => say(text), 500);
  }

  search.addEventListener('input', showAndSay);
  byId('finder').addEventListener('change', showAndSay);
  byId('reset').addEventListener('click', () => {
    location.hash = '';
    recall();
    search.focus();
  });
  addEventListener('hashchange', recall);
  addEventListener('pageshow', (event) => event.persisted && recall());

  // Keys

  const links = () => [...list.querySelectorAll('li:not([hidden]) h3 a')];

  function move(step) {
    const all = links();
    const at = all.indexOf(document.activeElement);
    if (at + step < 0) search.focus();
    else all[Math.min(at + step, all.length - 1)]?.focus();
  }

  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inSearch = event.target === search;
    const inList = list.contains(event.target);
    if (event.key === '/' && !isTyping(event.target)) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === 'ArrowDown' && (inSearch || inList)) {
      event.preventDefault();
      if (inSearch) links()[0]?.focus();
      else move(1);
    } else if (event.key === 'ArrowUp' && inList) {
      event.preventDefault();
      move(-1);
    } else if (event.key === 'Enter' && inSearch) {
      links()[0]?.click();
    } else if (event.key === 'Escape' && (inSearch || inList)) {
      event.preventDefault();
      if (inSearch) search.value = '';
      search.focus();
      showAndSay();
    }
  });

  recall();
})();
