// A tooltip is a <details>: it opens on tap and Enter by itself. Here it also opens on hover and on keyboard focus,
// stays while pointed at, closes with Esc, and stays inside the window.

const LINGER = 150;
const EDGE = 8;
const phone = matchMedia("(max-width: 760px)");
const timers = new WeakMap();

const bodyOf = (tip) => tip.querySelector(".tip-body");

function place(tip) {
  const body = bodyOf(tip);
  tip.classList.remove("is-above");
  for (const side of ["top", "bottom", "left", "right"]) body.style[side] = "";
  if (phone.matches) return;
  const around = tip.getBoundingClientRect();
  const shift = Math.min(0, innerWidth - EDGE - (around.left + body.offsetWidth));
  body.style.left = `${shift}px`;
  body.style.setProperty("--notch", `${16 - shift}px`);
  if (around.bottom + body.offsetHeight + 16 > innerHeight && around.top > body.offsetHeight + 16) {
    tip.classList.add("is-above");
    body.style.top = "auto";
    body.style.bottom = "calc(100% + 10px)";
  }
}

function show(tip) {
  clearTimeout(timers.get(tip));
  for (const other of document.querySelectorAll("[data-tip][open]")) if (other !== tip) other.open = false;
  tip.open = true;
}

function hideSoon(tip) {
  clearTimeout(timers.get(tip));
  timers.set(tip, setTimeout(() => !tip.dataset.pinned && (tip.open = false), LINGER));
}

function hide(tip) {
  clearTimeout(timers.get(tip));
  delete tip.dataset.pinned;
  tip.open = false;
}

const tipOf = (event) => event.target.closest?.("[data-tip]");

document.addEventListener("pointerover", (event) => {
  const tip = tipOf(event);
  if (tip && event.pointerType === "mouse") show(tip);
});

document.addEventListener("pointerout", (event) => {
  const tip = tipOf(event);
  if (tip && event.pointerType === "mouse" && !tip.contains(event.relatedTarget)) hideSoon(tip);
});

document.addEventListener("focusin", (event) => {
  const tip = tipOf(event);
  if (tip && event.target.matches("summary:focus-visible")) show(tip);
});

document.addEventListener("focusout", (event) => {
  const tip = tipOf(event);
  if (tip && !tip.contains(event.relatedTarget)) hide(tip);
});

document.addEventListener("click", (event) => {
  const tip = tipOf(event);
  for (const other of document.querySelectorAll("[data-tip][open]")) if (other !== tip) hide(other);
  if (!tip || !event.target.closest("summary")) return;
  event.preventDefault();
  if (tip.open && tip.dataset.pinned) {
    hide(tip);
  } else {
    show(tip);
    tip.dataset.pinned = "yes";
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const tip of document.querySelectorAll("[data-tip][open]")) {
    if (tip.contains(document.activeElement)) tip.querySelector("summary").focus();
    hide(tip);
  }
});

document.addEventListener("toggle", (event) => event.target.matches?.("[data-tip][open]") && place(event.target), true);
