// Options are asked for only while the type is a set of options; without script they are always there.

const type = document.querySelector('[data-field-form] [name="type"]');

function show() {
  const options = document.querySelector("[data-options]");
  if (options) options.hidden = !["option", "options"].includes(type.value);
}

if (type) {
  type.addEventListener("change", show);
  // Coming back, the browser chooses the type again that was chosen when the page was left.
  addEventListener("pageshow", show);
  show();
}
