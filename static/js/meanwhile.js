// A part of a page that is drawn again keeps what happened in it since it was asked for: what was typed or chosen is put
// back, and the focus where it was. Where buttons change what a part holds (data-in-turn) one is answered after the
// other: a button pressed before an answer came waits, and is pressed in what arrived.

const PASSED_OVER = "[type=hidden], [type=radio], [hx-preserve]";

const valueOf = (control) => (control.type === "checkbox" ? control.checked : control.value);
const savedOf = (control) => (control.type === "checkbox" ? control.defaultChecked : control.defaultValue);
const controlsOf = (part) => [...part.querySelectorAll("input[id], textarea[id]")].filter((one) => !one.matches(PASSED_OVER));

const sent = new WeakMap();
const kept = new WeakMap();

document.addEventListener("htmx:beforeRequest", ({ detail: { elt, target, xhr } }) => {
  const said = elt === target && elt.hasAttribute("data-poll") ? savedOf : valueOf;
  sent.set(xhr, new Map(controlsOf(target).map((one) => [one.id, said(one)])));
});

document.addEventListener("htmx:beforeSwap", ({ detail: { target, xhr } }) => {
  const changed = controlsOf(target).filter((one) => valueOf(one) !== (sent.get(xhr).get(one.id) ?? valueOf(one)));
  kept.set(xhr, changed.map((one) => ({ id: one.id, value: valueOf(one), caret: one.selectionEnd })));
});

document.addEventListener("htmx:afterSettle", ({ detail: { xhr } }) => {
  for (const { id, value, caret } of kept.get(xhr) ?? []) {
    const control = document.getElementById(id);
    if (!control || valueOf(control) === value) continue;
    if (control.type === "checkbox") control.checked = value;
    else control.value = value;
    // A number or a date has no caret.
    if (caret !== null && control.selectionEnd !== null) control.setSelectionRange(caret, caret);
    for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  kept.delete(xhr);
});

// The focus. What has an id gets it back from htmx; anything else is known by its words, nearest to something with an id.

const FOCUSABLE = "a, button, input, select, textarea, summary, [tabindex]";
const wordsOf = (element) => element.getAttribute("aria-label") ?? element.textContent.trim();
const focuses = new WeakMap();

function alike(place, words) {
  return [...(place?.querySelectorAll(FOCUSABLE) ?? [])].filter((one) => wordsOf(one) === words);
}

document.addEventListener("htmx:beforeSwap", ({ detail: { target, xhr } }) => {
  const focused = document.activeElement;
  if (focused.id || focused === target || !target.contains(focused)) return;
  const place = focused.closest("[id]");
  const words = wordsOf(focused);
  focuses.set(xhr, { id: place.id, words, nth: alike(place, words).indexOf(focused) });
});

document.addEventListener("htmx:afterSettle", ({ detail: { xhr } }) => {
  const focus = focuses.get(xhr);
  focuses.delete(xhr);
  if (!focus || document.activeElement !== document.body) return;
  alike(document.getElementById(focus.id), focus.words)[focus.nth]?.focus({ preventScroll: true });
});

// In turn. The button that was pressed may be gone when the answer is drawn; its name and value say which it was.

const underWay = new Map();
const drawn = new WeakSet();
let waiting = [];

const nameOf = (button) => button.id || `${button.name}=${button.value}`;

function isBusy(form) {
  const parts = [...underWay.keys()].map((id) => document.getElementById(id));
  return parts.some((part) => part?.contains(form) || form.contains(part));
}

function wait(button) {
  const name = nameOf(button);
  const pressed = [...waiting, ...underWay.values()].map((one) => one.name);
  if (!pressed.includes(name)) waiting.push({ name, button });
}

const found = ({ name, button }) =>
  button.isConnected ? button : [...document.querySelectorAll("button")].find((one) => nameOf(one) === name);

function pressNext() {
  let next;
  while (!next && waiting.length) next = found(waiting.shift());
  next?.click();
}

function isOver(xhr) {
  const [id] = [...underWay].find(([, one]) => one.xhr === xhr) ?? [];
  return underWay.delete(id);
}

document.addEventListener("submit", (event) => {
  if (!event.submitter || !isBusy(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  wait(event.submitter);
}, true);

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target, xhr, requestConfig } = event.detail;
  if (!target.matches("[data-in-turn]")) return;
  const button = requestConfig.triggeringEvent?.submitter ?? elt;
  if (!underWay.has(target.id)) {
    underWay.set(target.id, { xhr, name: nameOf(button) });
    return;
  }
  event.preventDefault();
  // What is typed is put back when the answer is drawn, and looked for then.
  if (button.matches("button")) wait(button);
});

document.addEventListener("htmx:afterSwap", ({ detail: { xhr } }) => drawn.add(xhr));

document.addEventListener("htmx:afterSettle", ({ detail: { xhr } }) => {
  if (isOver(xhr)) pressNext();
});

document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  if (!drawn.has(xhr)) isOver(xhr);
});

// What waited was meant to follow upon what failed.
for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, () => {
    waiting = [];
  });
}
