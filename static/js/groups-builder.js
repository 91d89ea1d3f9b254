// The condition builder. The server renders every row; here rows are removed, chosen values shown as chips, and the
// form says "builder-changed" a moment after each edit, which makes the numbers beside it look again.

const PAUSE = 350;
const NOT_EDITS = new Set(["who", "name", "description", "category"]);
const form = document.querySelector("[data-builder]");
let timer;

function say(pause = PAUSE) {
  clearTimeout(timer);
  timer = setTimeout(() => form.dispatchEvent(new CustomEvent("builder-changed")), pause);
}

const tell = (words) => (document.getElementById("moved").textContent = words);

// Removing: the focus goes to the neighbour, never to nowhere.

function remove(button) {
  const gone = button.closest("[data-condition], .condition-set.is-inner");
  if (button.classList.contains("condition-set-remove") === gone.matches("[data-condition]")) return;
  const neighbour = gone.nextElementSibling ?? gone.previousElementSibling;
  const items = gone.parentElement;
  const add = items.parentElement.querySelector(":scope > .condition-add button");
  gone.remove();
  const controls = [...(neighbour?.querySelectorAll("select, input:not([type=hidden]), button") ?? [])];
  (controls.find((one) => one.checkVisibility()) ?? add).focus();
  tell(`${gone.matches("[data-set]") ? "Set" : "Condition"} removed: ${items.children.length} left in its set.`);
  say(0);
}

// Moving, one place in reading order: past a neighbor, into a set that has room, out of a set at its end.

const DEEPEST = 5;
const ITEM = ":scope > .condition-set-box > .condition-items > .condition-set";

const heightOf = (item) =>
  item.matches("[data-set]") ? 1 + Math.max(0, ...[...item.querySelectorAll(ITEM)].map(heightOf)) : 0;

function depthOf(item) {
  let depth = 0;
  for (let one = item.parentElement.closest("[data-set]"); one; one = one.parentElement.closest("[data-set]")) depth += 1;
  return depth;
}

const itemsOf = (set) => set.querySelector(":scope > .condition-set-box > .condition-items");
const hasRoom = (set, item) => set.matches("[data-set]") && depthOf(set) + heightOf(item) < DEEPEST;

function place(item, up) {
  const neighbor = up ? item.previousElementSibling : item.nextElementSibling;
  if (neighbor && hasRoom(neighbor, item)) return itemsOf(neighbor)[up ? "append" : "prepend"](item) ?? true;
  const holder = neighbor ?? item.parentElement.closest(".condition-set.is-inner");
  if (!holder) return false;
  holder[up ? "before" : "after"](item);
  return true;
}

function settle(item) {
  const depth = depthOf(item);
  const own = item.querySelector('input[name="item"]');
  own.value = [...own.value.split(":").slice(0, 2), item.parentElement.id.slice("items-".length)].join(":");
  if (!item.matches("[data-set]")) return;
  item.classList.toggle("is-well", depth % 2 === 0);
  item.classList.toggle("is-sheet", depth % 2 === 1);
  for (const inner of item.querySelectorAll(ITEM)) settle(inner);
}

function move(item, up) {
  if (!place(item, up)) {
    tell(up ? "It is the first already." : "It is the last already.");
    return;
  }
  settle(item);
  const all = [...item.parentElement.children];
  tell(`Moved ${up ? "up" : "down"}: ${all.indexOf(item) + 1} of ${all.length} in its set.`);
  item.querySelector("[data-moves]").focus();
  say(0);
}

const itemOf = (id) => document.getElementById(`row-${id}`) ?? document.getElementById(`set-${id}`);

// Values chosen from a list: boxes in a popover, chips in the row.

function chip(box) {
  const made = document.createElement("span");
  made.className = "pick";
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.unpicks = box.value;
  const label = box.closest("label").textContent.trim();
  button.setAttribute("aria-label", `Remove ${label}`);
  button.innerHTML = document.getElementById("icon-x").innerHTML;
  made.append(label, button);
  return made;
}

function showPicks(picks) {
  const chosen = [...picks.querySelectorAll("input:checked")];
  picks.querySelector(".picks-chosen").replaceChildren(...chosen.map(chip));
  picks.querySelector(".picks-empty").hidden = chosen.length > 0;
}

function unpick(button) {
  const picks = button.closest("[data-picks]");
  const box = [...picks.querySelectorAll("input")].find((one) => one.value === button.dataset.unpicks);
  box.checked = false;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  picks.querySelector(".picks-open").focus();
}

// Phones: a condition is a sentence that opens; one at a time.

const textOf = (select) => select?.selectedOptions[0]?.textContent.trim() ?? "";

function valuesOf(row) {
  const value = row.querySelector(".condition-value");
  const chosen = [...value.querySelectorAll(".pick")].map((one) => one.textContent.trim());
  if (chosen.length) return chosen.join(", ");
  const inputs = [...value.querySelectorAll("input:not([type=checkbox]), textarea")].map((one) => one.value.trim());
  const unit = value.querySelector(".with-unit") ? " days" : "";
  return textOf(value.querySelector("select")) || inputs.filter(Boolean).join(" and ").replaceAll("\n", ", ") + unit;
}

function summarize(row) {
  const summary = row.querySelector(".condition-summary");
  const operator = textOf(row.querySelector(".condition-operator")).replace(/ … days/, "");
  const values = document.createElement("strong");
  values.textContent = row.querySelector(".condition-none") ? "" : valuesOf(row);
  summary.firstElementChild.replaceChildren(`${textOf(row.querySelector(".condition-field"))} ${operator} `, values);
  summary.setAttribute("aria-expanded", String(row.classList.contains("is-open")));
}

function fold(row) {
  if (row.querySelector(".condition-summary")) return;
  const summary = document.createElement("button");
  summary.type = "button";
  summary.className = "condition-summary";
  summary.append(document.createElement("span"), document.getElementById("icon-chevron").content.cloneNode(true));
  row.querySelector(".condition-box").prepend(summary);
  if (row.matches(".has-error") || !row.querySelector(".condition-field").value) row.classList.add("is-open");
  summarize(row);
}

function toggle(row) {
  const opens = !row.classList.contains("is-open");
  for (const other of form.querySelectorAll("[data-condition].is-open")) {
    other.classList.remove("is-open");
    summarize(other);
  }
  row.classList.toggle("is-open", opens);
  summarize(row);
  if (opens) row.querySelector("select").focus();
}

function prepare(root) {
  for (const row of root.querySelectorAll("[data-condition]")) fold(row);
}

function forgive(row) {
  row.classList.remove("has-error");
  row.querySelector(".field-error")?.remove();
  for (const one of row.querySelectorAll("[aria-invalid]")) {
    one.removeAttribute("aria-invalid");
    one.removeAttribute("aria-describedby");
  }
}

function edited(event) {
  const row = event.target.closest("[data-condition]");
  const picks = event.target.closest("[data-picks]");
  if (picks) showPicks(picks);
  if (row) {
    forgive(row);
    summarize(row);
  }
  if (event.target.name && !NOT_EDITS.has(event.target.name)) say();
}

form.addEventListener("input", edited);
form.addEventListener("change", edited);

form.addEventListener("click", (event) => {
  const mover = event.target.closest('[name="do"][value^="up:"], [name="do"][value^="down:"]');
  if (mover) {
    event.preventDefault();
    const [way, id] = mover.value.split(":");
    move(itemOf(id), way === "up");
    return;
  }
  const button = event.target.closest("[data-removes], [data-unpicks], .condition-summary");
  if (!button) return;
  event.preventDefault();
  if (button.matches("[data-removes]")) remove(button);
  else if (button.matches("[data-unpicks]")) unpick(button);
  else toggle(button.closest("[data-condition]"));
});

form.addEventListener(
  "keydown",
  (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key) || !event.target.matches("[data-moves]")) return;
    event.preventDefault();
    event.stopPropagation();
    move(itemOf(event.target.dataset.moves), event.key === "ArrowUp");
  },
  true,
);

// Enter looks; it does not save what nobody has seen.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input")) return;
  event.preventDefault();
  say(0);
});

form.addEventListener("htmx:afterSettle", (event) => {
  const arrived = event.detail.target ?? event.target;
  if (arrived.matches("#group-preview, #group-side")) return;
  prepare(form);
  for (const row of form.querySelectorAll("[data-condition]")) summarize(row);
  say();
});

form.classList.add("is-folding");
prepare(form);
