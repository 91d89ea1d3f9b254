// Which rows of the members list are selected. It outlives turning pages, not another search. While everything is
// selected, `ids` are the rows that were left out of it.

const KEY = "novi-selected";
const bar = document.getElementById("bulk-form");
const number = new Intl.NumberFormat("en-US");
const question = () => document.querySelector('[name="query"][form="bulk-form"]');
const boxes = () => [...document.querySelectorAll('[name="selected"]')];

let state = restore();

function restore() {
  const fresh = { query: question()?.value ?? "", everything: false, ids: [] };
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    return kept?.query === fresh.query ? kept : fresh;
  } catch {
    return fresh;
  }
}

const total = () => Number(question()?.dataset.total ?? 0);
const isSelected = (id) => state.everything !== state.ids.includes(id);
const count = () => (state.everything ? total() - state.ids.length : state.ids.length);

function choose(id, selected) {
  const others = state.ids.filter((one) => one !== id);
  state.ids = selected === state.everything ? others : [...others, id];
}

function paint() {
  for (const box of boxes()) {
    box.checked = isSelected(box.value);
    box.closest("tr").classList.toggle("is-selected", box.checked);
  }
  paintHead();
  paintBar();
  sessionStorage.setItem(KEY, JSON.stringify(state));
}

function paintHead() {
  const head = document.querySelector("[data-select-page]");
  if (!head) return;
  const ticked = boxes().filter((box) => box.checked).length;
  head.hidden = false;
  head.checked = ticked > 0 && ticked === boxes().length;
  head.indeterminate = ticked > 0 && !head.checked;
}

function paintBar() {
  const all = bar.querySelector("[data-bulk-all]");
  bar.classList.toggle("has-selection", count() > 0);
  bar.querySelector("[data-bulk-count]").textContent = number.format(count());
  all.textContent = `Select all ${number.format(total())}`;
  all.hidden = count() === total();
  bar.querySelector("[data-bulk-clear]").hidden = false;
}

function selectAll(everything) {
  state = { query: question()?.value ?? "", everything, ids: [] };
  paint();
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches('[name="selected"]')) choose(box.value, box.checked);
  else if (box.matches("[data-select-page]")) boxes().forEach((one) => choose(one.value, box.checked));
  else return;
  paint();
});

bar.addEventListener("click", (event) => {
  if (event.target.closest("[data-bulk-all]")) selectAll(true);
  if (event.target.closest("[data-bulk-clear]")) {
    selectAll(false);
    (document.querySelector("[data-select-page]") ?? document.getElementById("page")).focus();
  }
});

bar.addEventListener("submit", () => {
  bar.elements.ids.value = state.ids.join(",");
  bar.elements.everything.value = state.everything ? "1" : "";
});

document.addEventListener("htmx:afterSettle", () => {
  state = restore();
  paint();
});

// Coming back by the browser's button shows the page as it was left; the selection may have moved on.
addEventListener("pageshow", () => {
  state = restore();
  paint();
});

paint();
