// Toasts say that something worked, for six seconds, longer while pointed at or focused. Errors are never toasts.

const STAY = 6000;
const toasts = document.getElementById("toasts");

function startClock(toast) {
  let timer;
  const start = () => (timer = setTimeout(() => toast.remove(), STAY));
  const stop = () => clearTimeout(timer);
  for (const kind of ["pointerenter", "focusin"]) toast.addEventListener(kind, stop);
  for (const kind of ["pointerleave", "focusout"]) toast.addEventListener(kind, start);
  toast.querySelector("[data-toast-close]")?.addEventListener("click", () => toast.remove());
  start();
}

// A live region is read out only when something is put into it after the page was loaded.
function announce() {
  const waiting = [...toasts.children];
  toasts.replaceChildren();
  requestAnimationFrame(() => waiting.forEach((toast) => (toasts.append(toast), startClock(toast))));
}

if (toasts) {
  announce();
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.target === toasts) announce();
  });
}
