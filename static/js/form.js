// Small conveniences of forms: the third state of a checkbox, the way to a mistake, showing a password, and no second
// submission.

function prepare(root) {
  for (const box of root.querySelectorAll("[data-indeterminate]")) box.indeterminate = true;
}

prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.target));
document.querySelector('[aria-invalid="true"]')?.focus();

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-shows]");
  if (!button) return;
  const input = document.getElementById(button.dataset.shows);
  const hidden = input.type === "password";
  input.type = hidden ? "text" : "password";
  button.textContent = hidden ? "Hide" : "Show";
  button.setAttribute("aria-pressed", String(hidden));
});

// A filter form sends itself when a choice is made; what is typed is sent by Enter or its button.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  const chosen = event.target.matches("select, [type=checkbox], [type=radio]");
  if (chosen && form?.matches("[data-send-on-change]")) form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.classList.contains("is-sending")) event.preventDefault();
  form.classList.add("is-sending");
  // A form that answers with a file leaves the page as it is. Any other may wait for a slow answer, until one gives up.
  setTimeout(() => form.classList.remove("is-sending"), form.matches("[data-downloads]") ? 4_000 : 30_000);
});

// What a list was narrowed by stands in its address; a browser that comes back puts the choices of later into its form.
const isFirstVisit = () => performance.getEntriesByType("navigation")[0]?.type === "navigate";

addEventListener("pageshow", (event) => {
  for (const form of document.forms) {
    form.classList.remove("is-sending");
    const strays = event.persisted ? form.matches("[data-send-on-change]") : form.method === "get" && !isFirstVisit();
    if (strays) form.reset();
  }
});
