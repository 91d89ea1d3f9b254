// A session may end, or begin anew, while a page is open: in another tab, or by itself. What was typed here outlives it.
import { open } from "./dialog.js";

const LOGIN = "/login/";
let typed = false;

for (const kind of ["input", "builder-changed"]) {
  document.addEventListener(kind, (event) => (typed ||= Boolean(event.target.closest?.('form[method="post"]'))), true);
}

// Signing in makes the token new, so the one that the page was drawn with may have been retired since.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

document.addEventListener("submit", (event) => {
  const field = event.target.querySelector('[name="csrfmiddlewaretoken"]');
  if (field && token()) field.value = token();
}, true);

document.addEventListener("htmx:configRequest", (event) => {
  if (!token()) return;
  event.detail.headers["X-CSRFToken"] = token();
  event.detail.parameters.delete("csrfmiddlewaretoken");
});

// Asked for a piece of itself, the page would swap the sign-in form in. It goes there, unless that would lose something.
document.addEventListener("htmx:beforeSwap", (event) => {
  const answered = new URL(event.detail.xhr.responseURL || location.href, location.href);
  if (answered.pathname !== LOGIN || location.pathname === LOGIN) return;
  event.detail.shouldSwap = false;
  if (typed || event.detail.requestConfig.verb !== "get") say();
  else location.assign(`${LOGIN}?next=${encodeURIComponent(location.pathname + location.search)}`);
});

function say() {
  if (document.getElementById("signed-out-title")) return;
  document.body.append(document.getElementById("signed-out").content.cloneNode(true));
  open(document.body.lastElementChild);
}
