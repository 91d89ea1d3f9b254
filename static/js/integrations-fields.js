// Choosing fields: rows move by dragging and by keys, the picker narrows while typing. Adding, removing and saving
// are buttons of the form, which the server answers.

const form = () => document.querySelector("[data-fields]");
const rowOf = (element) => element.closest?.(".fields-row");

function announceMove(row) {
  for (const [at, other] of [...row.parentElement.children].entries()) {
    const [up, down] = other.querySelectorAll(".fields-moves button");
    if (up) up.disabled = at === 0;
    if (down) down.disabled = at === row.parentElement.children.length - 1;
  }
}

let refreshing;

function refreshSoon() {
  clearTimeout(refreshing);
  refreshing = setTimeout(() => {
    const button = form()?.querySelector('[name="refresh"]');
    if (button) form().requestSubmit(button);
  }, 500);
}

document.addEventListener("keydown", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (!handle || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  const row = rowOf(handle);
  const other = event.key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (event.key === "ArrowUp") other.before(row);
  else other.after(row);
  handle.focus();
  announceMove(row);
  refreshSoon();
});

let dragged;

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (!handle || event.button !== 0) return;
  dragged = rowOf(handle);
  dragged.classList.add("is-dragged");
  handle.setPointerCapture(event.pointerId);
  event.preventDefault();
  handle.focus();
});

document.addEventListener("pointermove", (event) => {
  if (!dragged) return;
  const others = [...dragged.parentElement.children].filter((row) => row !== dragged);
  const next = others.find((row) => {
    const { top, height } = row.getBoundingClientRect();
    return event.clientY < top + height / 2;
  });
  if (next) {
    if (dragged.nextElementSibling !== next) next.before(dragged);
  } else if (dragged.nextElementSibling) {
    dragged.parentElement.append(dragged);
  }
});

for (const kind of ["pointerup", "pointercancel"]) {
  document.addEventListener(kind, () => {
    if (!dragged) return;
    dragged.classList.remove("is-dragged");
    announceMove(dragged);
    dragged = undefined;
    refreshSoon();
  });
}

const words = (text) => text.toLocaleLowerCase().split(/\s+/).filter(Boolean);

function mark(label, wanted) {
  const text = label.textContent;
  const at = wanted.length === 1 ? text.toLocaleLowerCase().indexOf(wanted[0]) : -1;
  if (at < 0) {
    label.textContent = text;
    return;
  }
  const found = document.createElement("strong");
  found.textContent = text.slice(at, at + wanted[0].length);
  label.replaceChildren(text.slice(0, at), found, text.slice(at + wanted[0].length));
}

function narrow() {
  const picker = document.querySelector("[data-picker]");
  if (!picker) return;
  const wanted = words(picker.querySelector("[data-picker-search]").value);
  let first = true;
  for (const item of picker.querySelectorAll("[data-picker-item]")) {
    const label = item.querySelector("[data-picker-label]");
    const text = label.textContent.toLocaleLowerCase();
    item.hidden = !wanted.every((word) => text.includes(word));
    item.classList.toggle("is-first", Boolean(wanted.length) && !item.hidden && first);
    if (!item.hidden) first = false;
    mark(label, wanted);
  }
  for (const group of picker.querySelectorAll("[data-picker-group]")) {
    group.hidden = !group.querySelector("[data-picker-item]:not([hidden])");
  }
  picker.querySelector("[data-picker-none]").hidden = !first;
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-picker-search]")) narrow();
  if (event.target.matches?.("#preview-search")) refreshSoon();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("[data-picker-search]")) return;
  event.preventDefault();
  document.querySelector("[data-picker-item].is-first .picker-add")?.click();
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("select[data-refreshes]")) refreshSoon();
});

document.addEventListener("htmx:load", narrow);

// Rows that were moved since an answer was asked for stay where they are.
const keys = () => [...document.querySelectorAll(".fields-row")].map((row) => row.dataset.key);
const isOurs = ({ detail }) => detail.target.matches("[data-fields]");
let asked = "";
let moved;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isOurs(event)) asked = keys().join();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (isOurs(event)) moved = keys().join() === asked ? undefined : keys();
});

document.addEventListener("htmx:afterSettle", () => {
  if (!moved) return;
  const placeOf = (row) => (moved.includes(row.dataset.key) ? moved.indexOf(row.dataset.key) : moved.length);
  const rows = [...document.querySelectorAll(".fields-row")].sort((one, other) => placeOf(one) - placeOf(other));
  moved = undefined;
  const focused = document.activeElement;
  rows[0]?.parentElement.append(...rows);
  focused.focus();
  refreshSoon();
});

// What was chosen and not saved is in this page alone. Cancel is an answer already.
let answered = false;

document.addEventListener("submit", (event) => {
  if (event.target !== form()) return;
  clearTimeout(refreshing);
  answered = event.submitter?.name === "save";
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-fields] .page-foot a")) answered = true;
}, true);

for (const shown of ["htmx:afterSwap", "htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(shown, () => {
    answered = false;
  });
}

addEventListener("beforeunload", (event) => {
  const saved = form()?.querySelector('[name="draft"]');
  const chosen = [...(form()?.querySelectorAll('[name="field"]') ?? [])].map((field) => field.value);
  if (saved && !answered && chosen.join(",") !== saved.value) event.preventDefault();
});
