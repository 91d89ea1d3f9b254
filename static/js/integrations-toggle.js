// The toggle of a group's sync takes effect on Save: until it differs from what is saved there is nothing to save.

function show(form) {
  const box = form.querySelector("[role=switch]");
  const save = document.querySelector("[data-toggle-save]");
  const hint = document.querySelector("[data-toggle-hint]");
  if (!save) return;
  const changed = box.checked !== box.defaultChecked;
  save.disabled = !changed;
  save.classList.toggle("btn-primary", changed);
  hint.hidden = changed;
}

function prepare() {
  const form = document.querySelector("[data-toggle-form]");
  if (form) show(form);
}

prepare();
document.addEventListener("htmx:load", prepare);
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-toggle-form]")) show(form);
});

// Whoever keeps the list after all finds the toggle as it was.
document.addEventListener("close", (event) => {
  if (!event.target.matches?.("dialog[data-dialog]")) return;
  const form = document.querySelector("[data-toggle-form]");
  if (!form) return;
  form.reset();
  show(form);
  // The Save button that had opened it is off again and cannot keep the focus.
  if (document.activeElement === document.body || document.activeElement.disabled) form.querySelector("[role=switch]").focus();
}, true);
