// SPDX-License-Identifier: GPL-3.0-or-later
// One plain page: lists things, searches, opens an exhibit at its passage. No request leaves this machine; text is never put in as HTML.
'use strict';

const kinds = ['exhibits', 'sources', 'passages', 'claims', 'findings', 'measures', 'allegations', 'replies', 'consents'];
const $ = (id) => document.getElementById(id);
let open = null;

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

async function get(path) {
  const response = await fetch(path, { headers: { Accept: 'application/json' } });
  const value = await response.json();
  if (!response.ok) throw new Error([value.title, value.detail].filter(Boolean).join(' '));
  return value;
}

function fail(error) { $('message').textContent = error.message; $('message').className = 'bad'; }
function say(text) { $('message').textContent = text; $('message').className = ''; }

function row(main, detail, action, bad) {
  const item = element('li');
  const button = element('button');
  button.type = 'button';
  const title = element('div', main);
  title.dir = 'auto';
  button.append(title);
  const more = element('div', detail, bad ? 'small bad' : 'small');
  more.dir = 'auto';
  button.append(more);
  button.addEventListener('click', action);
  item.append(button);
  return item;
}

function nameOf(thing) {
  const data = thing.data;
  return data.name || (thing.label && data.text ? `${thing.label}: ${data.text}` : thing.label || data.text || data.quote || data.use || thing.kind);
}

async function list(kind) {
  $('list-title').textContent = kind[0].toUpperCase() + kind.slice(1);
  for (const button of document.querySelectorAll('nav button')) button.setAttribute('aria-current', String(button.textContent === kind));
  try {
    const { items } = await get(`/api/v1/things?kind=${encodeURIComponent(kind)}`);
    say(items.length ? `${items.length}` : 'Nothing yet.');
    $('list').replaceChildren(...items.map((thing) => {
      const quarantined = thing.data.state === 'quarantined';
      const detail = quarantined ? `${thing.id}, quarantined: ${thing.data.reason}` : [thing.id, thing.data.media, thing.data.held === false ? 'cited, not held' : ''].filter(Boolean).join(', ');
      return row(nameOf(thing), detail, () => choose(thing), quarantined);
    }));
  } catch (error) { fail(error); }
}

function choose(thing) {
  if (thing.kind === 'exhibit') return show(thing.full_id, 1);
  if (thing.kind === 'passage') {
    const { page = 1, start, end } = thing.data.selector;
    return show(thing.data.exhibit, page, undefined, start === undefined ? null : [start, end]);
  }
  return describe(thing.full_id);
}

async function describe(id) {
  try {
    const thing = await get(`/api/v1/things/${encodeURIComponent(id)}`);
    $('reader').hidden = false;
    open = null;
    $('reader-title').textContent = nameOf(thing);
    $('facts').textContent = `${thing.kind} ${thing.id}, recorded ${thing.time} (claimed)`;
    $('controls').hidden = true;
    $('layers').replaceChildren();
    $('text').textContent = JSON.stringify(thing.data, null, 2);
    $('passages').replaceChildren(...[...thing.rests_on, ...thing.used_by].map((edge) =>
      row(edge.quote || edge.text || edge.label || edge.id, `${edge.relation || edge.kind} ${edge.id || ''}${edge.held === false ? ', cited, not held' : ''}`, () => describe(edge.full_id || edge.id))));
  } catch (error) { fail(error); }
}

// Offsets are in code points, JavaScript's in UTF-16 units.
function marked(text, spans) {
  const points = Array.from(text);
  const out = [];
  let at = 0;
  for (const [start, end] of spans.sort((a, b) => a[0] - b[0])) {
    if (start < at) continue;
    out.push(document.createTextNode(points.slice(at, start).join('')));
    out.push(element('mark', points.slice(start, end).join('')));
    at = end;
  }
  out.push(document.createTextNode(points.slice(at).join('')));
  return out;
}

async function show(exhibit, page, layer, span) {
  try {
    const answer = await get(`/api/v1/exhibits/${encodeURIComponent(exhibit)}/pages/${page}${layer ? `?layer=${layer}` : ''}`);
    open = { exhibit, page, layer };
    $('reader').hidden = false;
    $('controls').hidden = false;
    $('reader-title').textContent = answer.name;
    $('facts').textContent = answer.state === 'quarantined' ? `Quarantined: ${answer.reason}` : `${answer.media}, layer: ${answer.layer || 'none'}`;
    const pages = Math.max(1, ...answer.layers.map((l) => l.pages));
    $('place').textContent = `Page ${page} of ${pages}`;
    $('previous').disabled = page <= 1;
    $('next').disabled = page >= pages;
    $('layers').replaceChildren(...answer.layers.map((l) => {
      const button = element('button', `${l.layer} (${l.tool})`);
      button.type = 'button';
      button.setAttribute('aria-current', String(l.layer === answer.layer));
      button.addEventListener('click', () => show(exhibit, page, l.layer));
      return button;
    }));
    const spans = answer.passages.filter((p) => p.rendition === answer.rendition && p.selector.start !== undefined).map((p) => [p.selector.start, p.selector.end]);
    if (span) spans.push(span);
    $('text').replaceChildren(...(answer.content ? marked(answer.content.text, spans) : [document.createTextNode('There is no text on this page.')]));
    const first = $('text').querySelector('mark');
    if (first) first.scrollIntoView({ block: 'center' });
    $('passages').replaceChildren(...answer.passages.map((p) => row(p.quote, p.id, () => describe(p.id))));
  } catch (error) { fail(error); }
}

$('search').addEventListener('submit', async (event) => {
  event.preventDefault();
  const query = $('query').value.trim();
  if (!query) return;
  try {
    const { items } = await get(`/api/v1/search?q=${encodeURIComponent(query)}&limit=50`);
    $('list-title').textContent = `Search: ${query}`;
    say(items.length ? `${items.length} pages found` : 'Nothing found.');
    $('list').replaceChildren(...items.map((hit) => {
      const item = row(hit.name, `p. ${hit.page}, ${hit.layer}`, () => show(hit.exhibit, hit.page, hit.layer, hit.span || null));
      const snippet = element('div', undefined, 'small');
      snippet.dir = 'auto';
      snippet.append(...marked(hit.snippet, hit.marks));
      item.firstChild.append(snippet);
      return item;
    }));
  } catch (error) { fail(error); }
});
$('previous').addEventListener('click', () => open && show(open.exhibit, open.page - 1, open.layer));
$('next').addEventListener('click', () => open && show(open.exhibit, open.page + 1, open.layer));
$('kinds').append(...kinds.map((kind) => {
  const item = element('li');
  const button = element('button', kind);
  button.type = 'button';
  button.addEventListener('click', () => list(kind));
  item.append(button);
  return item;
}));
get('/api/v1/status').then((status) => { document.title = $('title').textContent = status.title || 'Oyer'; }).catch(fail);
list('exhibits');
